-- Bad input gets an error that says what is wrong, and leaves nothing behind.
SET client_min_messages = warning;
CREATE SCHEMA errors;
SET search_path = errors, public;
CREATE TABLE t (a int, b int);
CREATE TEMP TABLE temporary (a int);
CREATE UNLOGGED TABLE unlogged (a int);
CREATE TABLE secret (a int);
CREATE TABLE part_root (a int) PARTITION BY LIST (a);
CREATE VIEW plain AS SELECT * FROM t;
CREATE SEQUENCE seq;
CREATE FUNCTION mine() RETURNS int LANGUAGE sql VOLATILE AS 'SELECT 1';
CREATE FUNCTION mine_stable() RETURNS bigint LANGUAGE sql STABLE AS 'SELECT count(*) FROM t';
CREATE ROLE deltaview_nobody;
GRANT USAGE, CREATE ON SCHEMA errors TO deltaview_nobody;
GRANT SELECT ON t TO deltaview_nobody;
\set VERBOSITY sqlstate
-- what is no query, or no single one
SELECT deltaview.create_view('v', 'SELEC a FROM t');
SELECT deltaview.create_view('v', '');
SELECT deltaview.create_view('v', NULL);
SELECT deltaview.create_view('v', 'SELECT a FROM t; SELECT b FROM t');
SELECT deltaview.create_view('v', 'INSERT INTO t VALUES (1, 1) RETURNING a');
SELECT deltaview.create_view('v', 'WITH i AS (INSERT INTO t VALUES (1, 1) RETURNING a) SELECT a FROM i');
SELECT deltaview.create_view('v', 'SELECT a INTO w FROM t');
SELECT deltaview.create_view('v', 'SELECT $1 FROM t');
SELECT deltaview.create_view('v', 'EXPLAIN SELECT a FROM t');
-- what is not there
SELECT deltaview.create_view('v', 'SELECT a FROM missing');
SELECT deltaview.create_view('v', 'SELECT missing FROM t');
SELECT deltaview.create_view('v', 'SELECT missing(a) FROM t');
SELECT deltaview.create_view('nowhere.v', 'SELECT a FROM t');
-- names that are taken, missing, wrong
SELECT deltaview.create_view('t', 'SELECT a FROM t');
SELECT deltaview.create_view('seq', 'SELECT a FROM t');
SELECT deltaview.create_view('a.b.c.d', 'SELECT a FROM t');
SELECT deltaview.create_view('', 'SELECT a FROM t');
SELECT deltaview.create_view(NULL, 'SELECT a FROM t');
SELECT deltaview.create_view('pg_temp.v', 'SELECT a FROM t');
SELECT deltaview.create_view('v', 'SELECT a, b AS a FROM t');
SELECT deltaview.create_view('v', 'SELECT a AS __dv_a FROM t');
-- volatile, time-dependent, session-dependent
SELECT deltaview.create_view('v', 'SELECT random() FROM t');
SELECT deltaview.create_view('v', 'SELECT a FROM t WHERE a < extract(year FROM now())');
SELECT deltaview.create_view('v', 'SELECT current_user, a FROM t');
SELECT deltaview.create_view('v', 'SELECT current_date, a FROM t');
SELECT deltaview.create_view('v', 'SELECT age(timestamp ''2000-01-01''), a FROM t');
SELECT deltaview.create_view('v', 'SELECT time ''10:00''::timetz, a FROM t');
SELECT deltaview.create_view('v', 'SELECT nextval(''seq''), a FROM t');
SELECT deltaview.create_view('v', 'SELECT mine() FROM t');
SELECT deltaview.create_view('v', 'SELECT mine_stable() FROM t');
SELECT deltaview.create_view('v', 'SELECT a FROM t WHERE EXISTS (SELECT FROM t u WHERE u.a > random())');
SELECT deltaview.create_view('v', 'SELECT current_setting(''search_path''), a FROM t');
-- relations and clauses that cannot be followed
SELECT deltaview.create_view('v', 'SELECT a FROM temporary');
SELECT deltaview.create_view('v', 'SELECT a FROM unlogged');
SELECT deltaview.create_view('v', 'SELECT relname FROM pg_class');
SELECT deltaview.create_view('v', 'SELECT last_value FROM seq');
SELECT deltaview.create_view('v', 'SELECT ctid, a FROM t');
SELECT deltaview.create_view('v', 'SELECT tableoid, a FROM t');
SELECT deltaview.create_view('v', 'SELECT a FROM t TABLESAMPLE system (10)');
SELECT deltaview.create_view('v', 'SELECT a FROM t FOR UPDATE');
SELECT deltaview.create_view('v', 'SELECT a FROM t LIMIT 1');
-- options
SELECT deltaview.create_view('v', 'SELECT a FROM t', refresh => 'sometimes');
SELECT deltaview.create_view('v', 'SELECT a FROM t', refresh => 'every 5 minutes');
SELECT deltaview.create_view('v', 'SELECT a FROM t', refresh => 'background');
SELECT deltaview.create_view('v', 'SELECT a FROM t', method => 'best');
SELECT deltaview.create_view('v', 'SELECT a FROM t', refresh => NULL);
-- rights: none on a base table, SELECT without TRIGGER, none on the schema
SET ROLE deltaview_nobody;
SELECT deltaview.create_view('v', 'SELECT a FROM secret');
SELECT deltaview.create_view('v', 'SELECT a FROM t');
SELECT deltaview.create_view('public.v', 'SELECT 1 AS one');
RESET ROLE;
-- values that fail in the first fill
INSERT INTO t VALUES (1, 0);
SELECT deltaview.create_view('v', 'SELECT a / b AS q FROM t');
DELETE FROM t;
SELECT * FROM leftovers();
SELECT count(*) FROM pg_class WHERE relnamespace = 'errors'::regnamespace AND relkind = 'r';
\set VERBOSITY default
-- the words of some of them
SELECT deltaview.create_view('v', 'SELECT a FRO t x');
SELECT deltaview.create_view('v', 'SELECT a, random() FROM t');
SELECT deltaview.create_view('v', 'SELECT a FROM temporary');
SELECT deltaview.create_view('v', 'SELECT a FROM t', refresh => 'sometimes');
-- what is done to a view that is there
SELECT deltaview.create_view('v', 'SELECT a, b FROM t');
SELECT deltaview.create_view('v', 'SELECT a FROM t');
INSERT INTO v VALUES (1, 1);
UPDATE v SET a = 1;
DELETE FROM v;
TRUNCATE v;
COPY v FROM stdin;
1	1
\.
MERGE INTO v USING t ON t.a = v.a WHEN MATCHED THEN DELETE;
\set VERBOSITY sqlstate
SET ROLE deltaview_nobody;
SELECT deltaview.drop_view('v');
SELECT deltaview.refresh('v');
SELECT deltaview.pause('v');
SELECT deltaview.resume('v');
DROP TABLE v;
RESET ROLE;
-- what is no view
SELECT deltaview.drop_view('t');
SELECT deltaview.refresh('t');
SELECT deltaview.pause('plain');
SELECT deltaview.resume('t');
SELECT count(*) FROM deltaview.verify('t');
SELECT count(*) FROM deltaview.explain('t');
SELECT count(*) FROM deltaview.explain_query('SELECT a FROM missing');
SELECT count(*) FROM deltaview.explain_query('SELECT random() FROM t');
SELECT deltaview.refresh('v', 'fastest');
-- flush() in an open statement
CREATE FUNCTION flusher() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM deltaview.flush(); RETURN NEW; END $$;
CREATE TRIGGER flusher BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION flusher();
INSERT INTO t VALUES (1, 1);
DROP TRIGGER flusher ON t;
-- a value that fails in maintenance fails the writer, and names the view
\set VERBOSITY default
SELECT deltaview.create_view('quotients', 'SELECT a / b AS q FROM t');
INSERT INTO t VALUES (4, 2);
INSERT INTO t VALUES (1, 0);
BEGIN;
INSERT INTO t VALUES (1, 0);
UPDATE t SET b = 1 WHERE b = 0;
COMMIT;
SELECT q FROM quotients ORDER BY q;
SELECT * FROM verify_both_ways('v');
SELECT * FROM verify_both_ways('quotients');
SELECT traces('t') > 0 AS captured;
SELECT deltaview.drop_view('v');
SELECT deltaview.drop_view('quotients');
SELECT * FROM leftovers();
DROP SCHEMA errors CASCADE;
DROP ROLE deltaview_nobody;
