-- Maintenance works with the rights of the view's owner, and with nobody else's.
\set VERBOSITY terse
SET client_min_messages = warning;
CREATE ROLE regress_dv_writer;
CREATE ROLE regress_dv_owner;
CREATE SCHEMA attack_hidden;
CREATE TABLE attack_t (id int PRIMARY KEY, k int);
CREATE TABLE attack_hidden.u (k int PRIMARY KEY, w int);
INSERT INTO attack_t SELECT i, i % 3 FROM generate_series(1, 6) i;
INSERT INTO attack_hidden.u SELECT i, i * 10 FROM generate_series(0, 3) i;
SELECT deltaview.create_view('attack_hidden.v', 'SELECT t.id, u.w FROM attack_t t JOIN attack_hidden.u USING (k)');
SELECT deltaview.create_view('attack_sum', 'SELECT k, count(*) AS n FROM attack_t GROUP BY k');
GRANT INSERT ON attack_t TO regress_dv_writer;

-- A writer need not even be able to name the view or the other table; in a new session, so that nothing is planned.
\c -
\set VERBOSITY terse
SET client_min_messages = warning;
SET ROLE regress_dv_writer;
INSERT INTO attack_t VALUES (7, 1);
RESET ROLE;
SELECT id, w FROM attack_hidden.v WHERE id = 7;
SELECT * FROM deltaview.verify('attack_hidden.v');

-- Deferred triggers on a view run as its owner, like the others.
CREATE TABLE attack_audit (line text);
CREATE FUNCTION attack_note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO public.attack_audit
	VALUES (tg_name || ' ' || (current_user = (SELECT relowner::regrole::text FROM pg_class WHERE oid = tg_relid)));
	RETURN NULL;
END $$;
CREATE TRIGGER at_once AFTER UPDATE ON attack_sum FOR EACH ROW EXECUTE FUNCTION attack_note();
CREATE CONSTRAINT TRIGGER late AFTER UPDATE ON attack_sum DEFERRABLE INITIALLY DEFERRED
	FOR EACH ROW EXECUTE FUNCTION attack_note();
SET ROLE regress_dv_writer;
INSERT INTO attack_t VALUES (8, 1);
RESET ROLE;
SELECT * FROM attack_audit ORDER BY line;

-- An owner who may no longer read a table gets no more of its rows; pausing lets writers go on.
ALTER TABLE attack_hidden.v OWNER TO regress_dv_owner;
GRANT USAGE ON SCHEMA attack_hidden TO regress_dv_owner;
GRANT SELECT ON attack_t, attack_hidden.u TO regress_dv_owner;
INSERT INTO attack_t VALUES (9, 1);
REVOKE SELECT ON attack_t FROM regress_dv_owner;
INSERT INTO attack_t VALUES (10, 1);
SELECT deltaview.pause('attack_hidden.v');
INSERT INTO attack_t VALUES (10, 1);
GRANT SELECT ON attack_t TO regress_dv_owner;
SELECT deltaview.resume('attack_hidden.v');
SELECT * FROM deltaview.verify('attack_hidden.v');

-- What maintenance stands on cannot be pulled away.
CREATE FUNCTION attack_nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE OR REPLACE TRIGGER __dv_insert AFTER INSERT ON attack_t REFERENCING NEW TABLE AS __dv_new
	FOR EACH STATEMENT EXECUTE FUNCTION attack_nothing();
CREATE OR REPLACE TRIGGER __dv_protect BEFORE INSERT ON attack_sum FOR EACH STATEMENT EXECUTE FUNCTION attack_nothing();
CREATE INDEX attack_other ON attack_sum (n);
DROP INDEX attack_other, attack_sum_dv_key;
DROP INDEX CONCURRENTLY attack_sum_dv_key;
DROP INDEX CONCURRENTLY attack_other;

-- The last error of a view may quote values: for those who may read the view.
ALTER TABLE attack_sum ADD CHECK (k < 100);
INSERT INTO attack_t VALUES (11, 100);
SELECT last_error FROM deltaview.stats WHERE view = 'attack_sum'::regclass;
SET ROLE regress_dv_writer;
SELECT last_error FROM deltaview.stats WHERE view = 'attack_sum'::regclass;
DELETE FROM deltaview.view_catalog;
SELECT deltaview.refresh('attack_sum');
SELECT deltaview.pause('attack_sum');
SELECT deltaview.drop_view('attack_sum');
RESET ROLE;

-- The literals of a query are read by functions of who makes the view, and those run as nobody else.
CREATE SCHEMA attack_own AUTHORIZATION regress_dv_writer;
SET ROLE regress_dv_writer;
CREATE FUNCTION attack_own.by_me(int) RETURNS bool LANGUAGE plpgsql AS $$ BEGIN RETURN current_user = 'regress_dv_writer'; END $$;
CREATE DOMAIN attack_own.mine AS int CHECK (attack_own.by_me(VALUE));
CREATE TABLE attack_own.t (id int PRIMARY KEY);
SELECT deltaview.create_view('attack_own.v', $$ SELECT id, '{1,2}'::attack_own.mine[] AS a FROM attack_own.t $$);
INSERT INTO attack_own.t VALUES (1);
RESET ROLE;
INSERT INTO attack_own.t VALUES (2);
SELECT * FROM attack_own.v;
ALTER TABLE attack_own.v RENAME TO w;
DROP SCHEMA attack_own CASCADE;

DROP TABLE attack_sum, attack_hidden.v;
DROP TABLE attack_audit, attack_t, attack_hidden.u;
DROP SCHEMA attack_hidden;
DROP FUNCTION attack_note, attack_nothing;
DROP ROLE regress_dv_writer, regress_dv_owner;
