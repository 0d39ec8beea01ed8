-- A cascade of a foreign key that runs after an inner flush: of an `on statement` view, or of a flush() in a trigger's way.
SET client_min_messages = warning;
CREATE SCHEMA cascade_after_flush;
SET search_path = cascade_after_flush, public;
CREATE TABLE parent (id int PRIMARY KEY, n int);
CREATE TABLE child (id int, parent int REFERENCES parent ON DELETE CASCADE ON UPDATE CASCADE);
CREATE TABLE other (parent int, x int);
INSERT INTO parent SELECT i, i FROM generate_series(1, 5) i;
INSERT INTO child SELECT i, 1 + i % 5 FROM generate_series(1, 10) i;
INSERT INTO other SELECT i, i FROM generate_series(1, 5) i;
SELECT deltaview.create_view('now', 'SELECT p.n, c.id FROM parent p JOIN child c ON c.parent = p.id', refresh => 'on statement');
SELECT deltaview.create_view('o', 'SELECT o.x, count(c.id) AS n FROM other o LEFT JOIN child c USING (parent) GROUP BY o.x', refresh => 'on statement');
SELECT deltaview.create_view('later', 'SELECT p.n, c.id, o.x FROM parent p JOIN child c ON c.parent = p.id JOIN other o ON o.parent = p.id');
CREATE FUNCTION inner_write() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  UPDATE other SET x = x + 100 WHERE parent = OLD.id; RETURN OLD; END $$;
CREATE TRIGGER a_inner_write BEFORE DELETE ON parent FOR EACH ROW EXECUTE FUNCTION inner_write();
CREATE TRIGGER z_inner_write AFTER DELETE ON parent FOR EACH ROW EXECUTE FUNCTION inner_write();
DELETE FROM parent WHERE id IN (1, 2);
SELECT * FROM verify_both_ways('now');
SELECT * FROM verify_both_ways('o');
SELECT * FROM verify_both_ways('later');
UPDATE parent SET id = id + 10;
SELECT * FROM verify_both_ways('now');
SELECT * FROM verify_both_ways('o');
SELECT * FROM verify_both_ways('later');
-- flush() where a statement is open is refused, and the statement with it
CREATE FUNCTION flusher() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM deltaview.flush(); RETURN OLD; END $$;
CREATE TRIGGER flusher AFTER DELETE ON child FOR EACH ROW EXECUTE FUNCTION flusher();
DELETE FROM parent WHERE id = 13;
SELECT * FROM verify_both_ways('now');
DROP TRIGGER flusher ON child;
-- a flush between the statement and its deferred cascade check
ALTER TABLE child ALTER CONSTRAINT child_parent_fkey DEFERRABLE INITIALLY DEFERRED;
BEGIN;
INSERT INTO child VALUES (50, 99);
SELECT deltaview.flush();
DELETE FROM parent WHERE id = 13;
SELECT deltaview.flush();
INSERT INTO parent VALUES (99, 99);
COMMIT;
SELECT * FROM verify_both_ways('now');
SELECT * FROM verify_both_ways('o');
SELECT * FROM verify_both_ways('later');
-- a cursor is open on a base table while it is flushed
BEGIN;
DECLARE c CURSOR FOR SELECT id FROM parent ORDER BY id;
FETCH 1 FROM c;
DELETE FROM parent WHERE CURRENT OF c;
SELECT deltaview.flush();
FETCH 1 FROM c;
COMMIT;
SELECT * FROM verify_both_ways('now');
SELECT * FROM verify_both_ways('later');
DROP SCHEMA cascade_after_flush CASCADE;
