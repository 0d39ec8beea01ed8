-- The change stream: views come and go, and are renamed; each change is read with the catalog of its time.
SET client_min_messages = warning;
\pset format unaligned
\pset tuples_only on
CREATE SCHEMA stream_lifecycle;
SET search_path = stream_lifecycle, public;
CREATE TABLE items (id int PRIMARY KEY, name text);
INSERT INTO items VALUES (1, 'one');
SELECT 1 FROM pg_create_logical_replication_slot('stream_lifecycle', 'pg_deltaview');
CREATE FUNCTION next(VARIADIC options text[] DEFAULT '{}') RETURNS SETOF text LANGUAGE sql AS
$$ SELECT data FROM pg_logical_slot_get_changes('stream_lifecycle', NULL, NULL, VARIADIC ARRAY['include-types', 'off'] || options) $$;
\echo -- a new view comes with its content
SELECT deltaview.create_view('v', 'SELECT id, name FROM items');
\echo -- its life, and its end; all of it read afterwards
INSERT INTO items VALUES (2, 'two');
ALTER TABLE v RENAME TO w;
UPDATE items SET name = upper(name) WHERE id = 2;
CREATE SCHEMA stream_lifecycle2;
ALTER TABLE w SET SCHEMA stream_lifecycle2;
UPDATE items SET name = 'TO' WHERE id = 2;
ALTER SCHEMA stream_lifecycle2 RENAME TO stream_lifecycle3;
SELECT deltaview.pause('stream_lifecycle3.w');
DELETE FROM items WHERE id = 1;
SELECT deltaview.resume('stream_lifecycle3.w');
TRUNCATE items;
INSERT INTO items VALUES (3, 'three');
SELECT deltaview.drop_view('stream_lifecycle3.w');
INSERT INTO items VALUES (4, 'four');
SELECT * FROM next();
\echo -- made, changed and dropped by one transaction
BEGIN;
SELECT deltaview.create_view('v', 'SELECT id, name FROM items');
INSERT INTO items VALUES (5, 'five');
SELECT deltaview.flush();
ALTER TABLE v RENAME TO x;
UPDATE items SET name = 'v' WHERE id = 5;
SELECT deltaview.flush();
SELECT deltaview.drop_view('x');
COMMIT;
SELECT * FROM next();
\echo -- rolled back with its view
BEGIN;
SELECT deltaview.create_view('v', 'SELECT id, name FROM items');
ROLLBACK;
SELECT * FROM next();
\echo -- a table that had the name of a view, and the other way round
SELECT deltaview.create_view('v', 'SELECT id FROM items', with_data => false);
DROP TABLE v;
CREATE TABLE v (id int PRIMARY KEY);
INSERT INTO v VALUES (1);
DROP TABLE v;
SELECT deltaview.create_view('v', 'SELECT id FROM items');
SELECT * FROM next();
\echo -- views in steps: the parts are not seen; columns that the engine keeps for itself neither
SELECT deltaview.create_view('steps', 'SELECT n, count(*) AS c FROM (SELECT name, count(*) AS n FROM items GROUP BY name) x GROUP BY n');
SELECT deltaview.create_view('hidden', 'SELECT avg(id) AS a FROM items GROUP BY name');
INSERT INTO items VALUES (6, 'four');
SELECT * FROM next('add-tables', '*.*', 'filter-tables', '*.items,*.v');
\echo -- on demand: what a refresh changes, when it does
SELECT deltaview.create_view('demand', 'SELECT count(*) AS n FROM items', refresh => 'on demand');
INSERT INTO items VALUES (7, 'seven');
SELECT * FROM next('views', '*.demand');
SELECT deltaview.refresh('demand');
SELECT * FROM next('views', '*.demand');
SELECT verify_both_ways(v) FROM unnest(ARRAY['v', 'steps', 'hidden', 'demand']::regclass[]) v;
SELECT pg_drop_replication_slot('stream_lifecycle');
DROP SCHEMA stream_lifecycle, stream_lifecycle3 CASCADE;
