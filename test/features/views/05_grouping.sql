-- GROUP BY and HAVING.
-- group_two
SELECT customer_id, status, count(*) AS n FROM orders GROUP BY customer_id, status;
-- group_expression
SELECT extract(year FROM placed) AS year, amount > 5 AS large, count(*) AS n, sum(amount) AS amount FROM orders GROUP BY extract(year FROM placed), amount > 5;
-- group_ordinal
SELECT upper(city) AS city, count(*) AS n FROM customers GROUP BY 1;
-- group_by_case
SELECT CASE WHEN qty > 3 THEN 'many' WHEN qty IS NULL THEN 'none' ELSE 'few' END AS size, count(*) AS n FROM orders GROUP BY 1;
-- group_hidden
SELECT count(*) AS n, sum(qty) AS qty FROM orders GROUP BY customer_id;
-- group_no_aggregate
SELECT city, region FROM customers GROUP BY city, region;
-- group_by_key
SELECT o.id, o.amount, o.status, count(i.line) AS n FROM orders o JOIN items i ON i.order_id = o.id GROUP BY o.id;
-- group_by_nothing
SELECT count(*) AS n FROM orders GROUP BY ();
-- group_date_trunc
SELECT date_trunc('month', placed) AS month, count(*) AS n, max(amount) AS most FROM orders GROUP BY 1;
-- group_timestamptz
SELECT date_trunc('day', at) AS day, count(*) AS n FROM events GROUP BY 1;
-- group_json
SELECT doc -> 'a' AS a, count(*) AS n FROM events GROUP BY doc -> 'a';
-- group_having
SELECT customer_id, count(*) AS n FROM orders GROUP BY customer_id HAVING count(*) > 1;
-- group_having_key
SELECT customer_id, count(*) AS n FROM orders GROUP BY customer_id HAVING customer_id % 2 = 0;
-- group_having_other
SELECT status FROM orders GROUP BY status HAVING max(amount) > 20 AND NOT bool_or(qty = 6);
-- group_having_exists
SELECT customer_id, sum(qty) AS qty FROM orders o GROUP BY customer_id HAVING EXISTS (SELECT FROM customers c WHERE c.id = o.customer_id AND c.credit > sum(o.qty));
-- having_alone
SELECT 1 AS one FROM orders HAVING count(*) % 2 = 0;
-- having_aggregate_alone
SELECT sum(qty) AS qty FROM orders HAVING sum(qty) % 2 = 1;
-- grouping_sets
SELECT city, region, count(*) AS n FROM customers GROUP BY GROUPING SETS ((city), (region), ());
-- grouping_sets_mixed
SELECT region, city, vip, count(*) AS n FROM customers GROUP BY region, GROUPING SETS ((city), (vip));
-- rollup_two
SELECT status, qty, sum(amount) AS amount FROM orders GROUP BY ROLLUP (status, qty);
-- rollup_pairs
SELECT status, qty, customer_id, count(*) AS n FROM orders GROUP BY ROLLUP ((status, qty), customer_id);
-- cube_two
SELECT city, vip, count(*) AS n, avg(credit) AS credit FROM customers GROUP BY CUBE (city, vip);
-- grouping_function
SELECT city, vip, GROUPING(city, vip) AS level, count(*) AS n FROM customers GROUP BY ROLLUP (city, vip);
-- grouping_having
SELECT city, count(*) AS n FROM customers GROUP BY ROLLUP (city) HAVING GROUPING(city) = 1 OR count(*) > 2;
-- grouping_distinct
SELECT city, region, count(*) AS n FROM customers GROUP BY DISTINCT ROLLUP (city, region), ROLLUP (city);
-- grouping_over_join
SELECT c.city, o.status, sum(o.amount) AS amount FROM customers c JOIN orders o ON o.customer_id = c.id GROUP BY CUBE (c.city, o.status);
-- grouping_ordered
SELECT status, array_agg(id ORDER BY id) AS ids FROM orders GROUP BY ROLLUP (status);
