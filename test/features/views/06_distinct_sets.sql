-- DISTINCT and set operations.
-- distinct_one
SELECT DISTINCT city FROM customers;
-- distinct_two
SELECT DISTINCT customer_id, status FROM orders;
-- distinct_join
SELECT DISTINCT c.city, i.product FROM customers c JOIN orders o ON o.customer_id = c.id JOIN items i ON i.order_id = o.id;
-- distinct_left
SELECT DISTINCT c.region, o.status FROM customers c LEFT JOIN orders o ON o.customer_id = c.id;
-- distinct_no_key
SELECT DISTINCT kind, n FROM events;
-- distinct_aggregate
SELECT DISTINCT count(*) AS n FROM orders GROUP BY customer_id;
-- distinct_jsonb
SELECT DISTINCT doc FROM events;
-- distinct_on
SELECT DISTINCT ON (customer_id) customer_id, id, amount FROM orders ORDER BY customer_id, amount DESC NULLS LAST, id;
-- distinct_on_ties [open]
SELECT DISTINCT ON (customer_id) customer_id, qty, status FROM orders ORDER BY customer_id, qty;
-- distinct_on_open [open]
SELECT DISTINCT ON (status) status, amount FROM orders;
-- distinct_on_expression
SELECT DISTINCT ON (qty % 3) qty % 3 AS rest, id, qty FROM orders ORDER BY qty % 3, id;
-- distinct_on_join [open]
SELECT DISTINCT ON (c.city) c.city, o.amount, c.name FROM customers c JOIN orders o ON o.customer_id = c.id ORDER BY c.city, o.amount DESC;
-- union_two
SELECT customer_id FROM orders UNION SELECT customer_id FROM events;
-- union_all
SELECT customer_id, qty FROM orders UNION ALL SELECT customer_id, n FROM events;
-- union_all_tagged
SELECT 'order' AS what, id, amount FROM orders UNION ALL SELECT 'product', 0, price FROM products;
-- union_all_same
SELECT id, qty FROM orders WHERE qty > 2 UNION ALL SELECT id, qty FROM orders WHERE qty < 5;
-- union_same
SELECT id FROM customers WHERE vip UNION SELECT boss FROM customers;
-- union_constant
SELECT city FROM customers UNION SELECT 'Natal';
-- intersect_two
SELECT customer_id FROM orders INTERSECT SELECT id FROM customers;
-- intersect_all
SELECT customer_id, qty FROM orders INTERSECT ALL SELECT customer_id, n FROM events;
-- except_two
SELECT id FROM customers EXCEPT SELECT customer_id FROM orders;
-- except_all
SELECT customer_id FROM events EXCEPT ALL SELECT customer_id FROM orders;
-- except_empty
SELECT qty, NULL::text AS status FROM orders EXCEPT SELECT n, kind FROM events WHERE kind IS NULL;
-- sets_nested
(SELECT customer_id FROM orders UNION ALL SELECT customer_id FROM events) EXCEPT SELECT id FROM customers WHERE vip;
-- sets_nested_right
SELECT id FROM customers INTERSECT (SELECT customer_id FROM orders UNION SELECT customer_id FROM events);
-- sets_types
SELECT qty AS x FROM orders UNION SELECT price FROM products UNION SELECT 0.5;
-- sets_grouped
SELECT customer_id, count(*) AS n FROM orders GROUP BY customer_id UNION ALL SELECT customer_id, sum(n) FROM events GROUP BY customer_id;
-- sets_grouped_outside
SELECT customer_id, sum(x) AS x, count(*) AS n FROM (SELECT customer_id, qty AS x FROM orders UNION ALL SELECT customer_id, n FROM events) u GROUP BY customer_id;
-- sets_joined
SELECT c.name, u.kind FROM customers c JOIN (SELECT customer_id, status AS kind FROM orders UNION ALL SELECT customer_id, kind FROM events) u ON u.customer_id = c.id;
-- sets_in_exists
SELECT id FROM customers c WHERE EXISTS (SELECT FROM orders o WHERE o.customer_id = c.id UNION ALL SELECT FROM events e WHERE e.customer_id = c.id);
-- sets_limited
(SELECT id, amount FROM orders ORDER BY amount, id LIMIT 3) UNION ALL (SELECT id, amount FROM orders ORDER BY amount DESC, id DESC LIMIT 3);
