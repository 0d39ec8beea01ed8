-- DROP EXTENSION is refused while views exist; with CASCADE the triggers go and the views stay as plain tables.
SET client_min_messages = error;
CREATE SCHEMA drop_extension;
SET search_path = drop_extension, public;
CREATE TABLE t (a int, b int);
SELECT deltaview.create_view('v', 'SELECT b, count(*) AS n, max(a) AS high FROM t GROUP BY b');
INSERT INTO t VALUES (1, 1), (2, 1);
\set VERBOSITY sqlstate
DROP EXTENSION pg_deltaview;
\set VERBOSITY default
BEGIN;
INSERT INTO t VALUES (3, 2);
DROP EXTENSION pg_deltaview CASCADE;
ROLLBACK;
INSERT INTO t VALUES (3, 2);
SELECT * FROM verify_both_ways('v');
DROP EXTENSION pg_deltaview CASCADE;
SELECT b, n, high FROM v ORDER BY b;
SELECT count(*) FROM pg_trigger WHERE tgname LIKE '\_\_dv\_%';
INSERT INTO t VALUES (4, 1);
DELETE FROM v WHERE b = 2;
SELECT b, n, high FROM v ORDER BY b;
SELECT to_regnamespace('deltaview') IS NULL AS gone;
-- and again from the beginning, in the same session
DROP TABLE v;
CREATE EXTENSION pg_deltaview;
SELECT deltaview.create_view('v', 'SELECT b, count(*) AS n, max(a) AS high FROM t GROUP BY b');
INSERT INTO t VALUES (5, 1);
SELECT * FROM verify_both_ways('v');
DROP SCHEMA drop_extension CASCADE;
SELECT * FROM leftovers();
