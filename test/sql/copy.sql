-- COPY into a base table, and COPY FREEZE into one that was made, or emptied, in the same transaction.
SET client_min_messages = warning;
CREATE SCHEMA copy_;
SET search_path = copy_, public;
CREATE TABLE t (id int, g text);
SELECT deltaview.create_view('l', $$SELECT id, g FROM t WHERE g <> 'no'$$);
SELECT deltaview.create_view('a', 'SELECT g, count(*) AS n, max(id) AS high FROM t GROUP BY g');
SELECT deltaview.create_view('s', 'SELECT x.id, y.g FROM t x JOIN t y ON y.id = x.id + 1');
COPY t FROM stdin;
1	a
2	b
3	no
4	a
4	a
\.
SELECT g, n, high FROM a ORDER BY g;
COPY t (g, id) FROM stdin WITH (FORMAT csv);
c,10
,11
\.
SELECT * FROM verify_both_ways('l');
SELECT * FROM verify_both_ways('a');
SELECT * FROM verify_both_ways('s');
-- a view made after the table, in the transaction that fills it by COPY FREEZE
BEGIN;
CREATE TABLE fresh (id int, g text);
SELECT deltaview.create_view('f', 'SELECT g, count(*) AS n FROM fresh GROUP BY g');
SELECT deltaview.create_view('j', 'SELECT fresh.id, t.g FROM fresh JOIN t USING (id)');
COPY fresh FROM stdin WITH (FREEZE);
1	a
2	b
4	b
\.
SELECT deltaview.flush();
INSERT INTO t VALUES (2, 'late');
COMMIT;
SELECT g, n FROM f ORDER BY g;
SELECT * FROM verify_both_ways('f');
SELECT * FROM verify_both_ways('j');
-- COPY FREEZE after TRUNCATE; then other changes in the same transaction
BEGIN;
TRUNCATE t;
COPY t FROM stdin WITH (FREEZE);
1	x
2	x
\.
INSERT INTO t VALUES (3, 'y');
DELETE FROM t WHERE id = 1;
COMMIT;
SELECT g, n, high FROM a ORDER BY g;
SELECT * FROM verify_both_ways('l');
SELECT * FROM verify_both_ways('a');
SELECT * FROM verify_both_ways('s');
SELECT * FROM verify_both_ways('j');
-- a COPY that fails leaves nothing
COPY t FROM stdin;
5	z
bad	z
\.
SELECT * FROM verify_both_ways('a');
DROP SCHEMA copy_ CASCADE;
