-- What a sink cannot be made of, and what cannot be done with it.
SET client_min_messages = warning;
CREATE SCHEMA sink_errors;
SET search_path = sink_errors, public;
CREATE TABLE orders (id int PRIMARY KEY, city text, amount numeric, notes json);
SELECT deltaview.create_view('per_order', 'SELECT id, city, amount, notes, to_jsonb(city) AS town FROM orders');
SELECT deltaview.create_view('bag', 'SELECT city FROM orders');
SELECT deltaview.create_view('latest', 'SELECT city, count(*) AS n FROM orders GROUP BY city ORDER BY n DESC LIMIT 2');
SELECT deltaview.create_view('silent', 'SELECT id FROM orders');
ALTER TABLE silent REPLICA IDENTITY NOTHING;
CREATE SERVER mongo FOREIGN DATA WRAPPER deltaview_mongo OPTIONS (uri 'mongodb://localhost:1');
CREATE FOREIGN DATA WRAPPER other;
CREATE SERVER elsewhere FOREIGN DATA WRAPPER other;
CREATE FUNCTION make(view text DEFAULT 'per_order', server text DEFAULT 'mongo', database text DEFAULT 'shop', collection text DEFAULT 'orders',
	options jsonb DEFAULT '{}') RETURNS text LANGUAGE sql AS $$
	SELECT deltaview.create_sink(view::regclass, server, database, collection, '{"start": false}'::jsonb || options) $$;
\set SHOW_CONTEXT never
-- views
SELECT make(view => 'orders');
SELECT make(view => 'bag');
SELECT make(view => 'silent');
SELECT make(view => NULL);
SELECT deltaview.create_sink(0, 'mongo', 'shop', 'orders');
DO $$ BEGIN
	PERFORM make(view => (SELECT view FROM deltaview.view_catalog WHERE part_of IS NOT NULL LIMIT 1)::text);
EXCEPTION WHEN wrong_object_type THEN RAISE WARNING 'a hidden part: %', sqlstate;
END $$;
-- columns that are no fields of documents
SELECT deltaview.create_view('dollar', 'SELECT id, city AS "$city" FROM orders');
SELECT make(view => 'dollar');
SELECT deltaview.create_view('other_id', 'SELECT id, city AS _id FROM orders');
SELECT make(view => 'other_id');
-- servers
SELECT make(server => 'nowhere');
SELECT make(server => 'elsewhere');
SELECT make(server => NULL);
-- databases and collections
SELECT make(database => '');
SELECT make(database => 'my shop');
SELECT make(database => 'a.b');
SELECT make(database => repeat('d', 64));
SELECT make(database => NULL);
SELECT make(collection => '');
SELECT make(collection => 'system.users');
SELECT make(collection => 'or$ders');
SELECT make(collection => '.orders');
SELECT make(collection => 'orders.');
SELECT make(collection => 'deltaview_positions');
SELECT make(collection => NULL);
\set VERBOSITY terse
SELECT make(collection => repeat('c', 300));
SELECT make(collection => repeat('c', 64));
\set VERBOSITY default
-- options
SELECT make(options => '[]');
SELECT deltaview.create_sink('per_order', 'mongo', 'shop', 'orders', NULL);
SELECT deltaview.create_sink('per_order', 'mongo', 'shop', 'orders', '"start"');
SELECT make(options => '{"begin": true}');
SELECT make(options => '{"start": "yes"}');
SELECT make(options => '{"name": 1}');
SELECT make(options => '{"name": ""}');
SELECT make(options => '{"numeric": "double"}');
SELECT make(options => '{"numeric": "error string"}');
SELECT make(options => '{"numeric": "err"}');
SELECT make(options => '{"infinity": null}');
SELECT make(options => '{"nulls": ["null"]}');
SELECT make(options => '{"on_error": ""}');
SELECT make(options => '{"copy_jobs": 0}');
SELECT make(options => '{"copy_jobs": 1.5}');
SELECT make(options => '{"copy_jobs": 1e20}');
SELECT make(options => '{"batch_rows": "many"}');
SELECT make(options => '{"max_wal": "10 apples"}');
SELECT make(options => '{"max_wal": "1MB"}');
SELECT make(options => '{"max_wal": true}');
SELECT make(options => '{"batch_bytes": "1GB"}');
SELECT make(options => '{"document": "missing"}');
SELECT make(options => '{"document": "city"}');
SELECT make(options => '{"document": 1}');
SELECT make(options => '{"document": "xmin"}');
-- one writer for a collection, one sink of a name
SELECT make(options => '{"document": "notes"}');
SELECT make();
SELECT make(collection => 'others', options => '{"name": "orders"}');
SELECT make(options => '{"name": "another"}');
SELECT make(database => 'shop2', options => '{"name": "another", "document": "town"}');
-- sinks that are not there, or not as they should be
SELECT deltaview.start_sink('missing');
SELECT deltaview.stop_sink('missing');
SELECT deltaview.reset_sink('missing');
SELECT deltaview.drop_sink('missing');
SELECT deltaview.drop_sink('orders', NULL);
SELECT deltaview.verify_sink('missing');
SELECT deltaview.verify_sink('orders');
SELECT deltaview.sink_dropped('missing');
SELECT deltaview.sink_dropped('orders');
SELECT deltaview.sink_next_generation('missing', 1);
SELECT deltaview.sink_settings('missing');
SELECT deltaview.sink_settings(NULL);
BEGIN;
INSERT INTO orders VALUES (1);
SELECT deltaview.verify_sink('orders');
ROLLBACK;
BEGIN;
UPDATE deltaview.sink_catalog SET wanted = 'drop' WHERE sink = 'orders';
SELECT make(collection => 'others', options => '{"name": "orders"}');
ROLLBACK;
BEGIN;
UPDATE deltaview.sink_catalog SET wanted = 'drop' WHERE sink = 'orders';
SELECT deltaview.start_sink('orders');
ROLLBACK;
SELECT sink, state FROM deltaview.sink_stats ORDER BY sink;
SELECT deltaview.drop_sink('orders'), deltaview.drop_sink('another');
SELECT * FROM verify_both_ways('per_order');
DROP SERVER mongo;
DROP FOREIGN DATA WRAPPER other CASCADE;
DROP SCHEMA sink_errors CASCADE;
