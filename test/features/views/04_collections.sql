-- Aggregates that make a collection.
-- string_agg_ordered
SELECT customer_id, string_agg(status, ',' ORDER BY id) AS a FROM orders GROUP BY customer_id;
-- string_agg_open [open]
SELECT customer_id, string_agg(status, ',') AS a FROM orders GROUP BY customer_id;
-- string_agg_distinct
SELECT customer_id, string_agg(DISTINCT status, ',' ORDER BY status DESC) AS a FROM orders GROUP BY customer_id;
-- string_agg_separator
SELECT customer_id, string_agg(status, status ORDER BY id DESC) AS a FROM orders GROUP BY customer_id;
-- string_agg_bytea
SELECT ch, string_agg(ba, '\x00'::bytea ORDER BY id) AS a FROM things GROUP BY ch;
-- string_agg_no_key [open]
SELECT customer_id, string_agg(kind, '+' ORDER BY n) AS a FROM events GROUP BY customer_id;
-- array_agg_ordered
SELECT customer_id, array_agg(amount ORDER BY placed, id) AS a FROM orders GROUP BY customer_id;
-- array_agg_open [open]
SELECT customer_id, array_agg(qty) AS a FROM orders GROUP BY customer_id;
-- array_agg_ties [open]
SELECT customer_id, array_agg(id ORDER BY amount) AS a FROM orders GROUP BY customer_id;
-- array_agg_arrays
SELECT category, array_agg(ARRAY[code, 'x'] ORDER BY code) AS a FROM products GROUP BY category;
-- array_agg_filter
SELECT customer_id, array_agg(id ORDER BY id) FILTER (WHERE qty > 2) AS a FROM orders GROUP BY customer_id;
-- array_agg_rows
SELECT customer_id, array_agg(o ORDER BY o.id) AS a FROM orders o GROUP BY customer_id;
-- array_agg_element
SELECT customer_id, (array_agg(id ORDER BY amount DESC NULLS LAST, id))[1] AS best FROM orders GROUP BY customer_id;
-- json_agg_ordered
SELECT customer_id, json_agg(amount ORDER BY id) AS a FROM orders GROUP BY customer_id;
-- json_agg_open [open]
SELECT customer_id, json_agg(o) AS a FROM orders o GROUP BY customer_id;
-- jsonb_agg_ordered
SELECT customer_id, jsonb_agg(jsonb_build_object('id', id, 'amount', amount) ORDER BY id) AS a FROM orders GROUP BY customer_id;
-- jsonb_agg_open [open]
SELECT customer_id, jsonb_agg(status) AS a FROM orders GROUP BY customer_id;
-- json_object_agg_ordered
SELECT order_id, json_object_agg(line, product ORDER BY line) AS a FROM items GROUP BY order_id;
-- json_object_agg_open [open]
SELECT product, json_object_agg(order_id, qty) AS a FROM items GROUP BY product;
-- jsonb_object_agg_keys
SELECT order_id, jsonb_object_agg(line, qty) AS a FROM items GROUP BY order_id;
-- jsonb_object_agg_open [open]
SELECT order_id, jsonb_object_agg(price::text, line) AS a FROM items GROUP BY order_id;
-- json_alone [open]
SELECT json_agg(name) AS a FROM customers;
-- documents
SELECT c.id, jsonb_build_object('name', c.name, 'orders', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', o.id, 'items', (SELECT jsonb_agg(i.product ORDER BY i.line) FROM items i WHERE i.order_id = o.id)) ORDER BY o.id), '[]') FROM orders o WHERE o.customer_id = c.id)) AS doc FROM customers c;
-- documents_joined
SELECT o.id, jsonb_agg(jsonb_build_object('line', i.line, 'category', p.category) ORDER BY i.line) AS items FROM orders o LEFT JOIN items i ON i.order_id = o.id LEFT JOIN products p ON p.code = i.product GROUP BY o.id;
-- range_aggregates
SELECT ch, range_agg(ir) AS a, range_intersect_agg(ir) AS b, range_agg(dr) AS c FROM things GROUP BY ch;
-- multirange_aggregates
SELECT ch, range_intersect_agg(mr) AS b FROM things GROUP BY ch;
-- xml_aggregate [needs xml]
SELECT customer_id, xmlagg(xmlelement(name o, xmlattributes(id AS id), amount) ORDER BY id)::text AS a FROM orders GROUP BY customer_id;
-- xml_aggregate_open [open, needs xml]
SELECT customer_id, xmlagg(xmlelement(name o, status)) AS a FROM orders GROUP BY customer_id;
-- distinct_inside
SELECT city, array_agg(DISTINCT region) AS a, count(DISTINCT boss) AS b, sum(DISTINCT credit) AS c FROM customers GROUP BY city;
-- unnest_of_aggregate
SELECT customer_id, unnest(array_agg(id ORDER BY id)) AS id FROM orders GROUP BY customer_id;
