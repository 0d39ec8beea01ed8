-- Which keys a join's rows are told apart by: not those of tables whose row the others determine.
SET client_min_messages = error;
CREATE SCHEMA join_keys;
SET search_path = join_keys, public;
CREATE TABLE products (id bigint PRIMARY KEY, name text, maker int);
CREATE TABLE makers (id int PRIMARY KEY, name text);
CREATE TABLE orders (code text PRIMARY KEY, customer varchar(10));
CREATE TABLE customers (id varchar(10) PRIMARY KEY, region text);
CREATE TABLE items (code text, no int, product int, PRIMARY KEY (code, no));
CREATE TABLE shipments (code text, no int, day date, PRIMARY KEY (code, no));
CREATE TABLE rates (region text COLLATE "C" PRIMARY KEY, rate int);
CREATE TABLE prices (product bigint, since date, price int, PRIMARY KEY (product, since));
CREATE TABLE tags (tag text, product bigint);
CREATE UNIQUE INDEX ON tags (tag) NULLS NOT DISTINCT;
INSERT INTO makers SELECT i, 'm' || i FROM generate_series(1, 3) i;
INSERT INTO products SELECT i, 'p' || i, 1 + i % 4 FROM generate_series(1, 6) i;
INSERT INTO customers SELECT 'c' || i, 'r' || i % 2 FROM generate_series(1, 4) i;
INSERT INTO orders SELECT 'o' || i, 'c' || 1 + i % 5 FROM generate_series(1, 8) i;
INSERT INTO items SELECT 'o' || i, no, (i + no) % 8 FROM generate_series(1, 9) i, generate_series(1, 2) no;
INSERT INTO shipments SELECT code, no, '2024-01-01' FROM items WHERE no = 1;
INSERT INTO rates VALUES ('r0', 10), ('r1', 20);
INSERT INTO prices SELECT p, date '2024-01-01' + d, p * d FROM generate_series(1, 6) p, generate_series(0, 1) d;
INSERT INTO tags VALUES ('new', 1), ('old', 2), (NULL, 3);

SELECT deltaview.create_view('chain', $$SELECT i.code, i.no, p.name, m.name AS maker, o.customer, c.region
  FROM makers m, products p, customers c, orders o, items i
  WHERE m.id = p.maker AND p.id = i.product AND o.code = i.code AND c.id = o.customer$$);
SELECT deltaview.create_view('one_to_one', 'SELECT s.code, s.no, s.day, i.product FROM items i JOIN shipments s USING (code, no)');
SELECT deltaview.create_view('part_of_key', 'SELECT i.code, i.no, r.since, r.price FROM items i JOIN prices r ON r.product = i.product');
SELECT deltaview.create_view('other_collation', 'SELECT c.id, r.rate FROM customers c JOIN rates r ON r.region = c.region COLLATE "POSIX"');
SELECT deltaview.create_view('same_collation', 'SELECT c.id, r.rate FROM customers c JOIN rates r ON r.region = c.region COLLATE "C"');
SELECT deltaview.create_view('expression', 'SELECT i.code, i.no, p.id FROM items i JOIN products p ON p.id = i.product + 1');
SELECT deltaview.create_view('no_equality', 'SELECT i.code, i.no, p.id FROM items i JOIN products p ON p.id >= i.product AND p.id < i.product + 2');
SELECT deltaview.create_view('neighbours', 'SELECT a.id, b.name FROM products a JOIN products b ON b.id = a.maker');
SELECT deltaview.create_view('circle', 'SELECT a.name, b.name AS other FROM products a JOIN products b ON b.id = a.maker AND a.id = b.maker');
SELECT deltaview.create_view('of_tags', 'SELECT t.tag, p.name FROM tags t JOIN products p ON p.id = t.product');
SELECT deltaview.create_view('by_tag', 'SELECT p.id, t.tag FROM tags t JOIN products p ON p.name = t.tag');
SELECT c.relname, (SELECT string_agg(a.attname, ', ' ORDER BY k.n) FROM unnest(v.key_columns) WITH ORDINALITY k (attnum, n)
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum) AS key,
  (SELECT string_agg(a.attname, ', ' ORDER BY a.attnum) FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname ~ '^__dv') AS hidden
  FROM deltaview.view_catalog v JOIN pg_class c ON c.oid = v.view WHERE c.relnamespace = 'join_keys'::regnamespace ORDER BY 1;
SELECT * FROM wrong_views();
-- rows that change the partner, find one, lose one; keys that pass from one row to another
UPDATE items SET product = 1 + (product + 3) % 7;
UPDATE products SET maker = 1 + id % 3;
UPDATE orders SET customer = 'c1' WHERE code < 'o5';
SELECT * FROM wrong_views();
DELETE FROM customers WHERE id = 'c1';
DELETE FROM products WHERE id = 2;
INSERT INTO products VALUES (7, 'new', 7), (8, 'old', 8);
UPDATE makers SET id = id + 3;
UPDATE makers SET name = upper(name);
SELECT * FROM wrong_views();
BEGIN;
UPDATE items SET no = no + 10 WHERE no = 1;
UPDATE items SET no = 1 WHERE no = 2;
UPDATE items SET no = 2 WHERE no > 10;
UPDATE shipments SET no = 3 - no;
DELETE FROM orders WHERE code = 'o3';
INSERT INTO orders VALUES ('o3', 'c2'), ('o9', 'c2');
UPDATE rates SET region = 'r' || CASE rate WHEN 10 THEN 1 ELSE 2 END WHERE rate = 20;
UPDATE rates SET region = 'r1' WHERE rate = 10;
COMMIT;
UPDATE tags SET product = 7 WHERE tag IS NULL;
UPDATE prices SET since = since + 10, price = -price WHERE product < 4;
SELECT * FROM wrong_views();
SELECT deltaview.refresh('chain', method => 'complete');
SELECT * FROM wrong_views();
RESET search_path;
DROP SCHEMA join_keys CASCADE;
