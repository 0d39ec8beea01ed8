-- A declared document view: objects and arrays at any depth, and what it says of itself.
SET client_min_messages = warning;
CREATE SCHEMA document_views;
SET search_path = document_views, public;
CREATE TABLE customers (customer_id text PRIMARY KEY, city text);
CREATE TABLE orders (order_id text PRIMARY KEY, customer_id text, status text, bought timestamp);
CREATE TABLE payments (order_id text, no int, value numeric(10,2), PRIMARY KEY (order_id, no));
CREATE TABLE items (order_id text, no int, product_id text, seller_id text, price numeric(10,2), PRIMARY KEY (order_id, no));
CREATE TABLE products (product_id text PRIMARY KEY, name text, photo bytea);
CREATE TABLE sellers (seller_id text PRIMARY KEY, city text);
CREATE INDEX ON orders (customer_id);
CREATE INDEX ON items (product_id);
CREATE INDEX ON items (seller_id);
INSERT INTO customers VALUES ('c1', 'Recife'), ('c2', 'Santos');
INSERT INTO orders VALUES ('o1', 'c1', 'new', '2018-10-01 10:00'), ('o2', 'c2', 'sent', NULL), ('o3', 'c9', NULL, NULL);
INSERT INTO payments VALUES ('o1', 2, 5), ('o1', 1, 25.50);
INSERT INTO items VALUES ('o1', 2, 'p2', 's1', 20), ('o1', 1, 'p1', 's2', 10), ('o2', 1, 'p1', 's9', 10);
INSERT INTO products VALUES ('p1', 'pen', '\x00ff'), ('p2', 'ink', NULL);
INSERT INTO sellers VALUES ('s1', 'Natal'), ('s2', 'Belem');

SELECT deltaview.create_document_view('order_single_view', root => 'orders');
SELECT deltaview.embed('order_single_view', 'customers', path => 'customer_info', type => 'object', relation => '{customer_id}');
SELECT deltaview.embed('order_single_view', 'payments', path => 'order_payments', type => 'array', relation => '{order_id}');
SELECT deltaview.embed('order_single_view', 'items', path => 'order_items', type => 'array', relation => '{order_id}');
SELECT deltaview.embed('order_single_view', 'products', path => 'order_items.product', type => 'object', relation => '{product_id}');
SELECT deltaview.embed('order_single_view', 'sellers', path => 'order_items.seller', type => 'object', relation => '{seller_id}');
SELECT * FROM deltaview.documents;
SELECT * FROM deltaview.embeds ORDER BY path;
SELECT deltaview.start('order_single_view');
SELECT * FROM deltaview.documents;
SELECT base_table, strategy, incremental, advice FROM deltaview.explain('order_single_view') ORDER BY 1::text;
SELECT attname, format_type(atttypid, atttypmod), attnotnull FROM pg_attribute
	WHERE attrelid = 'order_single_view'::regclass AND attnum > 0 ORDER BY attnum;
SELECT order_id, jsonb_pretty(document) FROM order_single_view ORDER BY order_id;

-- The same as the query written by hand.
SELECT order_id FROM order_single_view v JOIN orders o USING (order_id)
WHERE v.document IS DISTINCT FROM to_jsonb(o) || jsonb_build_object(
	'customer_info', (SELECT to_jsonb(c) FROM customers c WHERE c.customer_id = o.customer_id),
	'order_payments', coalesce((SELECT jsonb_agg(to_jsonb(p) ORDER BY p.no) FROM payments p WHERE p.order_id = o.order_id), '[]'),
	'order_items', coalesce((SELECT jsonb_agg(to_jsonb(i) || jsonb_build_object(
			'product', (SELECT to_jsonb(p) FROM products p WHERE p.product_id = i.product_id),
			'seller', (SELECT to_jsonb(s) FROM sellers s WHERE s.seller_id = i.seller_id)) ORDER BY i.no)
		FROM items i WHERE i.order_id = o.order_id), '[]'));

-- It is a view like any other.
UPDATE products SET name = 'pencil' WHERE product_id = 'p1';
SELECT order_id, document #>> '{order_items,0,product,name}' FROM order_single_view ORDER BY order_id;
SELECT deltaview.pause('order_single_view');
UPDATE sellers SET city = 'Olinda' WHERE seller_id = 's2';
SELECT deltaview.resume('order_single_view');
SELECT deltaview.refresh('order_single_view');
SELECT * FROM verify_both_ways('order_single_view');

-- A new column of a table is one of its objects.
ALTER TABLE sellers ADD COLUMN state text DEFAULT 'PE';
SELECT document #> '{order_items,0,seller}' FROM order_single_view WHERE order_id = 'o1';
SELECT * FROM verify_both_ways('order_single_view');

-- Documents on documents: a view is a table, as a root and to embed.
SELECT deltaview.create_view('spent', 'SELECT customer_id, count(*) AS orders FROM orders GROUP BY customer_id');
SELECT deltaview.create_document_view('customer_view', 'customers');
SELECT deltaview.embed('customer_view', 'spent', 'totals', 'object', '{customer_id}');
SELECT deltaview.embed('customer_view', 'order_single_view', 'orders', 'array', '{customer_id=order_id}');
SELECT deltaview.start('customer_view');
INSERT INTO orders VALUES ('c1', 'c1');
SELECT document FROM customer_view ORDER BY customer_id;
SELECT * FROM verify_both_ways('customer_view');

-- Declared only, it can be dropped by its name; started, in either way.
SELECT deltaview.create_document_view('declared', 'orders');
SELECT deltaview.embed('declared', 'items', 'items', 'array', '{order_id}');
SELECT deltaview.drop_view('declared');
SELECT deltaview.drop_view('declared');
DROP TABLE customer_view;
SELECT deltaview.drop_view(name => 'order_single_view'::regclass);
SELECT count(*) FROM deltaview.documents;
SELECT count(*) FROM deltaview.embed_catalog;
DROP SCHEMA document_views CASCADE;
SELECT * FROM leftovers();
