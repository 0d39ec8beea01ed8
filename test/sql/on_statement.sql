-- A view in mode `on statement` is current after every statement, also inside the transaction; one `on commit` waits.
SET client_min_messages = warning;
CREATE SCHEMA on_statement;
SET search_path = on_statement, public;
CREATE TABLE t (id int PRIMARY KEY, g int);
CREATE TABLE u (g int, name text);
SELECT deltaview.create_view('now', 'SELECT g, count(*) AS n FROM t GROUP BY g', refresh => 'on statement');
SELECT deltaview.create_view('later', 'SELECT g, count(*) AS n FROM t GROUP BY g');
SELECT deltaview.create_view('joined', 'SELECT t.id, u.name FROM t LEFT JOIN u USING (g)', refresh => 'on statement');
BEGIN;
INSERT INTO t VALUES (1, 1), (2, 1), (3, 2);
SELECT * FROM now ORDER BY g;
SELECT * FROM later ORDER BY g;
INSERT INTO u VALUES (1, 'one');
SELECT * FROM joined ORDER BY id;
SAVEPOINT s;
DELETE FROM t WHERE id = 1;
SELECT * FROM now ORDER BY g;
ROLLBACK TO s;
SELECT * FROM now ORDER BY g;
UPDATE t SET g = 2 WHERE id = 2;
SELECT * FROM now ORDER BY g;
COMMIT;
SELECT * FROM later ORDER BY g;
SELECT * FROM verify_both_ways('now');
SELECT * FROM verify_both_ways('later');
SELECT * FROM verify_both_ways('joined');
-- inside a function each statement counts, and the function itself may read
CREATE FUNCTION add(a int, b int) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE seen bigint;
BEGIN
  INSERT INTO t VALUES (a, b);
  SELECT n INTO seen FROM now WHERE g = b;
  RETURN seen;
END $$;
SELECT add(10, 5), add(11, 5);
-- one statement that changes two tables
WITH x AS (INSERT INTO t VALUES (20, 9) RETURNING g) INSERT INTO u SELECT g, 'nine' FROM x;
SELECT * FROM joined WHERE id = 20;
SELECT * FROM verify_both_ways('now');
SELECT * FROM verify_both_ways('later');
SELECT * FROM verify_both_ways('joined');
DROP SCHEMA on_statement CASCADE;
