-- What docs/event-format.md shows, in a database of its own.
\set db :DBNAME
CREATE DATABASE deltaview_events;
\c deltaview_events
SET client_min_messages = warning;
CREATE EXTENSION pg_deltaview;
\pset format unaligned
\pset tuples_only on
CREATE TABLE orders (id int PRIMARY KEY, customer text NOT NULL, amount numeric(12,2) NOT NULL, details jsonb);
SELECT deltaview.create_view('totals', 'SELECT customer, count(*) AS orders, sum(amount) AS amount FROM orders GROUP BY customer');
SELECT deltaview.create_view('cards', 'SELECT id, jsonb_build_object(''id'', id, ''details'', details) AS document FROM orders');
\o /dev/null
SELECT pg_create_logical_replication_slot('changes', 'pg_deltaview');
\o

INSERT INTO orders VALUES (1, 'ann', 10, '{"gift": true}');
UPDATE orders SET amount = 12.50;
DELETE FROM orders;

SELECT data FROM pg_logical_slot_peek_changes('changes', NULL, NULL);

SELECT data FROM pg_logical_slot_peek_changes('changes', NULL, NULL, 'format-version', '1', 'views', '*.totals', 'actions', 'update,delete');

SELECT * FROM deltaview.verify('totals');
SELECT * FROM deltaview.verify('cards');
SELECT pg_drop_replication_slot('changes');
\c :db
DROP DATABASE deltaview_events;
