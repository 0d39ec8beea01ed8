-- A data-modifying CTE changes both sides of a join in one statement: each row pair is counted once.
SET client_min_messages = warning;
CREATE SCHEMA cte_dml;
SET search_path = cte_dml, public;
CREATE TABLE a (k int, x int);
CREATE TABLE b (k int, y int);
INSERT INTO a VALUES (1, 1), (2, 2), (2, 3);
INSERT INTO b VALUES (1, 10), (2, 20), (3, 30);
SELECT deltaview.create_view('l', 'SELECT a.k, x, y FROM a JOIN b USING (k)');
SELECT deltaview.create_view('s', 'SELECT a.k, count(*) AS n, sum(y) AS y FROM a JOIN b USING (k) GROUP BY a.k');
SELECT deltaview.create_view('o', 'SELECT a.k, x, y FROM a LEFT JOIN b USING (k)');
SELECT deltaview.create_view('now', 'SELECT a.k, x, y FROM a JOIN b USING (k)', refresh => 'on statement');
-- both sides of a new key
WITH i AS (INSERT INTO a VALUES (5, 50), (5, 51) RETURNING k) INSERT INTO b SELECT DISTINCT k, 500 FROM i;
SELECT k, x, y FROM l WHERE k = 5 ORDER BY x;
SELECT k, n, y FROM s ORDER BY k;
-- one side leaves for the other
WITH d AS (DELETE FROM a WHERE k = 2 RETURNING k, x) INSERT INTO b SELECT k, x FROM d;
WITH d AS (DELETE FROM b WHERE k = 5 RETURNING k), u AS (UPDATE a SET k = 1 WHERE k = 5 RETURNING k) SELECT count(*) > 0 FROM u;
SELECT k, x, y FROM l ORDER BY 1, 2, 3;
SELECT * FROM verify_both_ways('l');
SELECT * FROM verify_both_ways('s');
SELECT * FROM verify_both_ways('o');
SELECT * FROM verify_both_ways('now');
-- the same table twice, and a CTE that its query does not read
WITH one AS (INSERT INTO a VALUES (7, 1)), two AS (INSERT INTO a VALUES (7, 2)), del AS (DELETE FROM b WHERE k = 3)
INSERT INTO b VALUES (7, 70);
SELECT k, n, y FROM s ORDER BY k;
-- in a transaction, before and after a flush
BEGIN;
WITH i AS (INSERT INTO a VALUES (8, 1) RETURNING k) UPDATE b SET k = 8 WHERE k = 7;
SELECT deltaview.flush();
WITH i AS (INSERT INTO b VALUES (8, 9) RETURNING k) DELETE FROM a WHERE k = 7;
COMMIT;
SELECT * FROM verify_both_ways('l');
SELECT * FROM verify_both_ways('s');
SELECT * FROM verify_both_ways('o');
SELECT * FROM verify_both_ways('now');
DROP SCHEMA cte_dml CASCADE;
