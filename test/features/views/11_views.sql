-- Plain views and other maintained views as base; tables without a key.
-- plain_view
SELECT id, name FROM rich WHERE city = 'Recife';
-- plain_view_grouped
SELECT c.name, s.orders, s.amount FROM customers c JOIN order_sums s ON s.customer_id = c.id;
-- plain_view_nested
SELECT * FROM rich_sums;
-- plain_view_twice
SELECT a.customer_id, b.customer_id AS other FROM order_sums a JOIN order_sums b ON b.orders > a.orders;
-- base_linear
SELECT o.id, o.customer_id, o.amount, c.city FROM orders o JOIN customers c ON c.id = o.customer_id;
-- base_aggregate
SELECT customer_id, count(*) AS orders, sum(amount) AS amount FROM orders GROUP BY customer_id;
-- base_keyed
SELECT c.id, c.region, (SELECT count(*) FROM events e WHERE e.customer_id = c.id) AS events FROM customers c;
-- base_complete
SELECT customer_id FROM orders UNION SELECT customer_id FROM events;
-- base_no_key
SELECT customer_id, kind FROM events WHERE n > 1;
-- over_linear
SELECT city, count(*) AS n, sum(amount) AS amount FROM base_linear GROUP BY city;
-- over_aggregate
SELECT orders, count(*) AS customers, max(amount) AS amount FROM base_aggregate GROUP BY orders;
-- over_aggregate_joined
SELECT c.name, a.orders FROM customers c LEFT JOIN base_aggregate a ON a.customer_id = c.id;
-- over_keyed
SELECT region, sum(events) AS events FROM base_keyed GROUP BY region;
-- over_complete
SELECT u.customer_id, c.name FROM base_complete u LEFT JOIN customers c ON c.id = u.customer_id;
-- over_no_key
SELECT kind, count(*) AS n FROM base_no_key GROUP BY kind;
-- over_diamond
SELECT l.id, l.city, a.orders, k.events FROM base_linear l JOIN base_aggregate a USING (customer_id) JOIN base_keyed k ON k.id = l.customer_id;
-- over_over
SELECT d.events, count(*) AS n FROM over_diamond d GROUP BY d.events;
-- over_and_base
SELECT o.id, a.amount FROM orders o JOIN base_aggregate a ON a.customer_id = o.customer_id WHERE o.amount * 2 > a.amount;
-- over_itself
SELECT a.id, b.id AS other FROM base_linear a JOIN base_linear b ON b.city = a.city AND b.amount < a.amount;
-- over_windows
SELECT customer_id, rank() OVER (ORDER BY orders DESC) AS place FROM base_aggregate;
-- no_key_rows
SELECT kind, n FROM events;
-- no_key_all
SELECT * FROM events WHERE kind = 'buy';
-- no_key_exists
SELECT kind, n FROM events e WHERE EXISTS (SELECT FROM customers c WHERE c.id = e.customer_id AND c.vip);
-- no_key_scalar
SELECT kind, (SELECT name FROM customers c WHERE c.id = e.customer_id) AS name FROM events e;
-- no_key_self_exists
SELECT DISTINCT customer_id FROM events e WHERE NOT EXISTS (SELECT FROM events f WHERE f.customer_id = e.customer_id AND f.n > e.n);
-- composite_rows
SELECT order_id, line, price * qty AS worth FROM items;
-- composite_exists
SELECT order_id, line FROM items i WHERE NOT EXISTS (SELECT FROM products p WHERE p.code = i.product AND p.price = i.price);
-- composite_left
SELECT i.order_id, i.line, p.category FROM items i LEFT JOIN products p ON p.code = i.product;
-- composite_scalar
SELECT src, dst, (SELECT sum(w) FROM edges b WHERE b.src = a.dst) AS onward FROM edges a;
-- composite_part
SELECT src, count(*) AS n, array_agg(dst ORDER BY dst) AS to FROM edges GROUP BY src;
-- whole_row
SELECT o.id, o AS row FROM orders o WHERE o IS NOT NULL;
-- whole_row_json
SELECT id, to_jsonb(c) - 'id' AS doc, row_to_json(c)::text AS text FROM customers c;
