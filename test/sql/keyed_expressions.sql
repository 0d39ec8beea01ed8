-- Equalities of expressions lead a changed row to its key, where they cannot fail for any row.
CREATE TABLE ke_days (day date PRIMARY KEY, label text);
CREATE TABLE ke_orders (id int PRIMARY KEY, d timestamp, who text, n int, code text);
CREATE TABLE ke_names (name text, n int, nick varchar(10));
INSERT INTO ke_days SELECT date '2024-01-01' + i, 'day ' || i FROM generate_series(0, 5) i;
INSERT INTO ke_orders SELECT i, timestamp '2024-01-01' + i * interval '7 hours', CASE i % 4 WHEN 0 THEN 'Ann' WHEN 1 THEN 'ann' WHEN 2 THEN 'BOB' END,
	i % 5, CASE WHEN i % 2 = 0 THEN i::text ELSE 'x' || i END FROM generate_series(1, 12) i;
INSERT INTO ke_names VALUES ('ANN', 1, 'a'), ('bob', 2, 'Bob'), ('Ann', NULL, NULL), (NULL, 3, 'x'), ('none', 4, '0');

CREATE TABLE ke_queries (name text PRIMARY KEY, query text);
INSERT INTO ke_queries VALUES
('ke_date', 'SELECT c.day, (SELECT count(*) FROM ke_orders o WHERE o.d::date = c.day) AS n FROM ke_days c'),
('ke_left', 'SELECT c.day, c.label, o.id FROM ke_days c LEFT JOIN ke_orders o ON o.d::date = c.day'),
('ke_lower', 'SELECT o.id, (SELECT count(n.n) FROM ke_names n WHERE lower(n.name) = lower(o.who)) AS n FROM ke_orders o'),
('ke_plus', 'SELECT o.id FROM ke_orders o WHERE EXISTS (SELECT 1 FROM ke_names n WHERE n.n + 1 = o.n AND n.name <> o.who)'),
('ke_in', 'SELECT o.id FROM ke_orders o WHERE lower(who) IN (SELECT lower(name) FROM ke_names WHERE n > 0)'),
('ke_varchar', 'SELECT o.id, n.n FROM ke_orders o LEFT JOIN ke_names n ON lower(n.nick) = o.who'),
('ke_grouped', 'SELECT o.id, s.n FROM ke_orders o JOIN (SELECT lower(name) AS l, json_agg(n ORDER BY n) AS n FROM ke_names GROUP BY 1) s ON s.l = lower(o.who)'),
('ke_grouped_day', 'SELECT c.label, s.l FROM ke_days c LEFT JOIN (SELECT d::date AS day, json_agg(id ORDER BY id) AS l FROM ke_orders GROUP BY 1) s ON s.day = c.day'),
('ke_coalesce', 'SELECT o.id, n.name FROM ke_orders o LEFT JOIN ke_names n ON coalesce(n.n, 0) = o.n'),
('ke_coalesce_outer', 'SELECT o.id, c.label FROM ke_orders o LEFT JOIN ke_names n ON n.name = o.who JOIN ke_days c ON coalesce(n.n, 0) = extract(day FROM c.day)::int'),
('ke_case', 'SELECT o.id, (SELECT max(n.nick) FROM ke_names n WHERE CASE WHEN n.n > 2 THEN n.n ELSE 0 END = o.n) AS m FROM ke_orders o'),
('ke_collate', 'SELECT o.id, (SELECT count(*) FROM ke_names n WHERE n.name = o.who COLLATE "C") AS n FROM ke_orders o'),
('ke_cast', 'SELECT n.name, n.nick, (SELECT count(*) FROM ke_orders o WHERE o.id % 2 = 0 AND o.code::int = n.n) AS m FROM ke_names n');

SET client_min_messages = error;
SELECT name, deltaview.create_view(name, query) FROM ke_queries ORDER BY name;
RESET client_min_messages;
SELECT name, base_table, strategy, CASE WHEN strategy = 'keyed' THEN split_part(delta_sql, E';\n', 1) END AS trace
FROM ke_queries, deltaview.explain(name::regclass) ORDER BY name, base_table::text;

CREATE VIEW ke_wrong AS SELECT name, only_in_view, only_in_query, verify FROM ke_queries, verify_both_ways(name::regclass)
WHERE (only_in_view, only_in_query, verify) <> (0, 0, 0);
BEGIN;
INSERT INTO ke_orders VALUES (20, '2024-01-03 23:59:59.999999', 'bOb', 3, '3'), (23, '2024-01-02', 'None', 1, 'none'), (21, NULL, NULL, NULL, NULL), (22, '2024-01-06', '', 0, '4');
INSERT INTO ke_names VALUES ('BOB', 0, 'ANN'), ('', -1, '');
COMMIT;
TABLE ke_wrong;
UPDATE ke_orders SET d = d + interval '1 day', who = upper(who);
TABLE ke_wrong;
UPDATE ke_names SET name = lower(name), n = n + 1, nick = NULL WHERE n < 3;
TABLE ke_wrong;
BEGIN;
UPDATE ke_orders SET d = NULL, n = 4 WHERE id % 3 = 0;
UPDATE ke_days SET day = day + 10 WHERE day > '2024-01-04';
UPDATE ke_names SET n = NULL WHERE name = 'none';
COMMIT;
TABLE ke_wrong;
DELETE FROM ke_names WHERE n IS NULL;
DELETE FROM ke_orders WHERE id % 2 = 1;
TABLE ke_wrong;
DELETE FROM ke_names;
TABLE ke_wrong;
SELECT name, view_rows FROM ke_queries, verify_both_ways(name::regclass) ORDER BY name;

-- Rows that are equal by = are one group: what may tell them apart leads to none of its keys.
CREATE TABLE ke_groups (h numeric, n int);
CREATE TABLE ke_root (id int PRIMARY KEY, t text);
SELECT query, base_table, strategy FROM (VALUES
	('SELECT r.id, s.n FROM ke_root r JOIN (SELECT h, json_agg(n ORDER BY n) AS n FROM ke_groups GROUP BY h) s ON s.h = r.id'),
	('SELECT r.id, s.n FROM ke_root r JOIN (SELECT h, json_agg(n ORDER BY n) AS n FROM ke_groups GROUP BY h) s ON s.h::text = r.t'))
	q(query), deltaview.explain_query(query) ORDER BY query, base_table::text;

SET client_min_messages = warning;
DROP VIEW ke_wrong;
DROP TABLE ke_days, ke_orders, ke_names, ke_groups, ke_root CASCADE;
DROP TABLE ke_queries;
