-- Expressions, and clauses that stand nowhere else.
-- expression_case
SELECT id, CASE status WHEN 'open' THEN qty WHEN 'paid' THEN -qty END AS x, coalesce(status, 'none') AS s, nullif(qty, 3) AS q, greatest(qty, customer_id) AS g, least(amount, 5) AS l FROM orders;
-- expression_where
SELECT id FROM orders WHERE (qty > 2 AND status = 'open') OR NOT (amount < 10) OR customer_id IS NULL;
-- expression_boolean
SELECT id, vip IS TRUE AS a, vip IS NOT FALSE AS b, vip IS UNKNOWN AS c, credit BETWEEN SYMMETRIC 100 AND 5 AS d, city IS DISTINCT FROM 'Recife' AS e FROM customers;
-- expression_text
SELECT id, upper(name) || '-' || lower(city) AS a, substring(city FROM 2 FOR 3) AS b, city LIKE 'R%' AS c, name ~* '^a' AS d, name SIMILAR TO '(A|B)%' AS e, position('i' IN city) AS f, format('%s:%s', id, name) AS g FROM customers;
-- expression_math
SELECT id, i % 7 AS a, power(i, 2) AS b, round(n, 1) AS c, sign(i) AS d, width_bucket(i, -20, 20, 5) AS e, i << 2 AS f, abs(s) AS h FROM numbers;
-- expression_dates
SELECT id, placed + 1 AS a, extract(dow FROM placed) AS b, placed - DATE '2021-01-01' AS c, (placed, placed + 10) OVERLAPS (DATE '2021-01-10', DATE '2021-01-20') AS d, to_char(placed, 'Mon YYYY') AS e, age(placed, DATE '2020-01-01') AS f FROM orders;
-- expression_casts
SELECT id, qty::text AS a, amount::int AS b, CAST(id AS numeric(6,1)) AS c, status::varchar(2) AS d, (qty > 2)::int AS e FROM orders;
-- expression_arrays
SELECT id, ARRAY[qty, customer_id] AS a, ARRAY[[id, qty], [1, 2]] AS b, (ARRAY[id, qty])[2] AS c, array_position(ARRAY['open', 'paid'], status) AS d FROM orders;
-- expression_rows
SELECT id, ROW(id, status)::text AS r, ROW(qty, status) = ROW(2, 'open') AS same, (ROW(qty, status)::pair).b AS b FROM orders;
-- expression_json
SELECT id, json_build_object('id', id, 'x', json_build_array(qty, status)) AS a, jsonb_build_object('amount', amount, 'placed', placed) AS b, to_json(status) AS c, jsonb_strip_nulls(jsonb_build_object('q', qty)) AS d FROM orders;
-- expression_between
SELECT id, city FROM customers WHERE credit BETWEEN 5 AND 100 AND since >= DATE '2020-01-01' AND name NOT ILIKE 'b%';
-- expression_collate
SELECT city COLLATE "C" AS city, count(*) AS n FROM customers GROUP BY city COLLATE "C";
-- expression_at_zone
SELECT customer_id, at AT TIME ZONE 'America/Recife' AS local, timezone('Asia/Tokyo', at)::date AS day FROM events;
-- expression_null_arguments
SELECT customer_id, num_nulls(kind, n) AS nulls, concat_ws('-', kind, n) AS text, n IS NULL AND kind IS NULL AS none FROM events;
-- same_column_twice
SELECT id, id AS again, qty, qty AS more FROM orders;
-- quoted_names
SELECT id AS "Id", amount AS "the ""amount""", qty AS "select" FROM orders;
-- alias_columns
SELECT a, b FROM orders AS t (a, b) WHERE b > 3;
-- only_table
SELECT id, amount FROM ONLY orders WHERE qty = 2;
-- table_command
TABLE products;
-- zone_of_writer
SELECT id, tsz::timestamp AS local, tsz > TIMESTAMP '2021-02-01 00:00' AS late, ts::timestamptz AS z FROM things;
-- pivot
SELECT customer_id, sum(amount) FILTER (WHERE status = 'open') AS open, sum(amount) FILTER (WHERE status = 'paid') AS paid, count(*) FILTER (WHERE status IS NULL) AS none FROM orders GROUP BY customer_id;
-- division
SELECT c.id FROM customers c WHERE NOT EXISTS (SELECT FROM products p WHERE p.category = 'toy' AND NOT EXISTS (SELECT FROM orders o JOIN items i ON i.order_id = o.id WHERE o.customer_id = c.id AND i.product = p.code));
-- report
SELECT c.region, p.category, count(DISTINCT o.id) AS orders, sum(i.qty * i.price) AS worth, avg(i.qty) AS qty FROM customers c JOIN orders o ON o.customer_id = c.id JOIN items i ON i.order_id = o.id LEFT JOIN products p ON p.code = i.product WHERE o.status <> 'lost' GROUP BY c.region, p.category HAVING count(*) > 0;
-- share_of_total
SELECT status, sum(amount) AS amount, round(100 * sum(amount) / (SELECT sum(amount) FROM orders), 2) AS percent FROM orders GROUP BY status;
-- latest_per_customer
SELECT o.customer_id, o.id, o.placed FROM orders o WHERE (o.placed, o.id) = (SELECT max(p.placed), max(p.id) FROM orders p WHERE p.customer_id = o.customer_id AND p.placed = (SELECT max(q.placed) FROM orders q WHERE q.customer_id = o.customer_id));
