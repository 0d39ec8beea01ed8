-- What pipelines that write documents by hand are known to get wrong, one after the other, on a document view: each change
-- of a table leaves the documents that the query gives, and writes those alone that hold the row.
SET client_min_messages = warning;
CREATE SCHEMA document_faults;
SET search_path = document_faults, public;
CREATE TABLE customers (customer_id text PRIMARY KEY, city text);
CREATE TABLE orders (order_id text PRIMARY KEY, customer_id text, note text);
CREATE TABLE payments (order_id text, no int, value int, PRIMARY KEY (order_id, no));
CREATE TABLE items (order_id text, no int, product_id text, seller_id text, price int, PRIMARY KEY (order_id, no));
CREATE TABLE products (product_id text PRIMARY KEY, name text);
CREATE TABLE sellers (seller_id text PRIMARY KEY, city text);
CREATE INDEX ON orders (customer_id);
CREATE INDEX ON items (product_id);
CREATE INDEX ON items (seller_id);
INSERT INTO customers VALUES ('c1', 'Recife'), ('c2', 'Santos');
INSERT INTO orders VALUES ('o1', 'c1'), ('o2', 'c1'), ('o3', 'c2');
INSERT INTO payments VALUES ('o1', 1, 30);
INSERT INTO items VALUES ('o1', 1, 'p1', 's1', 10), ('o1', 2, 'p2', 's1', 20), ('o2', 1, 'p1', 's2', 10), ('o3', 1, 'p3', 's2', 5);
INSERT INTO products VALUES ('p1', 'pen'), ('p2', 'ink'), ('p3', 'cap');
INSERT INTO sellers VALUES ('s1', 'Natal'), ('s2', 'Belem');
SELECT deltaview.create_document_view('docs', 'orders');
SELECT deltaview.embed('docs', 'customers', 'customer', 'object', '{customer_id}', '{city}');
SELECT deltaview.embed('docs', 'payments', 'payments', 'array', '{order_id}', '{value}');
SELECT deltaview.embed('docs', 'items', 'items', 'array', '{order_id}', '{no,price}');
SELECT deltaview.embed('docs', 'products', 'items.product', 'object', '{product_id}', '{name}');
SELECT deltaview.embed('docs', 'sellers', 'items.seller', 'object', '{seller_id}', '{city}');
SELECT deltaview.start('docs');

-- What the last transaction wrote, whether view and query agree, and a document.
CREATE TABLE written (rows bigint);
INSERT INTO written SELECT rows_out FROM deltaview.stats WHERE view = 'docs'::regclass;
CREATE FUNCTION after(id text, OUT written bigint, OUT differences bigint, OUT document jsonb) LANGUAGE plpgsql AS $$
BEGIN
	SELECT s.rows_out - w.rows INTO written FROM deltaview.stats s, document_faults.written w WHERE s.view = 'document_faults.docs'::regclass;
	UPDATE document_faults.written w SET rows = s.rows_out FROM deltaview.stats s WHERE s.view = 'document_faults.docs'::regclass;
	differences := (SELECT count(*) FROM deltaview.verify('document_faults.docs'));
	SELECT d.document - 'order_id' - 'customer_id' - 'note' INTO document FROM document_faults.docs d WHERE order_id = id;
END $$;
SELECT * FROM after('o1');

-- $addToSet leaves the old item beside the new one
UPDATE items SET price = 11 WHERE order_id = 'o1' AND no = 1;
SELECT * FROM after('o1');
-- $pull by the parent's key removes every item
DELETE FROM items WHERE order_id = 'o1' AND no = 1;
SELECT * FROM after('o1');
-- an item, and a payment, that come before their order
INSERT INTO items VALUES ('o4', 1, 'p1', 's1', 7), ('o4', 2, 'p9', 's9', 8);
INSERT INTO payments VALUES ('o4', 1, 15);
SELECT * FROM after('o4');
INSERT INTO orders VALUES ('o4', 'c9');
SELECT * FROM after('o4');
INSERT INTO customers VALUES ('c9', 'Olinda');
INSERT INTO products VALUES ('p9', 'hat');
SELECT * FROM after('o4');
-- an item that moves to another order
UPDATE items SET order_id = 'o2', no = 2 WHERE order_id = 'o4' AND no = 2;
SELECT * FROM after('o4');
SELECT * FROM after('o2');
-- an item that changes its place in the array
UPDATE items SET no = 3 WHERE order_id = 'o2' AND no = 1;
SELECT * FROM after('o2');
-- a deleted order is not resurrected by an item that is written again
BEGIN;
DELETE FROM items WHERE order_id = 'o4';
DELETE FROM orders WHERE order_id = 'o4';
COMMIT;
SELECT * FROM after('o4');
INSERT INTO items VALUES ('o4', 1, 'p1', 's1', 7);
UPDATE items SET price = 8 WHERE order_id = 'o4';
DELETE FROM items WHERE order_id = 'o4';
INSERT INTO items VALUES ('o4', 1, 'p1', 's1', 7);
SELECT * FROM after('o4');
SELECT count(*) FROM docs WHERE order_id = 'o4';
-- an order that goes before its items, and comes back to them
DELETE FROM orders WHERE order_id = 'o3';
SELECT * FROM after('o3');
INSERT INTO orders VALUES ('o3', 'c2');
SELECT * FROM after('o3');
-- a customer, a product, a seller change: all documents that hold them
UPDATE customers SET city = 'CITY_' || city WHERE customer_id = 'c1';
SELECT * FROM after('o1');
UPDATE products SET name = 'pencil' WHERE product_id = 'p1';
SELECT * FROM after('o2');
UPDATE sellers SET city = 'Belo' WHERE seller_id = 's2';
SELECT * FROM after('o3');
DELETE FROM sellers WHERE seller_id = 's1';
SELECT * FROM after('o1');
-- one that no order has, or a column that no document holds: none
INSERT INTO products VALUES ('p0', 'none');
UPDATE products SET name = 'nobody''s' WHERE product_id = 'p0';
SELECT * FROM after('o1');
UPDATE orders SET customer_id = 'c2' WHERE order_id = 'o2';
SELECT * FROM after('o2');
-- a value that is stored out of line stays when others of its row change, and is read when another table's do
UPDATE orders SET note = (SELECT string_agg(md5(i::text), '') FROM generate_series(1, 5000) i) WHERE order_id = 'o1';
SELECT pg_column_size(note) > 8000 AS out_of_line FROM orders WHERE order_id = 'o1';
UPDATE orders SET customer_id = 'c2' WHERE order_id = 'o1';
UPDATE items SET price = 12 WHERE order_id = 'o1';
SELECT md5(d.document ->> 'note') = md5(o.note) AS kept FROM docs d JOIN orders o USING (order_id) WHERE order_id = 'o1';
SELECT * FROM after('o1');
-- the primary key of an order, of a customer, of a product
UPDATE orders SET order_id = 'o9' WHERE order_id = 'o3';
SELECT * FROM after('o3');
SELECT * FROM after('o9');
UPDATE customers SET customer_id = 'c0' WHERE customer_id = 'c2';
SELECT * FROM after('o9');
BEGIN;
DELETE FROM products WHERE product_id = 'p2';
UPDATE products SET product_id = 'p2' WHERE product_id = 'p1';
COMMIT;
SELECT * FROM after('o1');
-- an item's order, by ON UPDATE CASCADE
ALTER TABLE payments ADD FOREIGN KEY (order_id) REFERENCES orders ON UPDATE CASCADE ON DELETE CASCADE NOT VALID;
UPDATE orders SET order_id = 'o11' WHERE order_id = 'o1';
SELECT * FROM after('o11');
DELETE FROM orders WHERE order_id = 'o11';
SELECT * FROM after('o11');
-- TRUNCATE of what is embedded, and of the orders
TRUNCATE items;
SELECT differences, document FROM after('o2');
INSERT INTO items VALUES ('o2', 1, 'p9', 's2', 1);
TRUNCATE customers, products;
SELECT differences, document FROM after('o2');
TRUNCATE orders CASCADE;
SELECT differences, document FROM after('o2');
SELECT count(*) FROM docs;
INSERT INTO orders VALUES ('o2', 'c1');
SELECT differences, document FROM after('o2');
-- the same in one transaction, and in one that is rolled back
BEGIN;
INSERT INTO orders VALUES ('o5', 'c5');
INSERT INTO items VALUES ('o5', 1, 'p5', 's5', 5), ('o5', 2, 'p5', 's2', 5);
UPDATE items SET order_id = 'o2', no = 9 WHERE order_id = 'o5' AND no = 2;
SAVEPOINT s;
DELETE FROM orders;
SELECT deltaview.flush();
ROLLBACK TO s;
DELETE FROM items WHERE order_id = 'o2' AND no = 1;
COMMIT;
SELECT differences, document FROM after('o5');
SELECT differences, document FROM after('o2');
BEGIN;
DELETE FROM items;
SELECT deltaview.flush();
UPDATE orders SET customer_id = 'c7';
ROLLBACK;
SELECT differences, document FROM after('o2');

-- Look-ups in the documents use an index.
INSERT INTO orders SELECT 'x' || i, 'c' || i FROM generate_series(1, 200) i;
INSERT INTO items SELECT 'x' || i, 1, 'p' || i, 's' || i, i FROM generate_series(1, 200) i;
SELECT deltaview.create_document_view('whole', 'orders');
SELECT deltaview.embed('whole', 'items', 'items', 'array', '{order_id}');
SELECT deltaview.start('whole');
CREATE INDEX whole_customer ON whole ((document ->> 'customer_id'));
CREATE INDEX whole_items ON whole USING gin ((document -> 'items') jsonb_path_ops);
ANALYZE whole;
SET enable_seqscan = off;
EXPLAIN (COSTS OFF) SELECT document FROM whole WHERE order_id = 'x7';
EXPLAIN (COSTS OFF) SELECT document FROM whole WHERE document ->> 'customer_id' = 'c7';
EXPLAIN (COSTS OFF) SELECT document FROM whole WHERE document -> 'items' @> '[{"product_id": "p7"}]';
SELECT document FROM whole WHERE document ->> 'customer_id' = 'c7';
SELECT order_id FROM whole WHERE document -> 'items' @> '[{"product_id": "p7"}]';
UPDATE items SET product_id = 'p8' WHERE product_id = 'p7';
SELECT order_id FROM whole WHERE document -> 'items' @> '[{"product_id": "p8"}]' ORDER BY order_id;
RESET enable_seqscan;
SELECT * FROM verify_both_ways('whole');
DROP SCHEMA document_faults CASCADE;
SELECT * FROM leftovers();
