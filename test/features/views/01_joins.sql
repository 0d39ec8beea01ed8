-- Joins.
-- join_inner
SELECT o.id, c.name, o.amount FROM orders o JOIN customers c ON c.id = o.customer_id;
-- join_comma
SELECT o.id, c.city, i.line, i.price FROM orders o, customers c, items i WHERE c.id = o.customer_id AND i.order_id = o.id;
-- join_left
SELECT c.id, c.name, o.id AS order_id, o.amount FROM customers c LEFT JOIN orders o ON o.customer_id = c.id;
-- join_right
SELECT o.id, o.amount, c.name FROM customers c RIGHT JOIN orders o ON o.customer_id = c.id;
-- join_full
SELECT c.id, c.name, o.id AS order_id, o.qty FROM customers c FULL JOIN orders o ON o.customer_id = c.id;
-- join_full_using
SELECT customer_id, o.id, e.kind FROM orders o FULL JOIN events e USING (customer_id);
-- join_full_where
SELECT c.id, p.code FROM customers c FULL JOIN products p ON p.since = c.since WHERE c.id IS NULL OR p.code IS NULL;
-- join_cross
SELECT c.id, p.code FROM customers c CROSS JOIN products p;
-- join_on_true
SELECT c.id, p.code, p.price FROM customers c JOIN products p ON true WHERE c.vip;
-- join_less
SELECT o.id, p.code FROM orders o JOIN products p ON p.price < o.amount;
-- join_between
SELECT o.id, p.code FROM orders o JOIN products p ON o.placed BETWEEN p.since AND p.since + 30;
-- join_left_less
SELECT p.code, o.id FROM products p LEFT JOIN orders o ON o.amount < p.price;
-- join_left_extra
SELECT c.id, o.id AS order_id FROM customers c LEFT JOIN orders o ON o.customer_id = c.id AND o.status = 'open' AND c.vip;
-- join_left_where
SELECT c.id, c.city FROM customers c LEFT JOIN orders o ON o.customer_id = c.id WHERE o.id IS NULL;
-- join_left_left
SELECT c.id, o.id AS order_id, i.line, i.product FROM customers c LEFT JOIN orders o ON o.customer_id = c.id LEFT JOIN items i ON i.order_id = o.id;
-- join_left_inner
SELECT c.id, j.id AS order_id, j.line FROM customers c LEFT JOIN (SELECT o.id, o.customer_id, i.line FROM orders o JOIN items i ON i.order_id = o.id) j ON j.customer_id = c.id;
-- join_nested
SELECT c.id, o.id AS order_id, i.line, p.category FROM customers c LEFT JOIN (orders o JOIN (items i LEFT JOIN products p ON p.code = i.product) ON i.order_id = o.id) ON o.customer_id = c.id;
-- join_full_full
SELECT c.id, o.id AS order_id, e.n FROM customers c FULL JOIN orders o ON o.customer_id = c.id FULL JOIN events e ON e.customer_id = c.id;
-- join_using
SELECT customer_id, o.id, e.kind, e.n FROM orders o JOIN events e USING (customer_id);
-- join_using_two
SELECT category, price, a.code, b.code AS other FROM products a JOIN products b USING (category, price) WHERE a.code < b.code;
-- join_using_alias
SELECT j.customer_id AS customer, o.qty FROM orders o JOIN events e USING (customer_id) AS j;
-- join_natural
SELECT * FROM (SELECT id AS customer_id, name FROM customers) c NATURAL JOIN (SELECT customer_id, id FROM orders) o;
-- join_natural_left
SELECT * FROM (SELECT code AS product, category FROM products) p NATURAL LEFT JOIN items;
-- join_self
SELECT a.id, a.name, b.name AS boss FROM customers a JOIN customers b ON b.id = a.boss;
-- join_self_left
SELECT a.id, b.id AS boss, b.boss AS chief FROM customers a LEFT JOIN customers b ON b.id = a.boss;
-- join_self_pairs
SELECT a.id, b.id AS other FROM orders a JOIN orders b ON a.customer_id = b.customer_id AND a.id < b.id;
-- join_not_equal
SELECT a.code, b.code AS other FROM products a JOIN products b ON a.category <> b.category;
-- join_is_not_distinct
SELECT o.id, e.kind FROM orders o JOIN events e ON e.customer_id IS NOT DISTINCT FROM o.customer_id;
-- join_or
SELECT c.id, o.id AS order_id FROM customers c JOIN orders o ON o.customer_id = c.id OR o.qty = c.boss;
-- join_expression
SELECT c.id, o.id AS order_id FROM customers c JOIN orders o ON c.id % 5 = o.qty + 1;
-- join_no_key
SELECT a.kind, b.kind AS other, a.n FROM events a JOIN events b ON a.customer_id = b.customer_id AND a.n < b.n;
-- join_no_key_left
SELECT a.kind, a.n, o.qty FROM events a LEFT JOIN orders o ON o.customer_id = a.customer_id;
-- join_composite
SELECT i.order_id, i.line, e.w FROM items i JOIN edges e ON (e.src, e.dst) = (i.line, i.qty);
