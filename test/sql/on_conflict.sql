-- INSERT ... ON CONFLICT fires the triggers of INSERT and of UPDATE; rows that it skips change nothing.
SET client_min_messages = warning;
CREATE SCHEMA on_conflict;
SET search_path = on_conflict, public;
CREATE TABLE t (id int PRIMARY KEY, g int, n int DEFAULT 1);
SELECT deltaview.create_view('a', 'SELECT g, count(*) AS rows, sum(n) AS n, min(id) AS low FROM t GROUP BY g');
SELECT deltaview.create_view('l', 'SELECT x.id, y.n FROM t x JOIN t y ON y.g = x.g');
SELECT deltaview.create_view('now', 'SELECT count(*) AS n FROM t', refresh => 'on statement');
INSERT INTO t VALUES (1, 1), (2, 1), (3, 2);
INSERT INTO t VALUES (1, 5), (4, 2) ON CONFLICT (id) DO UPDATE SET n = t.n + 1;
SELECT g, rows, n, low FROM a ORDER BY g;
INSERT INTO t VALUES (1, 9), (5, 3) ON CONFLICT DO NOTHING;
INSERT INTO t VALUES (2, 7), (3, 7) ON CONFLICT (id) DO UPDATE SET g = excluded.g WHERE t.id = 3;
SELECT g, rows, n, low FROM a ORDER BY g;
BEGIN;
INSERT INTO t SELECT i, i % 4 FROM generate_series(1, 8) i ON CONFLICT (id) DO UPDATE SET g = excluded.g, n = 0;
INSERT INTO t VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET id = 100;
COMMIT;
SELECT g, rows, n, low FROM a ORDER BY g;
SELECT * FROM verify_both_ways('a');
SELECT * FROM verify_both_ways('l');
SELECT * FROM verify_both_ways('now');
-- twice the same row in one statement is the server's error, and changes nothing
INSERT INTO t VALUES (50, 1), (50, 2) ON CONFLICT (id) DO UPDATE SET g = 3;
SELECT * FROM verify_both_ways('a');
DROP SCHEMA on_conflict CASCADE;
