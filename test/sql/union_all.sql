-- UNION ALL is linear where its branches are, and what groups or ranks over it follows every branch, duplicates included.
SET client_min_messages = warning;
CREATE SCHEMA union_all;
SET search_path = union_all, public;
CREATE TABLE a (id int PRIMARY KEY, g text, x int, tags text[]);
CREATE TABLE b (id int, g varchar(10), x numeric(10,2)); -- no key: duplicates are rows of their own
CREATE TABLE c (id bigint, g text, x smallint, a int);
INSERT INTO a VALUES (1, 'p', 10, '{u,v}'), (2, 'p', 10, '{}'), (3, 'q', NULL, NULL), (4, NULL, 7, '{w}');
INSERT INTO b VALUES (1, 'p', 10), (1, 'p', 10), (2, 'r', 2.50), (NULL, NULL, NULL);

-- the columns of the branches become those of the union; three branches, of which one is empty
SELECT deltaview.create_view('rows', 'SELECT id, g, x FROM a UNION ALL SELECT id, g, x FROM b UNION ALL SELECT id, g, x FROM c');
-- nested, types level by level: integer, numeric, double precision
SELECT deltaview.create_view('nested', $$
  (SELECT x AS v FROM a UNION ALL SELECT x / 3 FROM b) UNION ALL (SELECT x::float8 FROM c UNION ALL SELECT 1.5) $$);
-- a table twice, a join, constants, NULL
SELECT deltaview.create_view('twice', $$
  SELECT id, 'a' AS what, NULL::text AS note FROM a UNION ALL SELECT id, 'again', g FROM a WHERE x > 8
  UNION ALL SELECT a.id, 'join', c.g FROM a JOIN c ON c.a = a.id UNION ALL SELECT 0, NULL, 'constant' $$);
-- an expression over the union: a division of the union's type, not of the branch's
SELECT deltaview.create_view('above', $$
  SELECT g || '!' AS g, x / 4 AS quarter FROM (SELECT g, x FROM a UNION ALL SELECT g, x FROM b) u WHERE x > 1 $$);
SELECT deltaview.create_view('sums', $$
  SELECT g, count(*) AS n, sum(x) AS total, min(x) AS least, avg(x) AS mean
  FROM (SELECT g, x FROM a UNION ALL SELECT g, x FROM b UNION ALL SELECT g, x FROM c) u GROUP BY g $$);
SELECT deltaview.create_view('tagged', $$
  SELECT g, count(*) FILTER (WHERE tag = 1) AS ones, count(*) FILTER (WHERE tag = 2) AS twos, min(tag) AS least
  FROM (SELECT g, 1 AS tag FROM a UNION ALL SELECT g, 2 FROM b) u GROUP BY g $$);
SELECT deltaview.create_view('by_tag', $$
  SELECT tag, count(*) AS n, sum(x) AS total FROM (SELECT 'a' AS tag, x FROM a UNION ALL SELECT 'b', x FROM b) u GROUP BY tag $$);
SELECT deltaview.create_view('total', $$
  SELECT count(*) AS n, max(x) AS most FROM (SELECT x FROM a UNION ALL SELECT x FROM c) u WHERE x < 100 $$);
SELECT deltaview.create_view('groups', $$
  SELECT g FROM (SELECT g, x FROM a UNION ALL SELECT g, x FROM b UNION ALL SELECT g, x FROM a) u WHERE x IS NOT NULL GROUP BY g $$);
SELECT deltaview.create_view('several', 'SELECT DISTINCT g, x FROM (SELECT g, x FROM a UNION ALL SELECT g, x FROM b) u');
-- several levels of projection, one of them in a plain view
CREATE VIEW both_ AS SELECT g, x FROM a UNION ALL SELECT g, x FROM c;
SELECT deltaview.create_view('deep', $$
  SELECT h, sum(y) AS total FROM (SELECT upper(g) AS h, x + 1 AS y FROM (
    SELECT * FROM both_ WHERE x <> 3 UNION ALL SELECT q.g, q.z FROM (SELECT g, x::int AS z FROM b) q) u WHERE g > 'a') v
  GROUP BY h $$);
-- keyed by what the union computes
SELECT deltaview.create_view('listed', $$
  SELECT g, json_agg(x ORDER BY x) AS list FROM (SELECT g, x FROM a UNION ALL SELECT g, x::int FROM b) u GROUP BY g $$);
SELECT deltaview.create_view('ranked', $$
  SELECT g, x, rank() OVER (PARTITION BY g ORDER BY x) AS place FROM (SELECT g, x FROM a UNION ALL SELECT g, x FROM b) u $$);
SELECT deltaview.create_view('first_of', $$
  SELECT DISTINCT ON (g) g, x FROM (SELECT g, x FROM a UNION ALL SELECT g, x FROM b) u ORDER BY g, x DESC $$);
-- sets in the select list, constant relations, functions beside tables
SELECT deltaview.create_view('sets', $$
  SELECT id, unnest(tags) AS tag, generate_series(1, x - 8) AS n FROM a UNION ALL SELECT id::int, g, NULL FROM b $$);
SELECT deltaview.create_view('set_of_one', 'SELECT g, unnest(tags) AS tag FROM a');
SELECT deltaview.create_view('sets_sorted', 'SELECT id FROM a ORDER BY unnest(tags)');
SELECT deltaview.create_view('constants', $$
  SELECT v.n, v.t FROM (VALUES (1, 'x'), (2, NULL)) v(n, t) UNION ALL SELECT id, g FROM a
  UNION ALL SELECT w.n, w.t FROM a JOIN (VALUES (10, 'ten'), (10, 'zehn'), (7, 'seven')) w(n, t) ON w.n = a.x $$);
SELECT deltaview.create_view('lateral_values', $$
  SELECT a.id, v.name, v.value FROM a, LATERAL (VALUES ('id', a.id), ('x', a.x), ('both', a.id + a.x)) v(name, value)
  WHERE v.value IS NOT NULL $$);
SELECT deltaview.create_view('lateral_select', $$
  SELECT a.g, l.x, l.y FROM a, LATERAL (SELECT c.x, q.z * 2 AS y FROM c, (SELECT a.x AS z) q WHERE c.a = a.id) l
  UNION ALL SELECT g, NULL, NULL FROM b $$);
SELECT deltaview.create_view('rows_from', $$
  SELECT a.id, f.tag, f.n, f.o FROM a, ROWS FROM (unnest(a.tags), generate_series(1, a.x - 8)) WITH ORDINALITY f(tag, n, o) $$);
-- a row read as a whole keeps the names of its columns
SELECT deltaview.create_view('whole_rows', 'SELECT u.what, (u).x AS x, to_jsonb(u) AS u FROM (SELECT g AS what, x FROM a UNION ALL SELECT g, x FROM b) u');

SELECT deltaview.create_view('named', $$
  SELECT q.w, to_jsonb(q) AS q, r.c, r.t FROM (SELECT a.id, to_jsonb(v) AS w FROM a, (VALUES (1, 'one')) v(n, name)) q,
  LATERAL (SELECT q.id + c.id AS c, to_jsonb(t) AS t FROM c, (SELECT * FROM a) t WHERE c.a = q.id AND t.id = q.id) r $$);
SELECT deltaview.create_view('collated', $$
  SELECT h, h < 'q' COLLATE "POSIX" AS before, count(*) AS n FROM (SELECT g COLLATE "C" AS h, x FROM a) q GROUP BY h $$);
CREATE VIEW all_views AS SELECT name AS view FROM deltaview.views WHERE name::text NOT LIKE '%.%';
SELECT view, base_table, strategy FROM deltaview.view_tables WHERE view IN (SELECT view FROM all_views) ORDER BY view::text, base_table::text;
SELECT view, q.* FROM all_views, verify_both_ways(view) q ORDER BY view::text;
\pset format unaligned
SELECT base_table, reason, delta_sql FROM deltaview.explain('twice');
SELECT delta_sql FROM deltaview.explain('by_tag');
\pset format aligned
CREATE FUNCTION differences() RETURNS TABLE (view regclass, result record) LANGUAGE sql AS $$
  SELECT v.view, q FROM all_views v, verify_both_ways(v.view) q WHERE q.only_in_view + q.only_in_query + q.verify > 0 $$;

-- the empty branch fills; then every branch changes, alone and together
INSERT INTO c VALUES (1, 'p', 10, 1), (1, 'p', 10, 1), (9, 'z', 3, 2), (NULL, NULL, NULL, NULL);
SELECT * FROM differences();
SELECT g, n, total, least::float8, mean FROM sums ORDER BY g;
INSERT INTO a VALUES (5, 'z', 10, '{u,u,NULL}');
SELECT * FROM differences();
INSERT INTO b SELECT * FROM b;
SELECT * FROM differences();
BEGIN;
UPDATE a SET x = x + 1, g = coalesce(g, 'n') WHERE id > 1;
UPDATE b SET g = 'q' WHERE x > 5;
DELETE FROM c WHERE id = 9;
INSERT INTO c VALUES (4, 'q', 11, 4), (5, 'q', 12, 4);
COMMIT;
SELECT * FROM differences();
SELECT g, ones, twos, least FROM tagged ORDER BY g;
-- from one branch to the other: the union stays as it is
BEGIN;
INSERT INTO b SELECT id, g, x FROM c WHERE g = 'q';
DELETE FROM c WHERE g = 'q';
COMMIT;
SELECT * FROM differences();
-- one of two equal rows leaves, of which one is in each branch
DELETE FROM b WHERE ctid = (SELECT min(ctid) FROM b WHERE g = 'q' AND x = 10);
SELECT * FROM differences();
-- keys move, extremes leave, groups go
UPDATE a SET id = id + 10 WHERE id IN (1, 4);
DELETE FROM b WHERE x = (SELECT min(x) FROM b);
SELECT * FROM differences();
DELETE FROM a WHERE g = 'p';
UPDATE b SET x = NULL WHERE g IS NULL;
SELECT * FROM differences();
-- there and back again, and what is rolled back
BEGIN;
UPDATE a SET x = 0;
SAVEPOINT s;
DELETE FROM b;
ROLLBACK TO s;
INSERT INTO c SELECT id, g, x, id FROM a;
SELECT deltaview.flush();
DELETE FROM c WHERE x = 0;
COMMIT;
SELECT * FROM differences();
-- the rows of one branch are not known
BEGIN;
INSERT INTO a VALUES (20, 'p', 20, '{y}');
TRUNCATE b;
COMMIT;
SELECT * FROM differences();
INSERT INTO b VALUES (1, 'p', 1.25), (1, 'p', 1.25);
SELECT * FROM differences();
TRUNCATE a, b, c;
SELECT * FROM differences();
SELECT * FROM total;
INSERT INTO a VALUES (1, 'p', 9, '{a,b}');
SELECT view, q.* FROM all_views, verify_both_ways(view) q ORDER BY view::text;

-- columns that come and go beside those in use
ALTER TABLE a ADD extra int DEFAULT 5;
ALTER TABLE a ALTER g SET NOT NULL;
INSERT INTO a VALUES (2, 'q', 30, '{z}', 1);
SELECT * FROM differences();

-- what is no sum of joins: computed otherwise, and right
SELECT base_table, strategy FROM deltaview.explain_query('SELECT x FROM (SELECT x FROM a UNION ALL SELECT x FROM c) u ORDER BY x LIMIT 3');
SELECT base_table, strategy FROM deltaview.explain_query('(SELECT x FROM a ORDER BY x LIMIT 1) UNION ALL SELECT x FROM c');
-- an order over a union under another collation than its branch's: min() of the branch could be another one
SELECT DISTINCT strategy FROM deltaview.explain_query($$
  SELECT min(g) AS g FROM (SELECT g FROM a UNION ALL SELECT g COLLATE "POSIX" FROM c) u $$);
DROP SCHEMA union_all CASCADE;
