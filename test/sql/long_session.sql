-- One backend, many combinations of changed tables and sizes: what it keeps of a view stays small.
CREATE TABLE ls_a (id int PRIMARY KEY, x int);
CREATE TABLE ls_b (id int PRIMARY KEY, a int);
CREATE TABLE ls_c (id int PRIMARY KEY, b int);
SET client_min_messages = warning;
SELECT deltaview.create_view('ls_v', 'SELECT a.id, a.x, b.id AS b, c.id AS c FROM ls_a a JOIN ls_b b ON b.a = a.id JOIN ls_c c ON c.b = b.id');
DO $$
DECLARE
  rows int;
BEGIN
  FOR i IN 1..40 LOOP
    rows := (ARRAY[1, 20, 1100])[1 + i % 3];
    IF i & 1 > 0 THEN
      INSERT INTO ls_a SELECT 2000 * i + j, j FROM generate_series(1, rows) j;
    END IF;
    IF i & 2 > 0 THEN
      INSERT INTO ls_b SELECT 2000 * i + j, 2000 * i + j FROM generate_series(1, rows) j;
    END IF;
    IF i & 4 > 0 THEN
      INSERT INTO ls_c SELECT 2000 * i + j, 2000 * i + j FROM generate_series(1, rows) j;
    END IF;
    PERFORM deltaview.flush();
  END LOOP;
END $$;
SELECT sum(total_bytes) < 10 * 1024 * 1024 AS small FROM pg_backend_memory_contexts WHERE name = 'deltaview program';
-- flushes that fail leave nothing behind
SELECT deltaview.create_view('ls_share', 'SELECT b.id, a.x, 100 / b.a AS share FROM ls_b b JOIN ls_a a ON a.id = b.id');
CREATE VIEW ls_memory AS SELECT sum(total_bytes) AS bytes FROM pg_backend_memory_contexts WHERE name LIKE 'deltaview %';
CREATE PROCEDURE ls_fail(times int) LANGUAGE plpgsql AS $$
BEGIN
  FOR i IN 1..times LOOP
    BEGIN
      IF i % 2 = 0 THEN
        UPDATE ls_b SET a = 0 WHERE id = 4001;
      ELSE
        INSERT INTO ls_a VALUES (-1, 1);
        INSERT INTO ls_b VALUES (-1, 0);
      END IF;
      PERFORM deltaview.flush();
      RAISE 'no error';
    EXCEPTION WHEN division_by_zero THEN NULL;
    END;
    COMMIT;
  END LOOP;
END $$;
INSERT INTO ls_a VALUES (4001, 1) ON CONFLICT DO NOTHING;
INSERT INTO ls_b VALUES (4001, 1) ON CONFLICT DO NOTHING;
CALL ls_fail(20);
SELECT bytes AS before FROM ls_memory \gset
CALL ls_fail(500);
SELECT bytes < :before + 32 * 1024 AS small FROM ls_memory;
DROP VIEW ls_memory;
DROP PROCEDURE ls_fail;
SELECT count(*) > 1000 AS rows FROM ls_v;
SELECT * FROM verify_both_ways('ls_v') \gset
SELECT :only_in_view AS only_in_view, :only_in_query AS only_in_query, :verify AS verify;
DROP TABLE ls_a, ls_b, ls_c CASCADE;
