-- An UPDATE that changes no column in use costs the view nothing: not one of its rows is written.
SET client_min_messages = warning;
CREATE SCHEMA unused_columns;
SET search_path = unused_columns, public;
CREATE TABLE t (id int PRIMARY KEY, g int, note text);
INSERT INTO t SELECT i, i % 3, 'n' FROM generate_series(1, 30) i;
SELECT deltaview.create_view('a', 'SELECT g, count(*) AS n FROM t GROUP BY g');
SELECT deltaview.create_view('l', 'SELECT id, g FROM t WHERE g > 0');
CREATE TABLE before AS SELECT 'a' AS v, ctid AS at, g AS key FROM a UNION ALL SELECT 'l', ctid, id FROM l;
UPDATE t SET note = 'm';
UPDATE t SET g = g;
UPDATE t SET note = note, g = g, id = id;
SELECT count(*) FROM (SELECT 'a', ctid, g FROM a UNION ALL SELECT 'l', ctid, id FROM l EXCEPT SELECT * FROM before) d;
UPDATE t SET note = 'x', g = 5 WHERE id = 1;
SELECT count(*) > 0 FROM (SELECT 'a', ctid, g FROM a UNION ALL SELECT 'l', ctid, id FROM l EXCEPT SELECT * FROM before) d;
SELECT * FROM verify_both_ways('a');
SELECT * FROM verify_both_ways('l');
-- rows whose changes cancel out are not written, either
DROP TABLE before;
CREATE TABLE before AS SELECT ctid AS at, id FROM l;
BEGIN;
INSERT INTO t VALUES (100, 1, 'x');
UPDATE t SET g = g + 1 WHERE id < 5;
DELETE FROM t WHERE id = 100;
UPDATE t SET g = g - 1 WHERE id < 5;
COMMIT;
SELECT count(*) FROM (SELECT ctid, id FROM l EXCEPT SELECT * FROM before) d;
SELECT * FROM verify_both_ways('a');
SELECT * FROM verify_both_ways('l');
-- What nothing reads of a subquery is not computed for a part, and cannot fail.
SELECT deltaview.create_view('p', 'SELECT q.g, t.id FROM (SELECT g, count(*) AS n, sum(1 / (id - 50)) AS s FROM t GROUP BY g HAVING count(*) > 1) q JOIN t ON t.g = q.g');
INSERT INTO t VALUES (50, 1, 'x'), (51, 77, 'x');
SELECT * FROM verify_both_ways('p');
DROP SCHEMA unused_columns CASCADE;
