-- Additive aggregates are kept per group: groups appear with their first row and leave with their last.
SET client_min_messages = warning;
CREATE SCHEMA aggregate;
SET search_path = aggregate, public;
CREATE TABLE customers (id int PRIMARY KEY, city text);
CREATE TABLE orders (id int PRIMARY KEY, customer int, amount numeric, paid boolean, items int);
CREATE TABLE refunds ("order" int, amount numeric);
INSERT INTO customers VALUES (1, 'Paris'), (2, 'Rome'), (3, 'Rome');
INSERT INTO orders VALUES (1, 1, 10, true, 1), (2, 1, 20.5, false, NULL), (3, 2, NULL, true, 3), (4, 3, 2, NULL, 4);
INSERT INTO refunds VALUES (1, 3), (1, 3), (4, 1);
SELECT deltaview.create_view('by_city', $$
  SELECT c.city, count(*) AS orders, count(o.amount) AS priced, sum(o.amount) AS amount, avg(o.amount) AS mean,
         sum(o.items) AS items, count(*) FILTER (WHERE o.paid) AS paid, bool_and(o.paid) AS all_paid, bool_or(o.paid) AS some_paid
  FROM orders o JOIN customers c ON c.id = o.customer GROUP BY c.city $$);
SELECT deltaview.create_view('expressions', $$
  SELECT upper(c.city) || '!' AS shout, round(avg(o.amount), 2) AS mean, coalesce(sum(o.items), 0) * 2 + count(*) AS points
  FROM orders o JOIN customers c ON c.id = o.customer GROUP BY upper(c.city) $$);
SELECT deltaview.create_view('three', $$
  SELECT c.city, sum(r.amount) AS back, count(*) AS n
  FROM refunds r JOIN orders o ON o.id = r."order" JOIN customers c ON c.id = o.customer GROUP BY c.city $$);
SELECT deltaview.create_view('frequent', $$
  SELECT customer, count(*) AS n, sum(amount) AS amount FROM orders GROUP BY customer HAVING count(*) > 1 $$);
SELECT deltaview.create_view('groups', 'SELECT items % 2 AS odd FROM orders GROUP BY items % 2');
SELECT deltaview.create_view('different', $$
  SELECT customer, count(DISTINCT items) AS kinds, sum(DISTINCT items) AS sum FROM orders GROUP BY customer $$);
SELECT deltaview.create_view('spread', $$
  SELECT customer, variance(amount) AS var, stddev_pop(amount) AS dev FROM orders GROUP BY customer $$);
SELECT view, base_table, strategy FROM deltaview.view_tables ORDER BY view::text, base_table::text;

INSERT INTO orders VALUES (5, 2, 30, true, 1), (6, 2, 1, true, 2);
SELECT city, orders, priced, amount, mean, items, paid, all_paid, some_paid FROM by_city ORDER BY 1;
-- a group that is new, a group that leaves, a group that gains and loses
BEGIN;
INSERT INTO customers VALUES (4, 'Oslo');
INSERT INTO orders VALUES (7, 4, 4, true, 1);
DELETE FROM orders WHERE customer = 1;
UPDATE orders SET amount = amount * 2, items = NULL WHERE customer = 2;
COMMIT;
SELECT city, orders, priced, amount, mean, items, paid, all_paid, some_paid FROM by_city ORDER BY 1;
SELECT shout, mean, points FROM expressions ORDER BY 1;
SELECT * FROM verify_both_ways('by_city');
-- rows move between groups; values become NULL, all of them
UPDATE customers SET city = 'Oslo' WHERE id = 3;
UPDATE orders SET amount = NULL;
SELECT city, orders, priced, amount, mean, items, paid, all_paid, some_paid FROM by_city ORDER BY 1;
SELECT * FROM verify_both_ways('by_city');
-- a group that passes HAVING, and one that no longer does
INSERT INTO orders VALUES (8, 4, 4, true, 1);
DELETE FROM orders WHERE id = 6;
SELECT * FROM frequent ORDER BY 1;
UPDATE orders SET amount = id, items = id % 3;
INSERT INTO refunds SELECT id, 1 FROM orders;
DELETE FROM refunds WHERE "order" = 4;
SELECT * FROM verify_both_ways('by_city');
SELECT * FROM verify_both_ways('expressions');
SELECT * FROM verify_both_ways('three');
SELECT * FROM verify_both_ways('frequent');
SELECT * FROM verify_both_ways('groups');
SELECT * FROM verify_both_ways('different');
SELECT * FROM verify_both_ways('spread');
-- not a number and infinity come and go
INSERT INTO orders VALUES (20, 2, 'NaN', true, 1), (21, 2, 'Infinity', true, 1);
SELECT * FROM verify_both_ways('by_city');
DELETE FROM orders WHERE id >= 20;
SELECT * FROM verify_both_ways('by_city');
-- sums of floats are computed anew: nothing drifts
CREATE TABLE readings (host int, value float8);
SELECT deltaview.create_view('floats', 'SELECT host, sum(value) AS sum, avg(value) AS mean FROM readings GROUP BY host');
INSERT INTO readings SELECT i % 3, 0.1 * i FROM generate_series(1, 30) i;
INSERT INTO readings VALUES (1, 1e100), (2, 'NaN');
DELETE FROM readings WHERE value > 1e50;
SELECT host, round(sum::numeric, 6) AS sum FROM floats ORDER BY 1;
SELECT count(*) FROM deltaview.verify('floats');
DROP SCHEMA aggregate CASCADE;
