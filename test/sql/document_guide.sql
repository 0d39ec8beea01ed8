-- The SQL of docs/documents.md.
SET client_min_messages = warning;
CREATE SCHEMA document_guide;
SET search_path = document_guide, public;
CREATE TABLE orders (order_id int PRIMARY KEY, customer_id int, status text, note text);
CREATE TABLE customers (customer_id int PRIMARY KEY, city text);
CREATE TABLE items (order_id int, no int, product_id int, price numeric(10,2), PRIMARY KEY (order_id, no));
CREATE TABLE products (product_id int PRIMARY KEY, name text);
CREATE INDEX ON orders (customer_id);      -- what the NOTICEs of start advise
CREATE INDEX ON items (product_id);
INSERT INTO customers VALUES (1, 'Recife');
INSERT INTO products VALUES (7, 'pen');
INSERT INTO items VALUES (10, 1, 7, 2.50);
INSERT INTO orders VALUES (10, 1, 'new'), (11, 2, 'new');

SELECT deltaview.create_document_view('order_view', root => 'orders', columns => '{order_id=id,customer_id,status}');
SELECT deltaview.embed('order_view', 'customers', path => 'customer', type => 'object', relation => '{customer_id}');
SELECT deltaview.embed('order_view', 'items', path => 'items', type => 'array', relation => '{order_id}',
  columns => '{no,price}', filter => 'price > 0', order_by => 'price DESC');
SELECT deltaview.embed('order_view', 'products', path => 'items.product', type => 'object', relation => '{product_id}',
  columns => '{name}');
SELECT deltaview.start('order_view');

SELECT document FROM order_view ORDER BY order_id;
-- {"id": 10, "items": [{"no": 1, "price": 2.50, "product": {"name": "pen"}}], "status": "new",
--  "customer": {"city": "Recife", "customer_id": 1}, "customer_id": 1}
-- {"id": 11, "items": [], "status": "new", "customer": null, "customer_id": 2}

-- Indexes for look-ups in the documents.
CREATE INDEX ON order_view ((document ->> 'customer_id'));
CREATE INDEX ON order_view USING gin ((document -> 'items') jsonb_path_ops);
SELECT order_id FROM order_view WHERE document ->> 'customer_id' = '1';
SELECT order_id FROM order_view WHERE document -> 'items' @> '[{"product": {"name": "pen"}}]';

-- On a live view: its table stays, readers are not blocked.
SELECT deltaview.unembed('order_view', 'items.product');
SELECT deltaview.embed('order_view', 'products', path => 'items.sold', type => 'object', relation => '{product_id}');
SELECT path, child, type, relation, columns, filter, order_by FROM deltaview.embeds WHERE document = 'order_view' ORDER BY path;
SELECT * FROM deltaview.verify('order_view');
SELECT * FROM verify_both_ways('order_view');
DROP SCHEMA document_guide CASCADE;
