-- What came with PostgreSQL 18: virtual generated columns, keys WITHOUT OVERLAPS, constraints that do not hold yet,
-- OLD and NEW in RETURNING, groups as an entry of the range table.
SELECT current_setting('server_version_num')::int < 180000 AS earlier \gset
\if :earlier
\quit
\endif
SET client_min_messages = warning;
CREATE SCHEMA since_18;
SET search_path = since_18, public;

-- rows hold nothing in the place of a virtual column
CREATE TABLE p (gone int, id int PRIMARY KEY, price numeric, qty int, total numeric GENERATED ALWAYS AS (price * qty),
  known boolean GENERATED ALWAYS AS (price IS NOT NULL), name text);
ALTER TABLE p DROP COLUMN gone;
CREATE TABLE s (id int PRIMARY KEY, p int, label text GENERATED ALWAYS AS ('sale ' || p));
INSERT INTO p (id, price, qty, name) VALUES (1, 2.5, 2, 'a'), (2, 3, 1, 'b'), (3, NULL, 4, 'c');
INSERT INTO s (id, p) VALUES (10, 1), (11, 1), (12, 2), (13, 9);
CREATE VIEW plain AS SELECT id, total, name FROM p WHERE total > 2;
SELECT deltaview.create_view('v_filter', 'SELECT id, total, known FROM p WHERE total > 2 OR NOT known');
SELECT deltaview.create_view('v_all', 'SELECT * FROM p');
SELECT deltaview.create_view('v_join', 'SELECT s.id, s.label, p.total FROM s JOIN p ON p.id = s.p');
SELECT deltaview.create_view('v_outer', 'SELECT s.id, p.total, p.known, p.name FROM s LEFT JOIN p ON p.id = s.p');
SELECT deltaview.create_view('v_full', 'SELECT s.id, s.label, p.id AS p, p.known FROM s FULL JOIN p ON p.id = s.p');
SELECT deltaview.create_view('v_sum', 'SELECT known, count(*) AS n, sum(total) AS total FROM p GROUP BY known');
SELECT deltaview.create_view('v_max', 'SELECT s.label, max(p.total) AS most FROM s JOIN p ON p.id = s.p GROUP BY s.label');
SELECT deltaview.create_view('v_json', 'SELECT p.id, (SELECT jsonb_agg(s.label ORDER BY s.id) FROM s WHERE s.p = p.id) AS labels, p.total FROM p');
SELECT deltaview.create_view('v_exists', 'SELECT id, label FROM s WHERE EXISTS (SELECT FROM p WHERE p.id = s.p AND p.total > 4)');
SELECT deltaview.create_view('v_window', 'SELECT id, known, rank() OVER (PARTITION BY known ORDER BY total) AS r FROM p');
SELECT deltaview.create_view('v_plain', 'SELECT s.id, x.total FROM s JOIN plain x ON x.id = s.p');
SELECT deltaview.create_view('v_first', 'SELECT id, total FROM p ORDER BY total DESC NULLS LAST, id LIMIT 2');
SELECT deltaview.create_view('v_self', 'SELECT a.id, b.id AS other FROM p a JOIN p b ON b.total = a.total');
SELECT view, base_table, strategy FROM deltaview.view_tables WHERE view::text LIKE 'v\_%' ORDER BY view::text COLLATE "C", base_table::text;
SELECT * FROM wrong_views();
INSERT INTO p (id, price, qty) VALUES (9, 1, 7), (4, 5, 1);
SELECT id, total, known FROM v_all ORDER BY id;
SELECT * FROM v_outer ORDER BY id;
SELECT * FROM wrong_views();
UPDATE p SET qty = qty + 1;
SELECT * FROM wrong_views();
BEGIN;
UPDATE p SET price = NULL WHERE id = 1;
INSERT INTO s (id, p) VALUES (14, 3), (15, NULL);
UPDATE s SET p = 4 WHERE id = 10;
DELETE FROM p WHERE id = 2;
COMMIT;
SELECT * FROM v_outer ORDER BY id;
SELECT * FROM v_sum ORDER BY known;
SELECT * FROM wrong_views();
UPDATE p SET name = upper(name);
SELECT * FROM wrong_views();

-- views are built on the expression
ALTER TABLE p ALTER COLUMN total SET EXPRESSION AS (coalesce(price, 1) * qty + 1);
ALTER TABLE p ALTER COLUMN qty SET NOT NULL, ALTER COLUMN known SET EXPRESSION AS (price > 1);
ALTER TABLE p RENAME COLUMN price TO cost;
UPDATE p SET cost = cost + 1;
SELECT * FROM wrong_views();

-- columns that come later
CREATE TABLE later (id int PRIMARY KEY, a int);
INSERT INTO later VALUES (1, 1);
SELECT deltaview.create_view('l_row', 'SELECT id, to_jsonb(later) AS row FROM later');
SELECT deltaview.create_view('l_some', 'SELECT id, a FROM later');
ALTER TABLE later ADD COLUMN z int GENERATED ALWAYS AS (a + 1);
DROP TABLE l_row;
ALTER TABLE later ADD COLUMN z int GENERATED ALWAYS AS (a + 1);
INSERT INTO later VALUES (2, 2);
SELECT deltaview.create_view('l_new', 'SELECT l.id, x.z FROM later l LEFT JOIN later x ON x.id = l.a - 1');
UPDATE later SET a = a + 1;
SELECT * FROM l_new ORDER BY id;
SELECT * FROM wrong_views();
ALTER TABLE later DROP COLUMN z CASCADE;
INSERT INTO later VALUES (3, 3);
SELECT * FROM wrong_views();

-- nor does the log hold virtual columns
SELECT 1 AS made FROM pg_create_logical_replication_slot('since_18', 'pg_deltaview');
UPDATE p SET name = 'z' WHERE id = 9;
SELECT data FROM pg_logical_slot_get_changes('since_18', NULL, NULL, 'add-tables', 'since_18.p', 'include-transaction', 'off')
WHERE data LIKE '%"table":"p"%';
SELECT pg_drop_replication_slot('since_18');

-- not as a whole, and no system columns
SELECT deltaview.create_view('x', 'SELECT id, to_jsonb(p) AS row FROM p');
SELECT deltaview.create_view('x', 'SELECT s.id, (SELECT count(x) FROM p x WHERE x.id = s.p) FROM s');
SELECT deltaview.create_view('x', 'SELECT id, ctid FROM p');
SELECT deltaview.create_view('x', 'SELECT id, total FROM p TABLESAMPLE SYSTEM (10)');

-- equal keys are one row, but this is not the equality of the index
CREATE TABLE rooms (id int4range, during daterange, price int, PRIMARY KEY (id, during WITHOUT OVERLAPS));
CREATE TABLE stays (guest int PRIMARY KEY, room int4range, during daterange,
  FOREIGN KEY (room, PERIOD during) REFERENCES rooms (id, PERIOD during));
INSERT INTO rooms VALUES ('[1,2)', '[2026-01-01,2026-02-01)', 10), ('[1,2)', '[2026-02-01,2026-03-01)', 20),
  ('[2,3)', '[2026-01-01,2026-03-01)', 30);
INSERT INTO stays VALUES (1, '[1,2)', '[2026-01-05,2026-02-05)'), (2, '[2,3)', '[2026-01-01,2026-01-03)');
SELECT deltaview.create_view('t_rooms', 'SELECT id, during, price FROM rooms');
SELECT deltaview.create_view('t_stays', 'SELECT s.guest, r.during, r.price FROM stays s JOIN rooms r ON r.id = s.room AND r.during && s.during');
SELECT deltaview.create_view('t_outer', 'SELECT r.id, r.during, s.guest FROM rooms r LEFT JOIN stays s ON s.room = r.id AND s.during = r.during');
SELECT deltaview.create_view('t_json', 'SELECT r.id, r.during, (SELECT jsonb_agg(s.guest) FROM stays s WHERE s.room = r.id) AS guests FROM rooms r');
SELECT deltaview.create_view('t_sum', 'SELECT id, sum(price) AS price FROM rooms GROUP BY id');
SELECT view, base_table, strategy FROM deltaview.view_tables WHERE view::text LIKE 't\_%' ORDER BY view::text COLLATE "C", base_table::text;
UPDATE rooms SET price = price + 1 WHERE id = '[1,2)';
UPDATE rooms SET during = '[2026-01-01,2026-04-01)' WHERE price = 30;
INSERT INTO rooms VALUES ('[2,3)', '[2026-04-01,2026-05-01)', 40);
UPDATE stays SET during = '[2026-01-01,2026-04-01)' WHERE guest = 2;
DELETE FROM stays WHERE guest = 1;
DELETE FROM rooms WHERE id = '[1,2)' AND price = 21;
SELECT * FROM t_outer ORDER BY id, during;
SELECT * FROM wrong_views();

-- rows that were there before a constraint need not obey it
CREATE TABLE n (k int, v int);
INSERT INTO n VALUES (1, 1), (NULL, 2), (NULL, 2);
ALTER TABLE n ADD CONSTRAINT n_k NOT NULL k NOT VALID;
CREATE UNIQUE INDEX n_key ON n (k);
ALTER TABLE n REPLICA IDENTITY USING INDEX n_key;
SELECT deltaview.create_view('k_rows', 'SELECT k, v FROM n');
SELECT deltaview.create_view('k_json', 'SELECT n.k, n.v, (SELECT count(*) FROM s WHERE s.p = n.v) AS sales FROM n');
UPDATE n SET v = v + 1 WHERE k = 1;
INSERT INTO s (id, p) VALUES (20, 2), (21, 2);
INSERT INTO n VALUES (2, 4);
DELETE FROM s WHERE id = 21;
SELECT * FROM k_json ORDER BY k;
SELECT * FROM wrong_views();
CREATE TABLE parents (id int PRIMARY KEY, name text);
CREATE TABLE children (id int PRIMARY KEY, parent int REFERENCES parents NOT ENFORCED);
INSERT INTO children VALUES (1, 1), (2, 2);
INSERT INTO parents VALUES (1, 'one');
SELECT deltaview.create_view('f', 'SELECT c.id, p.name FROM children c JOIN parents p ON p.id = c.parent');
DELETE FROM parents WHERE id = 1;
INSERT INTO parents VALUES (2, 'two'), (3, 'three');
SELECT * FROM f;

-- what statements give back is not what they write
UPDATE parents SET name = name || '!' RETURNING old.name, new.name;
INSERT INTO parents VALUES (2, 'zwei') ON CONFLICT (id) DO UPDATE SET name = excluded.name RETURNING old.name, new.name;
DELETE FROM parents WHERE id = 2 RETURNING old.*, new.*;
SELECT * FROM wrong_views();

-- columns of groups, in every place
SELECT deltaview.create_view('g_expr', 'SELECT p % 2 AS odd, count(*) AS n, p % 2 + 1 AS next FROM s GROUP BY p % 2 HAVING p % 2 IS NOT NULL');
SELECT deltaview.create_view('g_inner', 'SELECT s.p, (SELECT count(*) FROM children c WHERE c.id = s.p) AS c, count(*) AS n FROM s GROUP BY s.p');
SELECT deltaview.create_view('g_outer', 'SELECT p.name, c.id, count(*) AS n FROM children c LEFT JOIN parents p ON p.id = c.parent GROUP BY p.name, c.id');
SELECT deltaview.create_view('g_using', 'SELECT id, count(s.p) AS n FROM s FULL JOIN children USING (id) GROUP BY id');
SELECT deltaview.create_view('g_sets', 'SELECT p, label, count(*) AS n, grouping(p, label) AS g FROM s GROUP BY GROUPING SETS ((p), (label), ())');
SELECT deltaview.create_view('g_rollup', 'SELECT p % 2 AS odd, p, count(*) AS n FROM s GROUP BY ROLLUP (p % 2, p)');
SELECT deltaview.create_view('g_window', 'SELECT p, sum(count(*)) OVER (PARTITION BY p % 2 ORDER BY p) AS n FROM s GROUP BY p');
SELECT deltaview.create_view('g_nested', 'SELECT n, count(*) AS times FROM (SELECT p, count(*) AS n FROM s GROUP BY p) x GROUP BY n');
SELECT deltaview.create_view('g_value', 'SELECT (SELECT max(name) FROM parents WHERE parents.id = s.p) AS name, count(*) AS n FROM s GROUP BY (SELECT max(name) FROM parents WHERE parents.id = s.p)');
INSERT INTO s (id, p) VALUES (1, 1), (2, 3), (16, 3);
UPDATE s SET p = p + 1 WHERE id < 13;
INSERT INTO children VALUES (3, 3), (5, NULL);
INSERT INTO parents VALUES (4, 'four');
DELETE FROM s WHERE id IN (11, 15);
SELECT * FROM g_rollup ORDER BY odd, p;
SELECT * FROM wrong_views();

DROP SCHEMA since_18 CASCADE;
