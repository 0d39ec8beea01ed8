-- Aggregates over numbers.
-- count_star
SELECT customer_id, count(*) AS n FROM orders GROUP BY customer_id;
-- count_column
SELECT customer_id, count(amount) AS n, count(status) AS s FROM orders GROUP BY customer_id;
-- count_distinct
SELECT customer_id, count(DISTINCT status) AS n FROM orders GROUP BY customer_id;
-- count_row
SELECT kind, count(DISTINCT (customer_id, n)) AS pairs FROM events GROUP BY kind;
-- count_alone
SELECT count(*) AS n, count(amount) AS amounts FROM orders;
-- count_filter
SELECT count(*) FILTER (WHERE status = 'open') AS open, count(*) FILTER (WHERE amount > 5) AS large FROM orders;
-- sum_integers
SELECT g, sum(s) AS s, sum(i) AS i, sum(b) AS b FROM numbers GROUP BY g;
-- sum_numeric [inexact]
SELECT g, sum(n) AS n FROM numbers GROUP BY g;
-- sum_floats [inexact]
SELECT g, sum(r) AS r, sum(f) AS f FROM numbers GROUP BY g;
-- sum_money_interval
SELECT g, sum(m) AS m, sum(v) AS v FROM numbers GROUP BY g;
-- sum_distinct
SELECT g, sum(DISTINCT i) AS i, sum(DISTINCT s) FILTER (WHERE flag) AS s FROM numbers GROUP BY g;
-- sum_alone
SELECT sum(i) AS i, sum(b) AS b FROM numbers;
-- avg_integers
SELECT g, avg(s) AS s, avg(i) AS i, avg(b) AS b FROM numbers GROUP BY g;
-- avg_numeric [inexact]
SELECT g, avg(n) AS n FROM numbers GROUP BY g;
-- avg_scaled
SELECT status, avg(amount) AS amount FROM orders GROUP BY status;
-- avg_floats [inexact]
SELECT g, avg(r) AS r, avg(f) AS f FROM numbers GROUP BY g;
-- avg_interval
SELECT g, avg(v) AS v FROM numbers GROUP BY g;
-- avg_distinct
SELECT customer_id, avg(DISTINCT qty) AS qty FROM orders GROUP BY customer_id;
-- min_integers
SELECT g, min(s) AS s, min(i) AS i, min(b) AS b FROM numbers GROUP BY g;
-- max_numbers
SELECT g, max(n) AS n, max(r) AS r, max(f) AS f, max(m) AS m, max(v) AS v FROM numbers GROUP BY g;
-- min_max_text_dates
SELECT customer_id, min(status) AS a, max(status) AS b, min(placed) AS c, max(placed) AS d FROM orders GROUP BY customer_id;
-- min_max_alone
SELECT min(amount) AS a, max(amount) AS b, min(placed) AS c FROM orders;
-- min_max_filter
SELECT g, max(i) FILTER (WHERE flag) AS a, min(i) FILTER (WHERE NOT flag) AS b FROM numbers GROUP BY g;
-- min_max_other
SELECT ch, min(ip) AS ip, max(t) AS t, max(tz) AS tz, min(mo) AS mo, max(o) AS o, min(ls2) AS lsn, max(arr) AS arr FROM things GROUP BY ch;
-- bool_aggregates
SELECT g, bool_and(flag) AS a, bool_or(flag) AS b, every(i > 0) AS c FROM numbers GROUP BY g;
-- bit_aggregates
SELECT g, bit_and(i) AS a, bit_or(s) AS b, bit_xor(b) AS c FROM numbers GROUP BY g;
-- bit_aggregates_bits
SELECT ch, bit_and(bi) AS a, bit_or(bi) AS b, bit_xor(bi) AS c FROM things GROUP BY ch;
-- variance_numeric
SELECT g, variance(i) AS a, var_pop(s) AS b, var_samp(b) AS c FROM numbers GROUP BY g;
-- stddev_numeric
SELECT g, stddev(i) AS a, stddev_pop(i) AS b, stddev_samp(s) AS c FROM numbers GROUP BY g;
-- variance_floats [inexact]
SELECT g, variance(f) AS a, stddev(r) AS b, stddev_pop(f) AS c FROM numbers GROUP BY g;
-- regression [inexact]
SELECT g, regr_slope(f, i) AS a, regr_intercept(f, i) AS b, regr_r2(f, i) AS c, regr_count(f, i) AS d, regr_avgx(f, i) AS e, regr_avgy(f, i) AS h FROM numbers GROUP BY g;
-- regression_sums [inexact]
SELECT g, regr_sxx(f, s) AS a, regr_syy(f, s) AS b, regr_sxy(f, s) AS c FROM numbers GROUP BY g;
-- correlation [inexact]
SELECT g, corr(f, i) AS a, covar_pop(f, i) AS b, covar_samp(f, i) AS c FROM numbers GROUP BY g;
-- percentiles
SELECT g, percentile_disc(0.5) WITHIN GROUP (ORDER BY i) AS a, percentile_disc(ARRAY[0.25, 0.75]) WITHIN GROUP (ORDER BY i) AS b FROM numbers GROUP BY g;
-- percentile_continuous [inexact]
SELECT g, percentile_cont(0.5) WITHIN GROUP (ORDER BY f) AS a, percentile_cont(0.3) WITHIN GROUP (ORDER BY v) AS b FROM numbers GROUP BY g;
-- percentile_text
SELECT customer_id, percentile_disc(0.5) WITHIN GROUP (ORDER BY status DESC) AS a FROM orders GROUP BY customer_id;
-- mode_of
SELECT g, mode() WITHIN GROUP (ORDER BY s) AS a FROM numbers GROUP BY g;
-- hypothetical
SELECT g, rank(2) WITHIN GROUP (ORDER BY i) AS a, dense_rank(2) WITHIN GROUP (ORDER BY i) AS b, percent_rank(2) WITHIN GROUP (ORDER BY i) AS c, cume_dist(2) WITHIN GROUP (ORDER BY i) AS d FROM numbers GROUP BY g;
-- within_group_filter
SELECT customer_id, percentile_disc(0.5) WITHIN GROUP (ORDER BY amount) FILTER (WHERE status = 'open') AS a FROM orders GROUP BY customer_id;
-- aggregate_expression
SELECT customer_id, sum(amount * qty) / nullif(sum(qty), 0) AS price, round(avg(amount), 1) || '!' AS text FROM orders GROUP BY customer_id;
-- aggregate_of_case [inexact]
SELECT customer_id, sum(CASE WHEN status = 'open' THEN amount ELSE 0 END) AS open, max(coalesce(qty, 0)) AS qty FROM orders GROUP BY customer_id;
-- aggregate_user
SELECT g, product(s) AS a FROM numbers GROUP BY g;
-- aggregate_user_ordered
SELECT customer_id, joined(status ORDER BY id) AS a FROM orders GROUP BY customer_id;
-- aggregate_user_open [open]
SELECT customer_id, joined(status) AS a FROM orders GROUP BY customer_id;
-- aggregate_user_distinct
SELECT kind, joined(DISTINCT doc ->> 'a') AS a, product(n) FILTER (WHERE n > 1) AS b FROM events GROUP BY kind;
-- aggregate_over_join
SELECT c.city, count(*) AS n, sum(i.price * i.qty) AS worth, min(o.placed) AS first FROM customers c JOIN orders o ON o.customer_id = c.id JOIN items i ON i.order_id = o.id GROUP BY c.city;
-- aggregate_over_left
SELECT c.id, count(o.id) AS n, sum(o.amount) AS amount FROM customers c LEFT JOIN orders o ON o.customer_id = c.id GROUP BY c.id;
-- aggregate_over_left_city
SELECT c.city, count(o.id) AS n, sum(o.amount) AS amount FROM customers c LEFT JOIN orders o ON o.customer_id = c.id GROUP BY c.city;
-- aggregate_over_full
SELECT c.id, count(o.id) AS n FROM customers c FULL JOIN orders o ON o.customer_id = c.id GROUP BY c.id;
-- aggregate_over_subquery
SELECT max(n) AS most, count(*) AS customers FROM (SELECT customer_id, count(*) AS n FROM orders GROUP BY customer_id) t;
-- aggregate_no_group_left
SELECT count(*) AS n, count(o.id) AS orders, max(o.amount) AS amount FROM customers c LEFT JOIN orders o ON o.customer_id = c.id;
-- aggregate_no_group_other
SELECT count(DISTINCT city) AS cities, string_agg(name, ',' ORDER BY id) AS names, bool_or(vip) AS vip FROM customers;
