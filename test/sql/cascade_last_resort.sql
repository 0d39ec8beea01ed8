-- Joins in a subquery beside an outer join, a subquery or LIMIT become a part: no table at the top stands for their rows.
CREATE TABLE lr_a (id int PRIMARY KEY, g int, x numeric);
CREATE TABLE lr_b (id int PRIMARY KEY, a int, y text);
CREATE INDEX ON lr_b (a);
INSERT INTO lr_a SELECT i, i % 4, i / 2.0 FROM generate_series(1, 20) i;
INSERT INTO lr_b SELECT i, NULLIF(i % 25, 0), chr(97 + i % 3) FROM generate_series(1, 40) i;
CREATE VIEW lr_plain AS SELECT id, g, x FROM lr_a WHERE g <> 3;

CREATE TABLE lr_queries (name text PRIMARY KEY, query text);
INSERT INTO lr_queries VALUES
('lr_left', 'SELECT c.id, c.x, b.y FROM (SELECT id, x FROM lr_a WHERE g > 0) c LEFT JOIN lr_b b ON b.a = c.id'),
('lr_view', 'SELECT p.id, b.id AS b FROM lr_plain p LEFT JOIN lr_b b ON b.a = p.id AND b.y <> ''c'''),
('lr_scalar', 'SELECT g, (SELECT count(*) FROM lr_b b WHERE b.a = c.id) AS n FROM (SELECT id, g FROM lr_a WHERE x < 8) c'),
('lr_exists', 'SELECT x FROM lr_plain p WHERE NOT EXISTS (SELECT FROM lr_b b WHERE b.a = p.id)'),
('lr_row', 'SELECT to_jsonb(q) AS j FROM (SELECT g, sum(x) AS s, count(*) AS n FROM lr_a GROUP BY g) q WHERE q.n > 1'),
('lr_top', 'SELECT id, x FROM lr_a WHERE g <> 2 ORDER BY x DESC LIMIT 4'),
('lr_top_join', 'SELECT b.id, a.x FROM lr_a a JOIN lr_b b ON b.a = a.id ORDER BY a.x NULLS FIRST, b.id OFFSET 2 LIMIT 5'),
('lr_top_ties', 'SELECT g, x FROM lr_a WHERE id > 3 ORDER BY g DESC FETCH FIRST 2 ROWS WITH TIES');

SET client_min_messages = warning;
SELECT name, deltaview.create_view(name, query, method => 'fast') FROM lr_queries ORDER BY name;
SELECT view, base_table, strategy FROM deltaview.view_tables WHERE view::text LIKE 'lr_%' ORDER BY 1, 2;
DO $$
DECLARE
  change text;
  q record;
  wrong bigint;
BEGIN
  FOREACH change IN ARRAY ARRAY[
    'UPDATE lr_a SET x = x + 10 WHERE id IN (2, 5)', 'UPDATE lr_a SET g = g + 1 WHERE id % 3 = 0',
    'DELETE FROM lr_b WHERE id % 7 = 0', 'INSERT INTO lr_b VALUES (100, 3, ''c''), (101, 3, ''a''), (102, NULL, ''a'')',
    'UPDATE lr_b SET a = 7 WHERE id < 6', 'DELETE FROM lr_a WHERE id IN (7, 20)', 'INSERT INTO lr_a VALUES (7, 0, NULL), (50, 3, 99)',
    'TRUNCATE lr_b', 'UPDATE lr_a SET id = id + 100']
  LOOP
    EXECUTE change;
    PERFORM deltaview.flush();
    FOR q IN SELECT name, query FROM lr_queries LOOP
      SELECT count(*) INTO wrong FROM deltaview.verify(q.name::regclass);
      IF wrong > 0 THEN
        RAISE EXCEPTION '% differs in % rows after %', q.name, wrong, change;
      END IF;
    END LOOP;
  END LOOP;
END $$;
SELECT name, verify_both_ways FROM lr_queries, verify_both_ways(name) ORDER BY name;
-- Where a row of the joins is read as a whole they are none: it would show a part's hidden columns.
SELECT deltaview.create_view('lr_whole', 'SELECT c.id, c::text AS t FROM (SELECT a.id, b.y FROM lr_a a JOIN lr_b b ON b.a = a.id) c WHERE NOT EXISTS (SELECT FROM lr_a z WHERE z.g = c.id)');
INSERT INTO lr_b VALUES (103, 103, 'b'), (104, 105, NULL);
UPDATE lr_a SET g = 103 WHERE id = 106;
SELECT * FROM verify_both_ways('lr_whole');
-- What the server shows for a constant among grouping sets depends on the plan: no part of such a query.
CREATE TABLE lr_c (id int PRIMARY KEY, b int);
INSERT INTO lr_c VALUES (13, NULL), (16, 1);
SET client_min_messages = error;
SELECT deltaview.create_view('lr_sets', 'SELECT (NULL::int % 3) AS c1, coalesce(NULL::int, -1) AS c2
  FROM (SELECT coalesce(b, -1) AS c FROM lr_c GROUP BY 1) s
  GROUP BY GROUPING SETS (((NULL::int % 3)), ((NULL::int % 3), coalesce(NULL::int, -1)), ()) HAVING count(*) > 1 ORDER BY c1, c2 DESC LIMIT 2');
SET client_min_messages = warning;
SELECT count(*) AS parts FROM deltaview.view_catalog WHERE part_of::text LIKE '%lr\_sets%';
INSERT INTO lr_c VALUES (20, 7);
SELECT * FROM deltaview.verify('lr_sets');
DROP TABLE lr_c CASCADE;
-- Without an index the first rows are all of the table: the advice is an index in their order.
SELECT strategy, incremental, advice FROM deltaview.explain_query('SELECT id FROM lr_a ORDER BY g DESC NULLS LAST LIMIT 3');
CREATE INDEX ON lr_a (g NULLS FIRST);
SELECT strategy, incremental, advice FROM deltaview.explain_query('SELECT id FROM lr_a ORDER BY g DESC NULLS LAST LIMIT 3');
SELECT strategy, incremental, advice FROM deltaview.explain_query('SELECT id FROM lr_a ORDER BY g DESC LIMIT 3');
DROP TABLE lr_a, lr_b CASCADE;
DROP TABLE lr_queries;
