-- A statement that SPI cuts short by a row limit never fires its AFTER triggers: the views of its table are computed anew.
SET client_min_messages = warning;
CREATE SCHEMA cut_short;
SET search_path = cut_short, public;
\getenv srcdir PG_ABS_SRCDIR
\set module :srcdir '/helper/spi_limit'
CREATE FUNCTION spi_limit(text, int) RETURNS bigint AS :'module' LANGUAGE C STRICT;
CREATE TABLE t (id int PRIMARY KEY, g int);
CREATE TABLE u (g int, name text);
INSERT INTO t VALUES (1, 1), (2, 2), (3, 3);
INSERT INTO u VALUES (1, 'one'), (2, 'two');
SELECT deltaview.create_view('l', 'SELECT t.id, u.name FROM t JOIN u USING (g)');
SELECT deltaview.create_view('a', 'SELECT g, count(*) AS n FROM t GROUP BY g');
SELECT deltaview.create_view('k', 'SELECT t.id, u.name FROM t LEFT JOIN u USING (g)');
SELECT spi_limit('INSERT INTO t SELECT i, i % 4 FROM generate_series(10, 20) i RETURNING id', 2);
SELECT count(*) FROM t;
SELECT * FROM verify_both_ways('l');
SELECT * FROM verify_both_ways('a');
SELECT * FROM verify_both_ways('k');
SELECT spi_limit('UPDATE t SET g = g + 1 RETURNING id', 3);
SELECT * FROM verify_both_ways('a');
SELECT spi_limit('DELETE FROM t RETURNING id', 1);
SELECT * FROM verify_both_ways('l');
SELECT * FROM verify_both_ways('a');
SELECT * FROM verify_both_ways('k');
-- among other statements, before and after it, in subtransactions that stay or not
BEGIN;
INSERT INTO t VALUES (30, 1);
SELECT spi_limit('DELETE FROM t WHERE id > 1 RETURNING id', 1);
INSERT INTO u VALUES (3, 'three');
SAVEPOINT s;
SELECT spi_limit('INSERT INTO t SELECT i, 1 FROM generate_series(40, 49) i RETURNING id', 5);
ROLLBACK TO s;
DELETE FROM t WHERE id = 30;
COMMIT;
SELECT * FROM verify_both_ways('l');
SELECT * FROM verify_both_ways('a');
SELECT * FROM verify_both_ways('k');
BEGIN;
SAVEPOINT s;
SELECT spi_limit('INSERT INTO t SELECT i, 1 FROM generate_series(50, 59) i RETURNING id', 5);
RELEASE s;
INSERT INTO u VALUES (1, 'uno');
COMMIT;
SELECT * FROM verify_both_ways('l');
SELECT * FROM verify_both_ways('a');
SELECT * FROM verify_both_ways('k');
-- in the middle of another statement
CREATE FUNCTION cut() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN PERFORM spi_limit('UPDATE t SET g = 2 RETURNING id', 1); RETURN NEW; END $$;
CREATE TRIGGER cut BEFORE INSERT ON u FOR EACH ROW EXECUTE FUNCTION cut();
INSERT INTO u VALUES (2, 'dos');
SELECT * FROM verify_both_ways('l');
SELECT * FROM verify_both_ways('a');
SELECT * FROM verify_both_ways('k');
-- PL/pgSQL runs to the end in all of these: a loop that exits, a cursor that is not read to its end, one row of a CTE
DO $$
DECLARE
  r record;
  c refcursor;
BEGIN
  FOR r IN INSERT INTO t SELECT i, 1 FROM generate_series(60, 69) i RETURNING id LOOP
    EXIT;
  END LOOP;
  OPEN c FOR WITH i AS (INSERT INTO t SELECT i, 2 FROM generate_series(70, 79) i RETURNING id) SELECT id FROM i;
  FETCH c INTO r;
  CLOSE c;
EXCEPTION WHEN feature_not_supported THEN
  NULL;
END $$;
DO $$
DECLARE
  r record;
BEGIN
  FOR r IN INSERT INTO t SELECT i, 1 FROM generate_series(80, 89) i RETURNING id LOOP
    EXIT;
  END LOOP;
  WITH i AS (INSERT INTO t SELECT i, 3 FROM generate_series(90, 99) i RETURNING id) SELECT id INTO r FROM i;
END $$;
SELECT * FROM verify_both_ways('l');
SELECT * FROM verify_both_ways('a');
SELECT * FROM verify_both_ways('k');
DROP SCHEMA cut_short CASCADE;
