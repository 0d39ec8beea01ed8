-- A PL/pgSQL block that ends in an exception takes its changes back; what its handler does stays.
SET client_min_messages = warning;
CREATE SCHEMA exception_block;
SET search_path = exception_block, public;
CREATE TABLE t (id int PRIMARY KEY, g int CHECK (g < 100));
SELECT deltaview.create_view('a', 'SELECT g, count(*) AS n, sum(id) AS s FROM t GROUP BY g');
SELECT deltaview.create_view('now', 'SELECT id FROM t WHERE g > 0', refresh => 'on statement');
DO $$
BEGIN
  INSERT INTO t VALUES (1, 1), (2, 2);
  BEGIN
    INSERT INTO t VALUES (3, 3);
    DELETE FROM t WHERE id = 1;
    INSERT INTO t VALUES (2, 9); -- duplicate
  EXCEPTION WHEN unique_violation THEN
    INSERT INTO t VALUES (4, 4);
  END;
  BEGIN
    UPDATE t SET g = g + 98; -- some rows, then the check
  EXCEPTION WHEN check_violation THEN
    UPDATE t SET g = 7 WHERE id = 2;
  END;
END $$;
SELECT g, n, s FROM a ORDER BY g;
SELECT * FROM verify_both_ways('a');
SELECT * FROM verify_both_ways('now');
-- flush in a block that fails, and in a loop of which every second turn fails
DO $$
BEGIN
  FOR i IN 10..19 LOOP
    BEGIN
      INSERT INTO t VALUES (i, i % 3);
      PERFORM deltaview.flush();
      IF i % 2 = 0 THEN
        RAISE EXCEPTION 'away';
      END IF;
    EXCEPTION WHEN raise_exception THEN NULL;
    END;
  END LOOP;
END $$;
SELECT g, n, s FROM a ORDER BY g;
SELECT * FROM verify_both_ways('a');
SELECT * FROM verify_both_ways('now');
-- a statement that fails outside of any block
INSERT INTO t VALUES (50, 1), (1, 1);
BEGIN;
INSERT INTO t VALUES (51, 1);
SAVEPOINT s;
INSERT INTO t VALUES (52, 1), (1, 1);
ROLLBACK TO s;
COMMIT;
SELECT * FROM verify_both_ways('a');
SELECT * FROM verify_both_ways('now');
DROP SCHEMA exception_block CASCADE;
