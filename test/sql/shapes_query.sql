-- Queries of unusual shape: each is accepted, and right after changes of every table.
CREATE TABLE sh_a (id int PRIMARY KEY, g int, x text, list int[]);
CREATE TABLE sh_b (g int, y int);
INSERT INTO sh_a VALUES (1, 1, 'one', '{1,2}'), (2, 1, 'two', '{}'), (3, 2, 'three', '{2}'), (4, NULL, NULL, NULL);
INSERT INTO sh_b VALUES (1, 10), (1, 10), (2, 5), (NULL, 1);

CREATE VIEW sh_v AS SELECT g, sum(y) AS s FROM sh_b GROUP BY g;
ALTER VIEW sh_v RENAME g TO h;
CREATE TABLE sh_queries (name text PRIMARY KEY, query text);
INSERT INTO sh_queries VALUES
('sh_cte_in', 'WITH c AS (SELECT g FROM sh_b) SELECT id FROM sh_a WHERE g IN (SELECT g FROM c)'),
('sh_cte_deep', 'WITH c AS (SELECT g, y FROM sh_b) SELECT id, (WITH d AS (SELECT y FROM c WHERE c.g = a.g) SELECT sum(y) FROM d) AS s FROM sh_a a'),
('sh_cte_names', 'WITH c (h, s) AS (SELECT g, sum(y) FROM sh_b GROUP BY g) SELECT a.id, s FROM sh_a a, c WHERE a.g = h AND s > (SELECT min(s) FROM c)'),
('sh_view_names', 'SELECT h, s FROM sh_v WHERE s > 0'),
('sh_aliases', 'SELECT z.r FROM sh_a z(p, q, r)'),
('sh_aliases_group', 'SELECT z.q, count(*) AS n FROM sh_a z(p, q) JOIN sh_b w(q, v) ON z.q = w.q GROUP BY z.q'),
('sh_function', 'SELECT s.id, e FROM (SELECT id, list FROM sh_a) s, unnest(s.list) e'),
('sh_function_group', 'SELECT e, count(*) AS n FROM (SELECT list FROM sh_a) s, unnest(s.list) e JOIN sh_b ON g = e GROUP BY e'),
('sh_dependent', 'SELECT a.id, a.x, upper(a.x) AS u, count(*) AS n, max(b.y) AS m FROM sh_a a JOIN sh_b b ON a.g = b.g GROUP BY a.id'),
('sh_dependent_row', 'SELECT a, count(*) AS n FROM sh_a a JOIN sh_b b ON a.g = b.g GROUP BY a.id'),
('sh_grouping', 'SELECT g, grouping(g) AS level, count(*) AS n FROM sh_b GROUP BY g'),
('sh_having', 'SELECT 1 AS one FROM sh_a HAVING true'),
('sh_nothing_keyed', 'SELECT FROM sh_a'),
('sh_nothing', 'SELECT FROM sh_b'),
('sh_distinct_on', 'SELECT DISTINCT ON (y) g, y FROM sh_b'),
('sh_marker', 'SELECT id, ''__dv_slot_0 r0'' AS "__x", ''k1'' AS k1, 5 AS q FROM sh_a'),
('sh_twice', 'SELECT DISTINCT g, g AS h, g + 1 AS i FROM sh_b'),
('sh_constants', 'SELECT ''x'' AS c, 7 AS d, count(*) AS n, sum(y) AS s FROM sh_b GROUP BY 1, 2'),
('sh_numbers', 'SELECT sum(y::int8 * 400000000000000000) AS s, avg(y) / count(*) AS a FROM sh_b'),
('sh_full', 'SELECT a.id, b.y FROM sh_b c LEFT JOIN (sh_a a FULL JOIN sh_b b ON a.g = b.g) ON c.g = b.g AND c.y = a.g'),
('sh_on', 'SELECT a.id, b.y FROM sh_a a LEFT JOIN sh_b b ON a.g = b.g AND EXISTS (SELECT 1 FROM sh_b c WHERE c.y = b.y AND c.g = a.id)');

SET client_min_messages = error;
SELECT name, deltaview.create_view(name, query) FROM sh_queries ORDER BY name;
RESET client_min_messages;
SELECT name, base_table, strategy FROM sh_queries, deltaview.explain(name::regclass) ORDER BY name, base_table::text;

BEGIN;
INSERT INTO sh_a VALUES (5, 2, 'five', '{1,1,NULL}'), (6, 3, 'six', '{3}');
INSERT INTO sh_b VALUES (3, 7), (2, 5), (3, NULL);
UPDATE sh_a SET g = 3, x = 'ONE' WHERE id = 1;
DELETE FROM sh_b WHERE g = 1 AND y = 10;
COMMIT;
SELECT name, only_in_view, only_in_query, verify FROM sh_queries, verify_both_ways(name::regclass)
WHERE (only_in_view, only_in_query, verify) <> (0, 0, 0);
UPDATE sh_a SET id = id + 10, list = list || g WHERE g = 3;
UPDATE sh_b SET g = g % 2, y = y + 1;
SELECT name, only_in_view, only_in_query, verify FROM sh_queries, verify_both_ways(name::regclass)
WHERE (only_in_view, only_in_query, verify) <> (0, 0, 0);
DELETE FROM sh_a;
SELECT name, view_rows, only_in_view, only_in_query, verify FROM sh_queries, verify_both_ways(name::regclass) ORDER BY name;

SET client_min_messages = warning;
DROP TABLE sh_a, sh_b CASCADE;
DROP TABLE sh_queries;
