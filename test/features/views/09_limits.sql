-- ORDER BY with LIMIT, OFFSET, WITH TIES.
-- limit_top
SELECT id, amount FROM orders ORDER BY amount DESC NULLS LAST, id LIMIT 5;
-- limit_ties_open [open]
SELECT id, qty FROM orders ORDER BY qty LIMIT 6;
-- limit_no_key_open [open]
SELECT kind, n, doc FROM events ORDER BY n DESC LIMIT 5;
-- limit_offset
SELECT id, placed FROM orders ORDER BY placed, id OFFSET 3 LIMIT 5;
-- offset_alone
SELECT id FROM customers ORDER BY id OFFSET 4;
-- fetch_first
SELECT code, price FROM products ORDER BY price, code FETCH FIRST 3 ROWS ONLY;
-- fetch_with_ties
SELECT id, qty FROM orders ORDER BY qty DESC NULLS LAST FETCH FIRST 4 ROWS WITH TIES;
-- limit_expression
SELECT id, amount FROM orders ORDER BY amount, id LIMIT 1 + 2;
-- limit_subquery
SELECT id, qty FROM orders ORDER BY qty, id LIMIT (SELECT count(*) / 3 FROM customers);
-- limit_groups
SELECT customer_id, sum(amount) AS amount FROM orders GROUP BY customer_id ORDER BY sum(amount) DESC NULLS LAST, customer_id LIMIT 4;
-- limit_joined
SELECT t.id, c.name FROM (SELECT id, customer_id FROM orders ORDER BY amount, id LIMIT 6) t LEFT JOIN customers c ON c.id = t.customer_id;
-- limit_nested
SELECT sum(amount) AS amount, count(*) AS n FROM (SELECT amount FROM (SELECT id, amount FROM orders ORDER BY id DESC LIMIT 12) a ORDER BY amount DESC NULLS LAST, id LIMIT 4) b;
-- limit_in
SELECT i.order_id, i.line FROM items i WHERE i.order_id IN (SELECT id FROM orders ORDER BY placed DESC, id LIMIT 10);
-- limit_scalar
SELECT id, (SELECT o.status FROM orders o WHERE o.customer_id = c.id ORDER BY o.placed DESC, o.id DESC LIMIT 1) AS last FROM customers c;
-- limit_scalar_open [open]
SELECT id, (SELECT o.amount FROM orders o WHERE o.customer_id = c.id ORDER BY o.placed LIMIT 1) AS first FROM customers c;
-- limit_distinct
SELECT DISTINCT status FROM orders ORDER BY status LIMIT 2;
-- limit_union
SELECT customer_id AS x FROM orders UNION ALL SELECT n FROM events ORDER BY x LIMIT 8;
-- limit_windows
SELECT id, rank() OVER (ORDER BY amount) AS r FROM orders ORDER BY amount, id LIMIT 5;
-- order_alone
SELECT id, amount FROM orders ORDER BY amount DESC;
-- order_using
SELECT id, status FROM orders ORDER BY status USING >, id DESC LIMIT 4;
-- order_hidden
SELECT name FROM customers ORDER BY credit NULLS FIRST, id LIMIT 4;
