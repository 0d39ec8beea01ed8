-- A query without an incremental rule is computed anew and its difference applied: LIMIT, recursion, grouping sets.
SET client_min_messages = error;
CREATE SCHEMA complete;
SET search_path = complete, public;
CREATE TABLE t (id int PRIMARY KEY, parent int, n int);
INSERT INTO t SELECT i, nullif(i / 2, 0), i * 7 % 5 FROM generate_series(1, 10) i;
SELECT deltaview.create_view('top', 'SELECT id, n FROM t ORDER BY n DESC, id LIMIT 3');
SELECT deltaview.create_view('tree', $$
  WITH RECURSIVE r AS (SELECT id, 0 AS depth FROM t WHERE parent IS NULL
    UNION ALL SELECT t.id, depth + 1 FROM t JOIN r ON t.parent = r.id) SELECT * FROM r $$);
SELECT deltaview.create_view('cube', 'SELECT parent, n, count(*) AS c FROM t GROUP BY CUBE (parent, n)');
SELECT deltaview.create_view('forced', 'SELECT n, count(*) AS c FROM t GROUP BY n', method => 'complete');
SELECT id, n FROM top ORDER BY n DESC, id;
INSERT INTO t VALUES (11, 3, 9), (12, 11, 8);
DELETE FROM t WHERE id = 2;
UPDATE t SET parent = 1 WHERE parent = 2;
SELECT id, n FROM top ORDER BY n DESC, id;
SELECT id, depth FROM tree ORDER BY id;
SELECT * FROM verify_both_ways('top');
SELECT * FROM verify_both_ways('tree');
SELECT * FROM verify_both_ways('cube');
SELECT * FROM verify_both_ways('forced');
-- rows that stay are not written again
CREATE TABLE before AS SELECT ctid AS at, id FROM tree;
UPDATE t SET parent = 4 WHERE id = 12;
SELECT count(*) FROM tree r JOIN before b ON b.at = r.ctid AND b.id = r.id;
-- who wants it incremental or not at all is told why not
SELECT deltaview.create_view('no', 'SELECT id, n FROM t ORDER BY n DESC, id LIMIT 3', method => 'fast');
SELECT to_regclass('no') IS NULL AS nothing_left;
SELECT deltaview.create_view('nameless', 'SELECT n FROM t LIMIT 3');
DROP SCHEMA complete CASCADE;
