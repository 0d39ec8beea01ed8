-- One nested jsonb document per order follows the order, its customer, its items, and the products of its items.
SET client_min_messages = warning;
CREATE SCHEMA documents;
SET search_path = documents, public;
CREATE TABLE customers (id text PRIMARY KEY, city text);
CREATE TABLE orders (id text PRIMARY KEY, customer text, status text);
CREATE TABLE items ("order" text, no int, product text, price numeric(10,2), PRIMARY KEY ("order", no));
CREATE TABLE products (id text PRIMARY KEY, name text);
CREATE INDEX ON orders (customer);
CREATE INDEX ON items (product);
INSERT INTO customers VALUES ('c1', 'Paris'), ('c2', 'Rome');
INSERT INTO orders VALUES ('o1', 'c1', 'new'), ('o2', 'c2', 'sent'), ('o3', 'c9', 'new');
INSERT INTO items VALUES ('o1', 1, 'p1', 10), ('o1', 2, 'p2', 20), ('o2', 1, 'p1', 10), ('o9', 1, 'p1', 1);
INSERT INTO products VALUES ('p1', 'pen'), ('p2', 'ink');
SELECT deltaview.create_view('docs', $$
  SELECT o.id, o.customer, jsonb_build_object('id', o.id, 'status', o.status,
    'customer_info', (SELECT jsonb_build_object('id', c.id, 'city', c.city) FROM customers c WHERE c.id = o.customer),
    'items', coalesce((SELECT jsonb_agg(jsonb_build_object('no', i.no, 'price', i.price,
        'product', (SELECT to_jsonb(p) FROM products p WHERE p.id = i.product)) ORDER BY i.no)
      FROM items i WHERE i."order" = o.id), '[]')) AS document
  FROM orders o $$);
SELECT base_table, strategy FROM deltaview.view_tables WHERE view = 'docs'::regclass ORDER BY base_table::text;
SELECT id, document FROM docs ORDER BY id;
-- an order before its customer, items before their order
BEGIN;
INSERT INTO items VALUES ('o4', 1, 'p2', 5);
INSERT INTO orders VALUES ('o4', 'c3', 'new');
COMMIT;
INSERT INTO customers VALUES ('c3', 'Oslo');
SELECT document FROM docs WHERE id = 'o4';
-- a city and a product change their name, an item moves, its number changes, an order leaves
UPDATE customers SET city = 'CITY_' || city WHERE id IN ('c1', 'c3');
UPDATE products SET name = 'pencil' WHERE id = 'p1';
UPDATE items SET "order" = 'o2', no = 7 WHERE "order" = 'o1' AND no = 1;
SELECT id, document FROM docs ORDER BY id;
SELECT * FROM verify_both_ways('docs');
BEGIN;
DELETE FROM items WHERE "order" = 'o2';
DELETE FROM orders WHERE id = 'o2';
UPDATE items SET price = price + 40;
UPDATE orders SET id = 'o9' WHERE id = 'o3';
DELETE FROM products WHERE id = 'p2';
COMMIT;
SELECT id, document FROM docs ORDER BY id;
SELECT * FROM verify_both_ways('docs');
DROP SCHEMA documents CASCADE;
