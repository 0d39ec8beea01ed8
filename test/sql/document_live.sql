-- embed and unembed on a live document view: the table stays what it is, its query and content become others.
SET client_min_messages = warning;
CREATE SCHEMA document_live;
SET search_path = document_live, public;
CREATE TABLE orders (id int PRIMARY KEY, customer int, note text);
CREATE TABLE items (order_id int, no int, product int, PRIMARY KEY (order_id, no));
CREATE TABLE products (id int PRIMARY KEY, name text);
CREATE TABLE other (order_id int PRIMARY KEY);
CREATE INDEX ON orders (customer);
CREATE INDEX ON items (product);
INSERT INTO orders SELECT i, i % 3, 'n' || i FROM generate_series(1, 5) i;
INSERT INTO items SELECT 1 + i % 4, i, i % 2 FROM generate_series(1, 8) i;
INSERT INTO products VALUES (0, 'ink'), (1, 'pen');
SELECT deltaview.create_document_view('live', 'orders');
SELECT deltaview.start('live');
CREATE INDEX live_customer ON live ((document ->> 'customer'));
CREATE ROLE document_reader;
GRANT SELECT ON live TO document_reader;
CREATE TABLE seen (id int, was jsonb, is_now jsonb);
CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN INSERT INTO document_live.seen VALUES (NEW.id, OLD.document, NEW.document); RETURN NULL; END $$;
CREATE TRIGGER see AFTER UPDATE ON live FOR EACH ROW EXECUTE FUNCTION see();
SELECT deltaview.create_view('above', $$ SELECT jsonb_array_length(document -> 'items') AS items, count(*) AS n
	FROM live WHERE document ? 'items' GROUP BY 1 $$);
SELECT 'live'::regclass::oid AS oid, relfilenode FROM pg_class WHERE oid = 'live'::regclass \gset

SELECT deltaview.embed('live', 'items', 'items', 'array', '{id=order_id}');
SELECT document FROM live ORDER BY id;
SELECT * FROM above ORDER BY items;
SELECT id, is_now - 'items' = was AS added FROM seen ORDER BY id;
SELECT 'live'::regclass::oid = :oid AS same_table, relfilenode = :relfilenode AS same_file,
	has_table_privilege('document_reader', 'live', 'SELECT') AS rights FROM pg_class WHERE oid = 'live'::regclass;
SET enable_seqscan = off;
EXPLAIN (COSTS OFF) SELECT id FROM live WHERE document ->> 'customer' = '1';
RESET enable_seqscan;
SELECT * FROM verify_both_ways('live');
SELECT * FROM verify_both_ways('above');
SELECT traces('items') AS items, traces('products') AS products, traces('orders') AS orders;

-- followed from then on; with what this transaction has written before and after
BEGIN;
INSERT INTO products VALUES (2, 'cap');
UPDATE items SET product = 2 WHERE no = 1;
DELETE FROM orders WHERE id = 5;
SELECT deltaview.embed('live', 'products', 'items.sold', 'object', '{product=id}', '{name}');
UPDATE products SET name = name || '!';
COMMIT;
SELECT document FROM live ORDER BY id;
SELECT * FROM verify_both_ways('live');
SELECT * FROM verify_both_ways('above');

-- a rollback
BEGIN;
SELECT deltaview.unembed('live', 'items');
SELECT document FROM live ORDER BY id;
SAVEPOINT s;
SELECT deltaview.embed('live', 'other', 'other', 'array', '{id=order_id}');
INSERT INTO other VALUES (1);
ROLLBACK TO s;
INSERT INTO orders VALUES (7, 7);
ROLLBACK;
UPDATE products SET name = 'ink?' WHERE id = 0;
SELECT document FROM live ORDER BY id;
SELECT path FROM deltaview.embeds ORDER BY path;
SELECT * FROM verify_both_ways('live');

-- what is embedded in it goes with it; tables that no view reads any more are left alone
SELECT deltaview.unembed('live', 'items');
SELECT document FROM live ORDER BY id;
SELECT traces('items') AS items, traces('products') AS products, traces('orders') AS orders;
SELECT path FROM deltaview.embeds;
SELECT * FROM above;
DELETE FROM items;
SELECT * FROM verify_both_ways('live');
SELECT * FROM verify_both_ways('above');

-- the key by which an object is the first of its kind
SELECT deltaview.create_document_view('first', 'orders', '{id}');
SELECT deltaview.embed('first', 'products', 'product', 'object', '{customer=id}');
SELECT deltaview.start('first');
ALTER TABLE products DROP CONSTRAINT products_pkey;
SELECT deltaview.drop_view('first');

-- one that is paused gets its content at the resume; one on demand at once
SELECT deltaview.pause('live');
SELECT deltaview.embed('live', 'items', 'items', 'array', '{id=order_id}');
INSERT INTO items VALUES (1, 1, 1);
SELECT document FROM live WHERE id = 1;
SELECT deltaview.resume('live');
SELECT document FROM live WHERE id = 1;
SELECT * FROM verify_both_ways('live');
SELECT deltaview.create_document_view('demand', 'orders', refresh => 'on demand');
SELECT deltaview.start('demand');
INSERT INTO orders VALUES (8, 8);
SELECT deltaview.embed('demand', 'items', 'items', 'array', '{id=order_id}');
SELECT document FROM demand ORDER BY id;
SELECT name, state FROM deltaview.views WHERE name = 'demand'::regclass;

-- a table that reads the view is above it, whatever it embeds
SELECT deltaview.create_view('low', 'SELECT product, count(*) AS n FROM items GROUP BY product');
SELECT deltaview.create_view('middle', 'SELECT n, count(*) AS m FROM low GROUP BY n');
SELECT deltaview.embed('live', 'middle', 'middle', 'object', '{id=n}');
UPDATE items SET product = 5;
SELECT v.view, v.rank FROM deltaview.view_catalog v WHERE v.part_of IS NULL ORDER BY v.rank, v.view::text;
SELECT document FROM live WHERE id = 1;
SELECT * FROM verify_both_ways('live');
SELECT * FROM verify_both_ways('above');
SELECT count(*) FROM pg_class WHERE relnamespace = 'deltaview'::regnamespace AND relname LIKE 'document\_live.live%';

-- a base table that goes takes the view with it, and the declaration; one that is declared loses what was embedded
SELECT deltaview.create_document_view('declared', 'orders');
SELECT deltaview.embed('declared', 'items', 'items', 'array', '{id=order_id}');
SELECT deltaview.embed('declared', 'products', 'items.sold', 'object', '{product=id}');
SELECT deltaview.embed('declared', 'products', 'itemsX', 'object', '{id}');
\set VERBOSITY terse
DROP TABLE items;
\set VERBOSITY default
DROP TABLE items CASCADE;
SELECT name FROM deltaview.documents;
SELECT document, path FROM deltaview.embeds;
DROP SCHEMA document_live CASCADE;
SELECT count(*) FROM deltaview.documents;
DROP ROLE document_reader;
SELECT * FROM leftovers();
