-- Window functions.
-- window_rank
SELECT id, customer_id, rank() OVER (PARTITION BY customer_id ORDER BY amount) AS r, dense_rank() OVER (PARTITION BY customer_id ORDER BY amount) AS d FROM orders;
-- window_row_number
SELECT id, row_number() OVER (PARTITION BY customer_id ORDER BY placed, id) AS r FROM orders;
-- window_row_number_ties [open]
SELECT id, row_number() OVER (PARTITION BY customer_id ORDER BY qty) AS r FROM orders;
-- window_row_number_no_key [open]
SELECT customer_id, kind, n, row_number() OVER (PARTITION BY customer_id ORDER BY n) AS r FROM events;
-- window_row_number_all
SELECT id, row_number() OVER (ORDER BY amount, id) AS r FROM orders;
-- window_row_number_bare [open]
SELECT id, row_number() OVER () AS r FROM orders;
-- window_ntile [open]
SELECT id, ntile(3) OVER (PARTITION BY status ORDER BY amount) AS t FROM orders;
-- window_percent
SELECT id, percent_rank() OVER (PARTITION BY status ORDER BY amount) AS p, cume_dist() OVER (PARTITION BY status ORDER BY amount) AS c FROM orders;
-- window_lag_lead
SELECT id, lag(amount) OVER w AS before, lead(amount, 2, 0.00) OVER w AS after FROM orders WINDOW w AS (PARTITION BY customer_id ORDER BY id);
-- window_lag_ties [open]
SELECT id, lag(id) OVER (PARTITION BY status ORDER BY amount) AS before FROM orders;
-- window_first_last
SELECT id, first_value(id) OVER w AS f, last_value(id) OVER w AS l, nth_value(id, 2) OVER w AS n FROM orders WINDOW w AS (PARTITION BY customer_id ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING);
-- window_first_ties [open]
SELECT id, first_value(id) OVER (PARTITION BY customer_id ORDER BY status) AS f FROM orders;
-- window_last_ties [open]
SELECT id, last_value(id) OVER (PARTITION BY customer_id ORDER BY qty) AS l FROM orders;
-- window_last_key
SELECT id, last_value(amount) OVER (PARTITION BY customer_id ORDER BY id) AS l FROM orders;
-- window_sum_all
SELECT id, amount, sum(amount) OVER () AS total FROM orders;
-- window_share
SELECT id, round(amount / nullif(sum(amount) OVER (PARTITION BY customer_id), 0), 4) AS share FROM orders;
-- window_running
SELECT id, sum(qty) OVER (PARTITION BY customer_id ORDER BY placed) AS s, count(*) OVER (PARTITION BY customer_id ORDER BY placed) AS n FROM orders;
-- window_rows
SELECT id, sum(qty) OVER (PARTITION BY customer_id ORDER BY id ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING) AS s FROM orders;
-- window_rows_ties [open]
SELECT id, sum(qty) OVER (PARTITION BY customer_id ORDER BY placed ROWS 2 PRECEDING) AS s FROM orders;
-- window_rows_future
SELECT id, max(amount) OVER (PARTITION BY customer_id ORDER BY id ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) AS m FROM orders;
-- window_range
SELECT id, count(*) OVER (PARTITION BY status ORDER BY qty RANGE BETWEEN 1 PRECEDING AND 1 FOLLOWING) AS n FROM orders;
-- window_range_dates
SELECT id, sum(amount) OVER (PARTITION BY customer_id ORDER BY placed RANGE BETWEEN INTERVAL '31 days' PRECEDING AND CURRENT ROW) AS s FROM orders;
-- window_groups
SELECT id, count(*) OVER (PARTITION BY status ORDER BY qty GROUPS BETWEEN 1 PRECEDING AND CURRENT ROW) AS n FROM orders;
-- window_exclude_current
SELECT id, sum(qty) OVER (PARTITION BY customer_id ORDER BY placed RANGE BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE CURRENT ROW) AS s FROM orders;
-- window_exclude_group
SELECT id, count(*) OVER (PARTITION BY customer_id ORDER BY qty GROUPS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW EXCLUDE GROUP) AS n FROM orders;
-- window_exclude_ties
SELECT id, sum(qty) OVER (PARTITION BY status ORDER BY placed RANGE UNBOUNDED PRECEDING EXCLUDE TIES) AS s FROM orders;
-- window_exclude_no_others
SELECT id, sum(qty) OVER (ORDER BY id ROWS BETWEEN 2 PRECEDING AND CURRENT ROW EXCLUDE NO OTHERS) AS s FROM orders;
-- window_filter
SELECT id, count(*) FILTER (WHERE amount > 5) OVER (PARTITION BY customer_id) AS n FROM orders;
-- window_several
SELECT id, rank() OVER (PARTITION BY customer_id ORDER BY amount) AS a, count(*) OVER (PARTITION BY customer_id, status) AS b FROM orders;
-- window_several_apart
SELECT id, count(*) OVER (PARTITION BY customer_id) AS a, count(*) OVER (PARTITION BY status) AS b, sum(qty) OVER () AS c FROM orders;
-- window_over_groups
SELECT customer_id, sum(amount) AS amount, rank() OVER (ORDER BY sum(amount) DESC) AS place FROM orders GROUP BY customer_id;
-- window_over_groups_partition
SELECT customer_id, status, count(*) AS n, sum(count(*)) OVER (PARTITION BY customer_id) AS total FROM orders GROUP BY customer_id, status;
-- window_over_join
SELECT o.id, c.city, rank() OVER (PARTITION BY c.city ORDER BY o.amount) AS r FROM orders o JOIN customers c ON c.id = o.customer_id;
-- window_over_left
SELECT c.id, o.id AS order_id, count(o.id) OVER (PARTITION BY c.id) AS n FROM customers c LEFT JOIN orders o ON o.customer_id = c.id;
-- window_top
SELECT customer_id, id, amount FROM (SELECT *, row_number() OVER (PARTITION BY customer_id ORDER BY amount DESC, id) AS place FROM orders) t WHERE place <= 2;
-- window_latest
SELECT c.id, t.amount FROM customers c LEFT JOIN (SELECT customer_id, amount, row_number() OVER (PARTITION BY customer_id ORDER BY placed DESC, id DESC) AS r FROM orders) t ON t.customer_id = c.id AND t.r = 1;
-- window_gaps
SELECT customer_id, min(id) AS first, count(*) AS n FROM (SELECT customer_id, id, id - row_number() OVER (PARTITION BY customer_id ORDER BY id) AS island FROM orders) t GROUP BY customer_id, island;
-- window_expression
SELECT id, CASE WHEN lag(status) OVER w IS DISTINCT FROM status THEN 1 ELSE 0 END AS changed FROM orders WINDOW w AS (PARTITION BY customer_id ORDER BY placed, id);
-- window_inherited
SELECT id, sum(qty) OVER w AS a, sum(qty) OVER (w ORDER BY id) AS b FROM orders WINDOW w AS (PARTITION BY customer_id);
-- window_array_open [open]
SELECT id, array_agg(qty) OVER (PARTITION BY customer_id) AS a FROM orders;
-- window_partition_expression
SELECT id, rank() OVER (PARTITION BY date_trunc('month', placed) ORDER BY amount DESC) AS r FROM orders;
-- window_distinct
SELECT DISTINCT customer_id, max(amount) OVER (PARTITION BY customer_id) AS most FROM orders;
