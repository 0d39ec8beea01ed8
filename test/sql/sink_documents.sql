-- Rows as BSON documents: their keys, content that is a document, documents that were declared, and the stream of them.
SET client_min_messages = warning;
\pset format unaligned
\pset tuples_only on
CREATE SCHEMA sink_documents;
SET search_path = sink_documents, public;

\echo -- keys: one column, several, none; NULL is a value; equal values are the same bytes
CREATE TABLE source (id int PRIMARY KEY, a int, b text, n numeric, f float8, ts timestamp, j jsonb, arr int[], c int);
INSERT INTO source VALUES (1, 1, 'x', 1.0, '-0', '2024-01-01', '{"b": 1.0, "a": 1e1}', '{1}', 1), (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 2),
	(3, 1, 'x', 100, 0.5, '2024-01-01 00:00:00.001', '1.50', '{1,2}', 3), (4, 2, 'y', 1.250, 'NaN', '2024-01-01 00:00:00.000001', '[1]', '{}', 4),
	(5, 3, 'z', 1e40, 1, 'infinity', '{"$a": 1}', '{NULL}', 5), (6, 4, 'z', 12345678901234567890123456789012345, 1, '-infinity', '{"a": {"$a": 1}}', '{}', 6);
SELECT deltaview.create_view('by_int', 'SELECT a, count(*) AS n FROM source GROUP BY a');
SELECT deltaview.create_view('by_two', 'SELECT count(*) AS n, b, a FROM source GROUP BY a, b');
SELECT deltaview.create_view('by_numeric', 'SELECT n, count(*) AS c FROM source GROUP BY n');
SELECT deltaview.create_view('by_float', 'SELECT f, count(*) AS c FROM source GROUP BY f');
SELECT deltaview.create_view('by_time', 'SELECT ts, count(*) AS c FROM source GROUP BY ts');
SELECT deltaview.create_view('by_json', 'SELECT j, count(*) AS c FROM source GROUP BY j');
SELECT deltaview.create_view('by_array', 'SELECT arr, count(*) AS c FROM source GROUP BY arr');
SELECT deltaview.create_view('total', 'SELECT count(*) AS n, sum(a) AS a FROM source');
SELECT deltaview.create_view('hidden', 'SELECT a, b FROM source');
SELECT deltaview.create_view('given', 'SELECT a, c FROM source');
SELECT deltaview.create_view('named', 'SELECT a AS _id, count(*) AS n FROM source GROUP BY a');
SELECT deltaview.create_view('misnamed', 'SELECT a, count(*) AS _id FROM source GROUP BY a');
SELECT deltaview.create_view('dollar', 'SELECT a AS "$a", b, count(*) AS "$n", 1 AS "x.y" FROM source GROUP BY a, b');
SELECT * FROM deltaview.preview_sink('by_int') ORDER BY id COLLATE "C";
SELECT * FROM deltaview.preview_sink('by_two') ORDER BY id COLLATE "C";
SELECT * FROM deltaview.preview_sink('by_two', '{"nulls": "absent"}') WHERE document !~ '"[xyz]"';
SELECT * FROM deltaview.preview_sink('by_numeric') ORDER BY id COLLATE "C";
SELECT id FROM deltaview.preview_sink('by_numeric', '{"numeric": "string"}') WHERE id NOT LIKE '{%' ORDER BY id COLLATE "C";
SELECT id FROM deltaview.preview_sink('by_float') ORDER BY id COLLATE "C";
SELECT * FROM deltaview.preview_sink('by_time') ORDER BY id COLLATE "C";
SELECT id FROM deltaview.preview_sink('by_time', '{"timestamp": "string"}') ORDER BY id COLLATE "C";
SELECT id, document::jsonb->>'code' FROM deltaview.preview_sink('by_time', '{"infinity": "null"}') ORDER BY id COLLATE "C", 2;
SELECT * FROM deltaview.preview_sink('by_json') ORDER BY id COLLATE "C", document COLLATE "C";
SELECT id FROM deltaview.preview_sink('by_array') ORDER BY id COLLATE "C";
SELECT * FROM deltaview.preview_sink('total');
SELECT * FROM deltaview.preview_sink('named') ORDER BY id COLLATE "C";
\echo -- no key, until the table gets one
SELECT * FROM deltaview.preview_sink('hidden');
SELECT * FROM deltaview.preview_sink('given');
ALTER TABLE given ADD PRIMARY KEY (c);
SELECT id FROM deltaview.preview_sink('given') ORDER BY id COLLATE "C";
\echo -- names that cannot be
SELECT * FROM deltaview.preview_sink('misnamed');
SELECT * FROM deltaview.preview_sink('dollar');

\echo -- options, and what is no view
SELECT * FROM deltaview.preview_sink('by_int', '{"nulls": "none"}');
SELECT * FROM deltaview.preview_sink('by_int', '{"numeric": true}');
SELECT * FROM deltaview.preview_sink('by_int', '{"infinity": "x"}');
SELECT * FROM deltaview.preview_sink('by_int', '{"timestamp": "x"}');
SELECT * FROM deltaview.preview_sink('by_int', '{"document": "n"}');
SELECT * FROM deltaview.preview_sink('by_int', '{"document": "nothing"}');
SELECT * FROM deltaview.preview_sink('by_int', '[]');
SELECT count(*) FROM deltaview.preview_sink('by_int', '{"document": null, "numeric": null, "copy_jobs": 4}');
SELECT * FROM deltaview.preview_sink('source');
SELECT deltaview.sink_row(ROW(1, 2), '{}');
SELECT deltaview.sink_row(s, '{}') FROM source s;
SELECT deltaview.sink_row(NULL, '{}');
SELECT count(*) FROM deltaview.preview_sink(NULL);
CREATE ROLE sink_reader;
GRANT USAGE ON SCHEMA sink_documents TO sink_reader;
SET ROLE sink_reader;
SELECT * FROM deltaview.preview_sink('sink_documents.by_int');
RESET ROLE;
DROP OWNED BY sink_reader;
DROP ROLE sink_reader;

\echo -- the content of a column as the document
CREATE TABLE cards (id int PRIMARY KEY, content jsonb, text json);
INSERT INTO cards VALUES (1, '{"b": 1, "aa": [1.5]}', '{"z": 1, "a": 2}'), (2, '{"_id": 2, "x": 1}', '{"x": {"_id": 9}, "_id": 2}'), (3, '{"_id": 4}', '{"_id": "3"}'),
	(4, '{}', '{}'), (5, '[1]', '[1]'), (6, '"x"', '"x"'), (7, 'null', 'null'), (8, NULL, NULL), (9, '{"a": {"_id": 1}}', '{"_id": 9, "_id": 9}');
SELECT deltaview.create_view('cards_view', 'SELECT * FROM cards');
SELECT * FROM deltaview.preview_sink('cards_view', '{"document": "content"}') ORDER BY id;
SELECT * FROM deltaview.preview_sink('cards_view', '{"document": "text"}') ORDER BY id;

\echo -- declared documents know the types of columns
CREATE TYPE span AS (since date, price numeric);
CREATE DOMAIN day AS date;
CREATE TABLE customers (id bigint PRIMARY KEY, name text, born date, token uuid, score float4);
CREATE TABLE orders (id int PRIMARY KEY, customer bigint, placed timestamp, paid timestamptz, total numeric(10,2), state text, spans span[], note jsonb);
CREATE TABLE items (order_id int, no int, price numeric(10,2), ship day, weights float8[], raw bytea, big int8, small int2, at time, PRIMARY KEY (order_id, no));
CREATE TABLE parts (order_id int, no int, part int, made timestamptz, PRIMARY KEY (order_id, no, part));
INSERT INTO customers VALUES (7, 'ann', '0044-03-15 BC', '8c0b0d14-0000-4000-8000-000000000001', 0.1), (8, 'bob', 'infinity', NULL, 'NaN');
INSERT INTO orders VALUES (1, 7, '2024-02-29 13:14:15.123456', '2024-02-29 13:14:15-05', 12.50, '2024-01-01', '{"(2024-01-01,1.10)","(,)"}', '{"placed": "2024-01-01", "n": 1.10}'),
	(2, 8, 'infinity', '-infinity', 'NaN', 'new', '{}', '"2024-01-01"'), (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO items VALUES (1, 1, 1.00, '1969-07-20', '{1,0.5,NaN,Infinity}', '\x00ff5c78', 9007199254740993, 1, '10:00'), (1, 2, 0.10, NULL, '{}', '\x', 1, 2, NULL),
	(2, 1, NULL, '294276-12-31', NULL, '\x5c', -1, -1, NULL);
INSERT INTO parts VALUES (1, 1, 1, '2024-02-29 13:14:15.5+00'), (1, 1, 2, '0001-01-01 00:00:00+00 BC');
CREATE VIEW types AS SELECT v.view, jsonb_pretty(v.document_types) FROM deltaview.view_catalog v WHERE v.document_types IS NOT NULL;
SELECT deltaview.create_document_view('order_view', root => 'orders');
SELECT deltaview.embed('order_view', 'customers', path => 'customer_info', type => 'object', relation => '{customer=id}', columns => '{customer_id=id,name,born,token,score}');
SELECT deltaview.embed('order_view', 'customers', path => 'customer_info', type => 'object', relation => '{customer=id}', columns => '{id=customer_id,name,born,token,score}');
SELECT deltaview.embed('order_view', 'items', path => 'items', type => 'array', relation => '{id=order_id}');
SELECT * FROM types;
SET TimeZone = 'Asia/Kathmandu';
SET bytea_output = 'escape';
SELECT deltaview.start('order_view');
RESET TimeZone;
RESET bytea_output;
SELECT * FROM types;
SELECT document FROM deltaview.preview_sink('order_view') ORDER BY id COLLATE "C";
\echo -- on a live view: what is embedded, taken out, renamed, added
SELECT deltaview.embed('order_view', 'parts', path => 'items.parts', type => 'array', relation => '{order_id,no}', columns => '{made}', order_by => 'part');
SELECT deltaview.unembed('order_view', 'customer_info');
SELECT view, document_types FROM deltaview.view_catalog WHERE document_types IS NOT NULL;
ALTER TABLE orders RENAME placed TO placed_at;
ALTER TABLE orders DROP total, ADD more date DEFAULT '2024-05-06';
ALTER TABLE items DROP weights;
ALTER TYPE span ADD ATTRIBUTE until date;
ALTER TYPE span RENAME ATTRIBUTE price TO cost;
SELECT view, document_types FROM deltaview.view_catalog WHERE document_types IS NOT NULL;
SELECT document FROM deltaview.preview_sink('order_view') WHERE id LIKE '%"1"%';
\echo -- the row as columns all the same
SELECT document FROM deltaview.preview_sink('order_view', '{"document": null}') WHERE id LIKE '%"3"%';
SELECT * FROM deltaview.verify('order_view');

\echo -- the stream has the same documents
CREATE TABLE changes (no bigint, kind text, payload bytea);
CREATE FUNCTION read_stream(view regclass, options text DEFAULT '{}') RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	DELETE FROM changes;
	INSERT INTO changes SELECT n, chr(get_byte(data, 0)), substr(data, 10)
		FROM pg_logical_slot_get_binary_changes('sink_documents', NULL, NULL, 'format', 'bson', 'view_oid', view::oid::text, 'sink_options', options)
			WITH ORDINALITY m (lsn, xid, data, n);
	RETURN (SELECT string_agg(kind, '' ORDER BY no) FROM changes);
END $$;
SELECT 1 FROM pg_create_logical_replication_slot('sink_documents', 'pg_deltaview');
CREATE TABLE base (id int, other int, n numeric, d date, t text, PRIMARY KEY (id));
SELECT deltaview.create_view('base_view', 'SELECT * FROM base');
SELECT deltaview.create_view('base_sums', 'SELECT other, n, count(*) AS c FROM base GROUP BY other, n');
INSERT INTO base VALUES (1, 1, 1.5, '1960-01-01', repeat('x', 100000)), (2, NULL, 'NaN', 'infinity', NULL);
SELECT read_stream('base_view');
SELECT count(*), count(*) FILTER (WHERE p.kind IN ('I', 'P')) FROM base_view v LEFT JOIN changes p ON convert_to(translate(p.kind, 'I', 'P'), 'UTF8') || p.payload = deltaview.sink_row(v, '{}');
UPDATE base SET d = '1960-01-02';
BEGIN;
UPDATE base SET id = 3 WHERE id = 1;
DELETE FROM base WHERE id = 2;
COMMIT;
INSERT INTO base VALUES (4, 1, 1e50 + 1, NULL, NULL);
UPDATE base SET n = 1 WHERE id = 4;
UPDATE base SET n = 1.0, id = 5 WHERE id = 4;
DELETE FROM base WHERE id = 5;
SELECT read_stream('base_view');
SELECT kind, encode(payload, 'hex') FROM changes WHERE kind = 'D' ORDER BY no;
SELECT count(*), count(*) FILTER (WHERE p.kind IN ('I', 'P')) FROM base_view v LEFT JOIN changes p ON convert_to(translate(p.kind, 'I', 'P'), 'UTF8') || p.payload = deltaview.sink_row(v, '{}');
\echo -- 1.5 becomes 1.50: the same key, and document; NULL in the key, and an end
INSERT INTO base VALUES (6, NULL, 1.0, NULL, NULL), (7, NULL, 1.00, NULL, NULL), (8, 5, 1e40 + 1, NULL, NULL);
SELECT read_stream('base_sums');
DELETE FROM base WHERE id = 6;
DELETE FROM base WHERE id = 8;
SELECT read_stream('base_sums', '{"nulls": "absent"}');
SELECT kind, encode(payload, 'hex') FROM changes WHERE kind NOT IN ('B', 'C') ORDER BY no;
INSERT INTO orders (id, placed_at) VALUES (9, '2024-01-02');
UPDATE items SET price = 7 WHERE order_id = 2;
TRUNCATE base;
SELECT read_stream('order_view');
SELECT count(*) FROM order_view v JOIN changes p ON convert_to(translate(p.kind, 'I', 'P'), 'UTF8') || p.payload = deltaview.sink_row(v, '{}');
\echo -- the types are those of the time: the price was a number, the path is another later
INSERT INTO items VALUES (9, 1, 2.5, '2024-01-03');
SELECT deltaview.unembed('order_view', 'items');
SELECT deltaview.embed('order_view', 'items', path => 'lines', type => 'array', relation => '{id=order_id}', columns => '{no,price}');
CREATE TEMP TABLE messages AS SELECT data FROM pg_logical_slot_peek_binary_changes('sink_documents', NULL, NULL, 'format', 'bson', 'view_oid', ('order_view'::regclass::oid)::text) WITH ORDINALITY m (lsn, xid, data, n) ORDER BY n;
SELECT string_agg(chr(get_byte(data, 0)), '') FROM messages;
SELECT string_agg(CASE WHEN position('\x13707269636500'::bytea IN data) > 0 THEN 'Decimal128' WHEN position('\x707269636500'::bytea IN data) > 0 THEN 'another type' END, ', ') FROM messages;
\echo -- options of the format
SELECT * FROM pg_logical_slot_peek_binary_changes('sink_documents', NULL, NULL, 'format', 'bson');
SELECT * FROM pg_logical_slot_peek_binary_changes('sink_documents', NULL, NULL, 'format', 'bson', 'view_oid', 'x');
SELECT * FROM pg_logical_slot_peek_binary_changes('sink_documents', NULL, NULL, 'format', 'xml');
SELECT * FROM pg_logical_slot_peek_binary_changes('sink_documents', NULL, NULL, 'format', 'bson', 'view_oid', '1', 'include-xids', '1');
SELECT * FROM pg_logical_slot_peek_binary_changes('sink_documents', NULL, NULL, 'view_oid', '1');
SELECT * FROM pg_logical_slot_peek_changes('sink_documents', NULL, NULL, 'format', 'bson', 'view_oid', '1');
SELECT * FROM pg_logical_slot_peek_binary_changes('sink_documents', NULL, NULL, 'format', 'bson', 'view_oid', '1');
SELECT deltaview.verify(name) FROM deltaview.views WHERE name <> 'cards_view'::regclass;
\echo -- a table that is dropped takes the view with it
DROP TABLE items CASCADE;
SELECT count(*) FROM types;
SELECT pg_drop_replication_slot('sink_documents');
DROP SCHEMA sink_documents CASCADE;
