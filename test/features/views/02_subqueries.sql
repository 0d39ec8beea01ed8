-- Subqueries.
-- exists_correlated
SELECT id, name FROM customers c WHERE EXISTS (SELECT FROM orders o WHERE o.customer_id = c.id AND o.status = 'open');
-- exists_not
SELECT id, name FROM customers c WHERE NOT EXISTS (SELECT FROM orders o WHERE o.customer_id = c.id);
-- exists_nested
SELECT id FROM customers c WHERE EXISTS (SELECT FROM orders o WHERE o.customer_id = c.id AND NOT EXISTS (SELECT FROM items i WHERE i.order_id = o.id));
-- exists_nested_far
SELECT id FROM customers c WHERE EXISTS (SELECT FROM orders o WHERE EXISTS (SELECT FROM items i WHERE i.order_id = o.id AND o.customer_id = c.id AND i.qty > 1));
-- exists_uncorrelated
SELECT id, city FROM customers WHERE EXISTS (SELECT FROM products WHERE category = 'food' AND price > 10);
-- exists_or
SELECT id, vip FROM customers c WHERE vip OR EXISTS (SELECT FROM orders o WHERE o.customer_id = c.id);
-- exists_in_select
SELECT id, EXISTS (SELECT FROM orders o WHERE o.customer_id = c.id) AS buys FROM customers c;
-- in_subquery
SELECT id, amount FROM orders WHERE customer_id IN (SELECT id FROM customers WHERE vip);
-- in_subquery_nulls
SELECT id, qty IN (SELECT n FROM events WHERE kind = 'buy') AS bought FROM orders;
-- in_list
SELECT id, status FROM orders WHERE status IN ('open', 'sent', NULL) AND qty NOT IN (2, 3);
-- not_in
SELECT id FROM customers WHERE id NOT IN (SELECT customer_id FROM events WHERE kind = 'buy' AND customer_id IS NOT NULL);
-- not_in_nulls
SELECT id, amount FROM orders WHERE qty NOT IN (SELECT n FROM events WHERE kind = 'click');
-- not_in_correlated
SELECT id FROM customers c WHERE 2 NOT IN (SELECT qty FROM orders o WHERE o.customer_id = c.id);
-- in_row
SELECT order_id, line FROM items WHERE (line, qty) IN (SELECT src, dst FROM edges);
-- not_in_row
SELECT order_id, line FROM items WHERE (line, qty) NOT IN (SELECT dst, w FROM edges);
-- any_less
SELECT id, amount FROM orders WHERE amount < ANY (SELECT price FROM products WHERE category = 'toy');
-- all_greater
SELECT id, amount FROM orders WHERE amount > ALL (SELECT price FROM products WHERE category = 'toy');
-- any_correlated
SELECT id FROM orders o WHERE qty = ANY (SELECT n FROM events e WHERE e.customer_id = o.customer_id);
-- any_array
SELECT code, tags FROM products WHERE 'a' = ANY (tags);
-- any_array_subquery
SELECT id FROM orders WHERE customer_id = ANY (ARRAY(SELECT id FROM customers WHERE city = 'Recife'));
-- row_compare
SELECT id, qty, customer_id FROM orders WHERE (qty, customer_id) > (2, 8);
-- row_subquery
SELECT id FROM orders WHERE (qty, status) = (SELECT max(n), 'open' FROM events);
-- row_is_null
SELECT id, ROW(qty, status) IS NULL AS nothing, ROW(qty, status) IS NOT NULL AS everything FROM orders;
-- scalar_correlated
SELECT id, (SELECT sum(amount) FROM orders o WHERE o.customer_id = c.id) AS total FROM customers c;
-- scalar_correlated_count
SELECT id, (SELECT count(*) FROM orders o WHERE o.customer_id = c.id) AS orders FROM customers c;
-- scalar_lookup
SELECT order_id, line, (SELECT category FROM products p WHERE p.code = i.product) AS category FROM items i;
-- scalar_nested
SELECT id, (SELECT sum((SELECT count(*) FROM items i WHERE i.order_id = o.id)) FROM orders o WHERE o.customer_id = c.id) AS lines FROM customers c;
-- scalar_uncorrelated
SELECT id, amount, (SELECT max(amount) FROM orders) AS most FROM orders;
-- scalar_in_where
SELECT id, amount FROM orders WHERE amount > (SELECT avg(amount) FROM orders);
-- scalar_correlated_where
SELECT id, amount FROM orders o WHERE amount = (SELECT max(amount) FROM orders p WHERE p.customer_id = o.customer_id);
-- scalar_in_having
SELECT customer_id, sum(qty) AS qty FROM orders GROUP BY customer_id HAVING sum(qty) > (SELECT avg(n) FROM events);
-- scalar_correlated_having
SELECT customer_id, count(*) AS n FROM orders o GROUP BY customer_id HAVING count(*) > (SELECT count(*) FROM events e WHERE e.customer_id = o.customer_id);
-- scalar_in_on
SELECT o.id, p.code FROM orders o JOIN products p ON p.price = (SELECT max(i.price) FROM items i WHERE i.order_id = o.id);
-- scalar_in_left_on
SELECT o.id, p.code FROM orders o LEFT JOIN products p ON p.price = (SELECT min(price) FROM items);
-- exists_in_on
SELECT c.id, o.id AS order_id FROM customers c LEFT JOIN orders o ON o.customer_id = c.id AND EXISTS (SELECT FROM items i WHERE i.order_id = o.id);
-- scalar_in_case
SELECT id, CASE WHEN vip THEN (SELECT count(*) FROM orders o WHERE o.customer_id = c.id) ELSE -1 END AS n FROM customers c;
-- scalar_over_aggregate
SELECT city, (SELECT count(*) FROM orders WHERE qty > min(c.boss)) AS n FROM customers c GROUP BY city;
-- array_subquery
SELECT id, ARRAY(SELECT o.id FROM orders o WHERE o.customer_id = c.id ORDER BY o.id) AS orders FROM customers c;
-- array_subquery_open [open]
SELECT id, ARRAY(SELECT o.amount FROM orders o WHERE o.customer_id = c.id) AS amounts FROM customers c;
-- lateral_cross
SELECT c.id, x.order_id, x.lines FROM customers c, LATERAL (SELECT o.id AS order_id, count(*) AS lines FROM orders o JOIN items i ON i.order_id = o.id WHERE o.customer_id = c.id GROUP BY o.id) x;
-- lateral_left
SELECT c.id, x.n, x.amount FROM customers c LEFT JOIN LATERAL (SELECT count(*) AS n, max(amount) AS amount FROM orders o WHERE o.customer_id = c.id) x ON x.n > 1;
-- lateral_limit
SELECT c.id, x.id AS order_id, x.amount FROM customers c CROSS JOIN LATERAL (SELECT o.id, o.amount FROM orders o WHERE o.customer_id = c.id ORDER BY o.amount DESC, o.id LIMIT 2) x;
-- lateral_limit_ties [open]
SELECT c.id, x.amount, x.order_id FROM customers c LEFT JOIN LATERAL (SELECT o.amount, o.id AS order_id FROM orders o WHERE o.customer_id = c.id ORDER BY o.amount LIMIT 1) x ON true;
-- lateral_two
SELECT c.id, x.s, y.t FROM customers c, LATERAL (SELECT sum(qty) AS s FROM orders o WHERE o.customer_id = c.id) x, LATERAL (SELECT x.s * 2 AS t) y;
-- derived_nested
SELECT city, n FROM (SELECT city, count(*) AS n FROM (SELECT * FROM customers WHERE vip IS NOT TRUE) a GROUP BY city) b WHERE n > 1;
-- derived_group_join
SELECT c.id, c.name, t.total FROM customers c JOIN (SELECT customer_id, sum(amount) AS total FROM orders GROUP BY customer_id) t ON t.customer_id = c.id;
-- derived_group_of_groups
SELECT n, count(*) AS customers FROM (SELECT customer_id, count(*) AS n FROM orders GROUP BY customer_id) t GROUP BY n;
