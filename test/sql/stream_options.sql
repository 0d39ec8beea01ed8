-- The change stream: what each option of the output plugin does.
SET client_min_messages = warning;
\pset format unaligned
\pset tuples_only on
CREATE SCHEMA stream_options;
CREATE SCHEMA "Odd, one";
SET search_path = stream_options, public;
CREATE TABLE customers (id text PRIMARY KEY, city text NOT NULL);
CREATE TABLE orders (id int PRIMARY KEY, customer text NOT NULL, amount numeric(10,2));
CREATE INDEX ON orders (customer);
CREATE TABLE "Odd, one"."a.b*" (id int PRIMARY KEY);
SELECT deltaview.create_view('orders_with_city', 'SELECT o.id, c.id AS customer, c.city, o.amount FROM orders o JOIN customers c ON c.id = o.customer');
SELECT deltaview.create_view('cities', 'SELECT c.city, (sum(o.amount) / 10)::bigint AS orders FROM orders o JOIN customers c ON c.id = o.customer GROUP BY c.city');

SELECT 1 FROM pg_create_logical_replication_slot('stream_options', 'pg_deltaview');
CREATE FUNCTION peek(VARIADIC options text[] DEFAULT '{}') RETURNS SETOF text LANGUAGE sql AS
$$ SELECT data FROM pg_logical_slot_peek_changes('stream_options', NULL, NULL, VARIADIC options) $$;
CREATE FUNCTION next(VARIADIC options text[] DEFAULT '{}') RETURNS SETOF text LANGUAGE sql AS
$$ SELECT data FROM pg_logical_slot_get_changes('stream_options', NULL, NULL, VARIADIC options) $$;

INSERT INTO customers VALUES ('c1', 'Paris');
BEGIN;
INSERT INTO orders VALUES (1, 'c1', 10);
UPDATE customers SET city = 'Rome';
COMMIT;
UPDATE orders SET amount = 20;
DELETE FROM orders;
TRUNCATE orders;
INSERT INTO "Odd, one"."a.b*" VALUES (1);
\echo -- no options: every view, one object per change, what says nothing left out
SELECT * FROM peek();
\echo -- views
SELECT * FROM peek('views', 'stream_options.cities', 'include-transaction', 'off');
SELECT * FROM peek('views', '*.cities, nowhere.*', 'include-transaction', 'off');
SELECT count(*) FROM peek('views', 'stream_options.*', 'include-transaction', 'off');
SELECT count(*) FROM peek('views', 'stream_options.orders');
SELECT count(*) FROM peek('views', '');
\echo -- add-tables: no parts and nothing of the catalog
SELECT * FROM peek('views', '', 'add-tables', '*.*', 'include-transaction', 'off');
SELECT * FROM peek('views', '', 'add-tables', 'Odd\,\ one.a\.b\*', 'include-transaction', 'off');
SELECT * FROM peek('views', '', 'add-tables', 'deltaview.*');
\echo -- filter-tables goes before both
SELECT * FROM peek('filter-tables', '*.orders, stream_options.orders_with_city', 'add-tables', 'stream_options.*', 'include-transaction', '0');
\echo -- actions
SELECT * FROM peek('actions', 'delete,truncate', 'add-tables', '*.orders', 'include-types', 'off');
\echo -- columns
SELECT * FROM peek('columns', 'keys', 'include-types', 'off', 'include-transaction', 'off');
SELECT count(*) FROM peek('columns', 'all');
\echo -- include-...
SELECT * FROM peek('include-schemas', 'off', 'include-types', 'off', 'include-transaction', 'off', 'views', '*.cities', 'include-pk', 'on');
SELECT * FROM peek('include-typmod', 'off', 'include-transaction', 'off', 'views', '', 'add-tables', '*.orders', 'actions', 'insert');
SELECT * FROM peek('numeric-data-types-as-string', 'on', 'include-transaction', 'off', 'views', '', 'add-tables', '*.orders', 'actions', 'insert');
\echo -- skip-empty-xacts
SELECT DISTINCT peek('skip-empty-xacts', 'off', 'views', '') ORDER BY 1;
\echo -- include-xids, include-lsn, include-timestamp
CREATE FUNCTION shape(line text) RETURNS text LANGUAGE sql AS
$$ SELECT regexp_replace(regexp_replace(regexp_replace(line, '"xid":\d+', '"xid":N'), '"((next)?lsn)":"[0-9A-F]+/[0-9A-F]+"', '"\1":"L"', 'g'),
	'"timestamp":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+00:00"', '"timestamp":"T"') $$;
SELECT shape(n) FROM peek('include-xids', 'on', 'include-lsn', 'on', 'include-timestamp', 'on', 'views', '*.cities', 'include-types', 'off') n;
\echo -- every change of a transaction has its xid and its time; commits come in the order of their LSN
WITH n AS (SELECT ordinality AS no, n::jsonb AS j FROM peek('include-xids', 'on', 'include-lsn', 'on', 'include-timestamp', 'on') WITH ORDINALITY x (n, ordinality)),
	c AS (SELECT no, (j->>'lsn')::pg_lsn AS lsn, (j->>'nextlsn')::pg_lsn AS next FROM n WHERE j->>'action' = 'C')
SELECT (SELECT count(DISTINCT j->>'xid') FROM n), (SELECT count(DISTINCT j->>'timestamp') FROM n),
	(SELECT bool_and(a.next <= b.lsn) FROM c a JOIN c b ON a.no < b.no),
	(SELECT bool_and((b.j->>'lsn')::pg_lsn = c.lsn) FROM c JOIN n b ON b.j->>'action' = 'B' AND (b.j->>'lsn')::pg_lsn = c.lsn);
\echo -- format-version 1: an object per transaction
SELECT * FROM peek('format-version', '1', 'views', '*.cities');
SELECT * FROM peek('format-version', '1', 'views', '*.cities', 'include-types', 'off', 'include-pk', 'on', 'columns', 'keys', 'actions', 'insert,delete');
SELECT shape(n) FROM peek('format-version', '1', 'views', '*.cities', 'actions', 'delete', 'include-xids', 'on', 'include-lsn', 'on', 'include-timestamp', 'on') n;
SELECT DISTINCT peek('format-version', '1', 'views', '', 'skip-empty-xacts', 'off');
\echo -- write-in-chunks
SELECT * FROM peek('format-version', '1', 'views', '*.cities', 'write-in-chunks', 'on', 'include-types', 'off');
\echo -- pretty-print
SELECT * FROM peek('format-version', '1', 'views', '*.cities', 'actions', 'update,delete', 'pretty-print', 'on');
SELECT * FROM peek('views', '*.cities', 'actions', 'insert', 'pretty-print', 'on');
SELECT bool_and((n::json->'change') IS NOT NULL) FROM peek('format-version', '1', 'pretty-print', 'on', 'include-pk', 'on') n;

\echo -- messages come where actions ask for them
SELECT count(*) FROM next();
SELECT 1 FROM pg_logical_emit_message(false, 'one', 'at once');
SELECT 1 FROM pg_logical_emit_message(true, 'two', E'with "quotes"\n');
SELECT 1 FROM pg_logical_emit_message(true, 'two', '\x00ff'::bytea);
SELECT * FROM peek();
SELECT * FROM peek('actions', 'message');
SELECT * FROM peek('actions', 'message', 'add-msg-prefixes', 'one, three');
SELECT * FROM peek('actions', 'message', 'filter-msg-prefixes', 'one');
SELECT * FROM peek('actions', 'message', 'format-version', '1');

\echo -- what is refused
\set VERBOSITY default
\set SHOW_CONTEXT never
SELECT * FROM peek('include-everything', 'on');
SELECT * FROM peek('include-xids', 'perhaps');
SELECT * FROM peek('views', 'cities');
SELECT * FROM peek('add-tables', 'a.b.c');
SELECT * FROM peek('filter-tables', 'a.,b.c');
SELECT * FROM peek('filter-tables', '.a');
SELECT * FROM peek('views', 'a.b\');
SELECT * FROM peek('actions', 'insert,upsert');
SELECT * FROM peek('actions', 'insert,,delete');
SELECT * FROM peek('columns', 'some');
SELECT * FROM peek('format-version', '3');
SELECT * FROM peek('write-in-chunks', 'on');
SELECT * FROM peek('streaming', 'on', 'format-version', '1');
SELECT * FROM peek('streaming', 'on', 'include-transaction', 'off');
SELECT * FROM deltaview.verify('orders_with_city');
SELECT * FROM deltaview.verify('cities');
SELECT pg_drop_replication_slot('stream_options');
DROP SCHEMA stream_options, "Odd, one" CASCADE;
