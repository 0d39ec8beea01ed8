-- A view of inner joins, filters and projections follows every change of each of its tables, duplicates included.
SET client_min_messages = error;
CREATE SCHEMA linear;
SET search_path = linear, public;
CREATE TABLE customers (id int PRIMARY KEY, city text);
CREATE TABLE orders (id int PRIMARY KEY, customer int, amount numeric);
CREATE TABLE notes (customer int, note text); -- no key: duplicates are rows of their own
INSERT INTO customers VALUES (1, 'Paris'), (2, 'Rome'), (3, NULL);
INSERT INTO orders VALUES (10, 1, 5), (11, 1, 7.50), (12, 2, 9), (13, NULL, 1);
INSERT INTO notes VALUES (1, 'a'), (1, 'a'), (2, 'b'), (NULL, 'c');
SELECT deltaview.create_view('v', $$
  SELECT c.city, o.amount * 2 AS twice, n.note FROM customers c JOIN orders o ON o.customer = c.id
  JOIN notes n ON n.customer = c.id WHERE o.amount > 1 $$);
SELECT deltaview.create_view('plain', 'SELECT note, upper(note) AS big FROM notes WHERE customer IS NOT NULL');
SELECT deltaview.create_view('branches', $$
  SELECT id, 'customer' AS what FROM customers UNION ALL SELECT id, 'order' FROM orders WHERE amount > 5 $$);
SELECT base_table, strategy FROM deltaview.view_tables WHERE view IN ('v'::regclass, 'plain'::regclass, 'branches'::regclass)
ORDER BY view::text, base_table::text;
SELECT * FROM verify_both_ways('v');

-- one table, then two, then all three in one transaction
INSERT INTO orders VALUES (14, 2, 3), (15, 3, 4);
SELECT * FROM verify_both_ways('v');
BEGIN;
UPDATE customers SET city = 'Roma' WHERE id = 2;
INSERT INTO notes VALUES (2, 'b'), (3, NULL);
COMMIT;
SELECT * FROM verify_both_ways('v');
BEGIN;
INSERT INTO customers VALUES (4, 'Oslo');
INSERT INTO orders VALUES (16, 4, 100);
INSERT INTO notes VALUES (4, 'x'), (4, 'x');
DELETE FROM notes WHERE note = 'a';
UPDATE orders SET customer = 4 WHERE id = 12;
COMMIT;
SELECT city, twice, note FROM v ORDER BY 1, 2, 3;
SELECT * FROM verify_both_ways('v');
-- there and back again in one transaction
BEGIN;
UPDATE orders SET amount = amount + 1;
UPDATE orders SET amount = amount - 1;
INSERT INTO notes VALUES (1, 'gone');
DELETE FROM notes WHERE note = 'gone';
COMMIT;
SELECT * FROM verify_both_ways('v');
-- one of two equal rows leaves
INSERT INTO notes VALUES (2, 'dup'), (2, 'dup'), (2, 'dup');
DELETE FROM notes WHERE ctid = (SELECT ctid FROM notes WHERE note = 'dup' LIMIT 1);
SELECT note, count(*) FROM plain WHERE note = 'dup' GROUP BY 1;
DELETE FROM customers WHERE id = 1;
SELECT * FROM verify_both_ways('v');
SELECT * FROM verify_both_ways('plain');
SELECT * FROM verify_both_ways('branches');
DROP SCHEMA linear CASCADE;
