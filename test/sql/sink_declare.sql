-- A sink that is declared and not started: what is kept of it, and how it follows what is done around it.
SET client_min_messages = warning;
CREATE SCHEMA sink_declare;
SET search_path = sink_declare, public;
CREATE TABLE orders (id int PRIMARY KEY, city text, amount numeric);
SELECT deltaview.create_view('per_order', 'SELECT id, city, amount FROM orders');
SELECT deltaview.create_view('"Per City"', 'SELECT city, sum(amount) AS amount FROM orders GROUP BY city');
CREATE SERVER mongo FOREIGN DATA WRAPPER deltaview_mongo OPTIONS (uri 'mongodb://localhost:1');
CREATE USER MAPPING FOR PUBLIC SERVER mongo OPTIONS (user 'everybody', password 'known');
CREATE USER MAPPING FOR CURRENT_USER SERVER mongo OPTIONS (user 'me', password 'hidden', auth_source 'admin');
CREATE FUNCTION settings(sink text) RETURNS TABLE (name text, value text) LANGUAGE sql AS $$
	SELECT j.key, regexp_replace(j.value, '^deltaview_[0-9]+_', 'deltaview_N_')
	FROM deltaview.sink_settings(sink) s, jsonb_each_text(to_jsonb(s)) j
	WHERE j.key NOT IN ('view_oid', 'owner') $$;
-- by name: the collection's, or one that is given
SELECT deltaview.create_sink('per_order', 'mongo', 'shop', 'orders', '{"start": false}');
SELECT deltaview.create_sink('"Per City"', 'mongo', 'shop', 'cities', '{"start": false, "name": "Cities of the shop",
	"runner": "program", "numeric": "string", "infinity": "null", "nulls": "absent", "on_error": "set_aside", "on_lost_slot": "stop",
	"replace": true, "max_wal": "10GB", "copy_jobs": 4, "batch_rows": 1, "batch_bytes": "1MB", "batch_ms": 0, "document": null}');
SELECT * FROM settings('orders') ORDER BY name;
SELECT * FROM settings('Cities of the shop') WHERE name IN ('view', 'options', 'slot') ORDER BY name;
SELECT sink, view, server, database, collection, state, slot, lag_seconds, set_aside FROM deltaview.sink_stats ORDER BY sink;
-- a declared document view is written as its documents, unless it is told otherwise
SELECT deltaview.create_document_view('order_documents', 'orders');
SELECT deltaview.start('order_documents');
SELECT deltaview.create_sink('order_documents', 'mongo', 'shop', 'documents', '{"start": false}');
SELECT deltaview.create_sink('order_documents', 'mongo', 'shop', 'rows', '{"start": false, "document": null}');
SELECT c.sink, s.options -> 'document' AS document FROM deltaview.sink_catalog c, deltaview.sink_settings(c.sink) s
	WHERE c.view = 'order_documents'::regclass ORDER BY c.sink;
-- names of slots are apart
SELECT deltaview.create_sink('per_order', 'mongo', 'shop', 'x' || i, jsonb_build_object('start', false, 'name', name))
	FROM unnest('{a sink with a name that is long,a sink with a name that is longer,orders.eu,orders_eu,ORDERS}'::text[]) WITH ORDINALITY n (name, i);
SELECT count(*), count(DISTINCT s.slot), bool_and(s.slot ~ '^[a-z0-9_]{1,50}$') FROM deltaview.sink_catalog c, deltaview.sink_settings(c.sink) s;
SELECT count(deltaview.drop_sink(sink)) FROM deltaview.sink_stats WHERE collection ~ '^x' OR view = 'order_documents'::regclass;
-- what its runner reports
SELECT deltaview.sink_report('orders', '{"state": "copying", "generation": 1, "rows_total": 10, "rows_copied": 3}');
SELECT deltaview.sink_report('orders', '{"rows_copied": 7, "last_error": "away", "last_error_at": "2026-01-02 00:00:00+00"}');
SELECT sink, state, rows_total, rows_copied, rows_applied, last_error, lag_seconds >= 0 AS lags FROM deltaview.sink_stats WHERE sink = 'orders';
SELECT deltaview.sink_report('orders', '{"last_error": null}');
SELECT rows_copied, last_error FROM deltaview.sink_stats WHERE sink = 'orders';
SELECT deltaview.sink_report('no such sink', '{"state": "copying"}');
SELECT sink FROM deltaview.sink_progress;
SELECT deltaview.sink_set_aside('orders', '0/10', '{"$numberInt": "1"}', 'document too large', 'it is', NULL);
SELECT sink, lsn, id, code, message, document FROM deltaview.sink_errors;
SELECT set_aside FROM deltaview.sink_stats WHERE sink = 'orders';
-- a hold counts while its holder is there
SELECT deltaview.sink_hold_set('orders', NULL);
SELECT deltaview.sink_hold_set('orders', '0/20');
SELECT sink, upto FROM deltaview.sink_hold;
SELECT hold, hold_upto FROM deltaview.sink_settings('orders');
SELECT deltaview.sink_hold_clear('orders');
SELECT sink, upto FROM deltaview.sink_hold;
-- generations: another copy
SELECT deltaview.reset_sink('orders');
SELECT generation FROM deltaview.sink_settings('orders');
SELECT deltaview.sink_next_generation('orders', 1), deltaview.sink_next_generation('orders', 2), deltaview.sink_next_generation('orders', 2);
SELECT deltaview.stop_sink('orders');
SELECT wanted FROM deltaview.sink_settings('orders');
-- names follow
ALTER TABLE per_order RENAME TO "each order";
ALTER TABLE "each order" SET SCHEMA public;
ALTER SERVER mongo RENAME TO documents;
SELECT * FROM settings('orders') WHERE name IN ('view', 'server') ORDER BY name;
ALTER TABLE public."each order" SET SCHEMA sink_declare;
-- so do options
ALTER SERVER documents OPTIONS (SET uri 'mongodb://localhost:2', ADD tls 'true');
ALTER USER MAPPING FOR CURRENT_USER SERVER documents OPTIONS (SET password 'hidden too');
SELECT server_options, user_options FROM deltaview.sink_settings('orders');
DROP USER MAPPING FOR CURRENT_USER SERVER documents;
SELECT user_options FROM deltaview.sink_settings('orders');
DROP USER MAPPING FOR PUBLIC SERVER documents;
SELECT user_options FROM deltaview.sink_settings('orders');
-- one that has never run goes at once, and what is kept of it
SELECT deltaview.drop_sink('Cities of the shop');
SELECT sink FROM deltaview.sink_stats;
-- and this one when its runner has cleaned up
UPDATE deltaview.sink_catalog SET wanted = 'drop';
SELECT sink, state FROM deltaview.sink_stats;
SELECT deltaview.sink_dropped('orders');
SELECT (SELECT count(*) FROM deltaview.sink_catalog) AS sinks, (SELECT count(*) FROM deltaview.sink_progress) AS progress,
	(SELECT count(*) FROM deltaview.sink_errors) AS errors;
SELECT * FROM verify_both_ways('"each order"');
DROP SERVER documents;
DROP SCHEMA sink_declare CASCADE;
