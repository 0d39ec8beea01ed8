-- Lists per group: with an ORDER BY they have one right answer, and where it is left open the stored query completes it.
SET client_min_messages = warning;
CREATE SCHEMA lists;
SET search_path = lists, public;
CREATE TABLE t (id int PRIMARY KEY, g int, x text);
CREATE TABLE loose (g int, x int, j json);
CREATE INDEX ON t (g);
INSERT INTO t VALUES (1, 1, 'b'), (2, 1, 'a'), (3, 2, NULL), (4, NULL, 'n');
INSERT INTO loose VALUES (1, 2, '{"a": 1}'), (1, 2, '{"a": 1}'), (1, 1, NULL), (2, 5, '[]');
SELECT deltaview.create_view('l', $$
  SELECT g, json_agg(x ORDER BY id DESC) AS js, array_agg(id ORDER BY x, id) AS ids, string_agg(x, ',' ORDER BY x) AS s, count(*) AS n
  FROM t GROUP BY g $$);
SELECT deltaview.create_view('open', 'SELECT g, array_agg(x) AS xs, jsonb_agg(id) AS ids FROM t GROUP BY g');
SELECT deltaview.create_view('open_loose', 'SELECT g, json_agg(x) AS raw_xs FROM loose GROUP BY g');
SELECT deltaview.create_view('objects', $$SELECT g, jsonb_object_agg(id::text, x) AS o FROM t GROUP BY g$$);
INSERT INTO t VALUES (5, 1, 'aa'), (6, 3, 'z');
UPDATE t SET x = 'zz' WHERE id = 2;
SELECT * FROM l ORDER BY g;
SELECT * FROM open ORDER BY g;
BEGIN;
UPDATE t SET g = 2 WHERE id = 1;
DELETE FROM t WHERE id = 6;
INSERT INTO t VALUES (7, NULL, NULL);
INSERT INTO loose VALUES (2, 1, '1'), (NULL, 1, '2');
DELETE FROM loose WHERE x = 1 AND g = 1;
COMMIT;
SELECT * FROM l ORDER BY g;
SELECT * FROM verify_both_ways('l');
SELECT * FROM verify_both_ways('open');
SELECT * FROM verify_both_ways('open_loose');
SELECT * FROM verify_both_ways('objects');
DROP SCHEMA lists CASCADE;
