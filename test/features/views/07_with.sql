-- WITH.
-- with_one
WITH big AS (SELECT * FROM orders WHERE amount > 5) SELECT c.name, b.id, b.amount FROM customers c JOIN big b ON b.customer_id = c.id;
-- with_materialized
WITH m AS MATERIALIZED (SELECT customer_id, sum(amount) AS amount FROM orders GROUP BY customer_id) SELECT c.id, m.amount FROM customers c LEFT JOIN m ON m.customer_id = c.id;
-- with_not_materialized
WITH m AS NOT MATERIALIZED (SELECT id, city FROM customers WHERE vip) SELECT o.id, m.city FROM orders o JOIN m ON m.id = o.customer_id;
-- with_twice
WITH t AS (SELECT customer_id, count(*) AS n FROM orders GROUP BY customer_id) SELECT a.customer_id, b.customer_id AS other FROM t a JOIN t b ON a.n = b.n AND a.customer_id < b.customer_id;
-- with_twice_linear
WITH t AS (SELECT id, boss FROM customers WHERE boss IS NOT NULL) SELECT a.id, b.boss FROM t a JOIN t b ON b.id = a.boss;
-- with_chain
WITH a AS (SELECT * FROM orders WHERE qty > 1), b AS (SELECT customer_id, max(amount) AS amount FROM a GROUP BY customer_id) SELECT a.id, b.amount FROM a JOIN b USING (customer_id);
-- with_average
WITH t AS (SELECT customer_id, sum(qty) AS qty FROM orders GROUP BY customer_id) SELECT customer_id, qty FROM t WHERE qty > (SELECT avg(qty) FROM t);
-- with_nested
WITH a AS (WITH b AS (SELECT id, customer_id FROM orders) SELECT b.customer_id, i.product FROM b JOIN items i ON i.order_id = b.id) SELECT product, count(*) AS n FROM a GROUP BY product;
-- with_in_subquery
SELECT id, (WITH x AS (SELECT amount FROM orders o WHERE o.customer_id = c.id) SELECT max(amount) - min(amount) FROM x) AS spread FROM customers c;
-- with_values
WITH v (kind, points) AS (VALUES ('buy', 10), ('view', 1)) SELECT e.customer_id, e.kind, v.points FROM events e JOIN v USING (kind);
-- with_unused
WITH unused AS (SELECT * FROM products) SELECT id, city FROM customers;
-- recursive_paths
WITH RECURSIVE r (n) AS (SELECT dst FROM edges WHERE src = 1 UNION SELECT e.dst FROM r JOIN edges e ON e.src = r.n) SELECT n FROM r;
-- recursive_closure
WITH RECURSIVE r (src, dst) AS (SELECT src, dst FROM edges UNION SELECT r.src, e.dst FROM r JOIN edges e ON e.src = r.dst) SELECT src, dst FROM r;
-- recursive_depth
WITH RECURSIVE r (n, depth) AS (SELECT id, 0 FROM customers WHERE boss IS NULL UNION ALL SELECT c.id, r.depth + 1 FROM r JOIN customers c ON c.boss = r.n WHERE r.depth < 4) SELECT n, depth FROM r;
-- recursive_aggregate
WITH RECURSIVE r (root, n, depth) AS (SELECT src, dst, 1 FROM edges WHERE src < 3 UNION ALL SELECT r.root, e.dst, r.depth + 1 FROM r JOIN edges e ON e.src = r.n WHERE r.depth < 3) SELECT root, count(*) AS n, max(depth) AS depth FROM r GROUP BY root;
-- recursive_search_depth
WITH RECURSIVE r (n, depth) AS (SELECT dst, 1 FROM edges WHERE src = 2 UNION ALL SELECT e.dst, r.depth + 1 FROM r JOIN edges e ON e.src = r.n WHERE r.depth < 3) SEARCH DEPTH FIRST BY n SET path SELECT n, depth, path::text AS path FROM r;
-- recursive_search_breadth
WITH RECURSIVE r (n, depth) AS (SELECT dst, 1 FROM edges WHERE src = 2 UNION ALL SELECT e.dst, r.depth + 1 FROM r JOIN edges e ON e.src = r.n WHERE r.depth < 3) SEARCH BREADTH FIRST BY n SET place SELECT n, depth, place::text AS place FROM r;
-- recursive_cycle
WITH RECURSIVE r (n) AS (SELECT dst FROM edges WHERE src = 3 AND dst < 5 UNION ALL SELECT e.dst FROM r JOIN edges e ON e.src = r.n AND e.dst < 5) CYCLE n SET again USING path SELECT n, again FROM r;
-- recursive_numbers
WITH RECURSIVE s (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < 5) SELECT s.i, count(o.id) AS n FROM s LEFT JOIN orders o ON o.qty = s.i GROUP BY s.i;
-- recursive_correlated
SELECT id, (WITH RECURSIVE up (n, k) AS (SELECT c.boss, 1 UNION ALL SELECT b.boss, up.k + 1 FROM up JOIN customers b ON b.id = up.n WHERE up.k < 5) SELECT max(k) FROM up) AS chain FROM customers c;
