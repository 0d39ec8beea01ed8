-- What docs/limits.md lists as refused, with the SQLSTATE.
-- refused_volatile [refused 42P17]
SELECT id, random() AS r FROM orders;
-- refused_now [refused 42P17]
SELECT id FROM orders WHERE placed < now();
-- refused_current_date [refused 42P17]
SELECT id FROM orders WHERE placed < CURRENT_DATE;
-- refused_user [refused 42P17]
SELECT id, CURRENT_USER AS me FROM orders;
-- refused_limit [refused 0A000]
SELECT id FROM orders LIMIT 3;
-- refused_nested_limit [refused 0A000]
SELECT c.id, x.id AS order_id FROM customers c, LATERAL (SELECT o.id FROM orders o WHERE o.customer_id = c.id OFFSET 1) x;
-- refused_sample [refused 0A000]
SELECT id FROM orders TABLESAMPLE SYSTEM (50);
-- refused_lock [refused 0A000]
SELECT id FROM orders FOR UPDATE;
-- refused_catalog [refused 0A000]
SELECT relname FROM pg_class;
-- refused_system_column [refused 0A000]
SELECT ctid, id FROM orders;
-- refused_hidden_name [refused 42939]
SELECT id AS __dv_id FROM orders;
-- refused_last_value [refused 0A000]
SELECT id, last_value(id) OVER (PARTITION BY customer_id ORDER BY qty RANGE BETWEEN CURRENT ROW AND 1 FOLLOWING) AS l FROM orders;
-- refused_array_window [refused 0A000]
SELECT id, array_agg(id) OVER (ORDER BY qty) AS l FROM orders;
-- refused_offset_ties [refused 0A000]
SELECT id FROM orders ORDER BY qty OFFSET 1 FETCH FIRST 2 ROWS WITH TIES;
