-- VALUES, constants, functions that return sets.
-- values_alone
VALUES (1, 'a'), (2, NULL);
-- constant_row
SELECT 1 AS one, 'x'::text AS x;
-- constant_join
SELECT o.id, v.label FROM orders o JOIN (VALUES (1, 'one'), (2, 'two'), (NULL, 'none')) v (qty, label) ON v.qty = o.qty;
-- constant_left
SELECT v.status, o.id FROM (VALUES ('open'), ('lost')) v (status) LEFT JOIN orders o ON o.status = v.status;
-- constant_false
SELECT id FROM orders WHERE false UNION ALL SELECT id FROM customers WHERE vip;
-- values_in_exists
SELECT id FROM orders o WHERE EXISTS (SELECT FROM (VALUES (1), (3), (5)) v (x) WHERE v.x = o.qty);
-- function_series
SELECT o.id, g FROM orders o, generate_series(1, o.qty) g;
-- function_series_left
SELECT o.id, g FROM orders o LEFT JOIN generate_series(2, 4) g ON g <= o.qty;
-- function_dates
SELECT d::date AS day, count(o.id) AS n FROM generate_series('2021-01-01'::timestamp, '2021-01-16', '1 day') d LEFT JOIN orders o ON o.placed = d::date GROUP BY d;
-- function_unnest
SELECT p.code, t.tag FROM products p, unnest(p.tags) t (tag);
-- function_unnest_left
SELECT p.code, t.tag FROM products p LEFT JOIN unnest(p.tags) t (tag) ON true;
-- function_ordinality
SELECT p.code, t.tag, t.place FROM products p, unnest(p.tags) WITH ORDINALITY t (tag, place);
-- function_rows_from
SELECT p.code, f.* FROM products p, ROWS FROM (unnest(p.tags), generate_series(1, 2)) WITH ORDINALITY AS f (tag, i, place);
-- function_unnest_two
SELECT t.id, u.a, u.b FROM things t, unnest(t.arr, t.ta) u (a, b);
-- function_in_select
SELECT code, unnest(tags) AS tag FROM products;
-- function_in_select_two
SELECT id, generate_series(1, qty) AS a, generate_series(1, 2) AS b FROM orders;
-- function_in_select_grouped
SELECT unnest(tags) AS tag, count(*) AS n FROM products GROUP BY 1;
-- function_tags
SELECT t.tag, count(*) AS n, min(p.price) AS price FROM products p, unnest(p.tags) t (tag) GROUP BY t.tag;
-- function_json_elements
SELECT e.customer_id, x.value FROM events e, jsonb_array_elements_text(e.doc -> 'b') x WHERE jsonb_typeof(e.doc -> 'b') = 'array';
-- function_json_each
SELECT e.kind, x.key, x.value FROM events e, jsonb_each(CASE jsonb_typeof(e.doc) WHEN 'object' THEN e.doc END) x;
-- function_json_recordset
SELECT o.id, r.a, r.b FROM orders o, json_to_recordset(json_build_array(json_build_object('a', o.qty, 'b', o.status), json_build_object('a', 0))) r (a int, b text);
-- function_json_record
SELECT e.customer_id, r.a FROM events e, jsonb_to_record(CASE jsonb_typeof(e.doc) WHEN 'object' THEN e.doc END) r (a int);
-- function_populate
SELECT t.id, p.* FROM things t, jsonb_populate_record(NULL::pair, CASE jsonb_typeof(t.jb) WHEN 'object' THEN jsonb_build_object('a', t.jb -> 'k', 'b', 'x') END) p;
-- function_path
SELECT e.kind, v FROM events e, jsonb_path_query(e.doc, 'lax $.b[*]') v;
-- function_path_exists
SELECT kind, n FROM events WHERE doc @? '$.b[*] ? (@ == "y")' AND doc @@ '$.a > 0';
-- function_regexp
SELECT c.id, m FROM customers c, regexp_matches(c.name, '[aeiou]', 'g') m;
-- function_split
SELECT c.id, w FROM customers c, regexp_split_to_table(c.city, 'i') w;
-- function_user
SELECT id, double_it(qty) AS twice, (split_it(id)).ones FROM orders;
-- function_user_set
SELECT o.id, u FROM orders o, upto(o.qty) u;
-- function_user_record
SELECT o.id, s.tens, s.ones FROM orders o, split_it(o.id) s;
-- function_lateral_nested
SELECT t.id, x, y FROM things t, unnest(t.arr) x, generate_series(1, x) y;
-- function_multirange
SELECT t.id, r FROM things t, unnest(t.mr) r;
-- function_words
SELECT t.id, u.lexeme FROM things t, unnest(t.tv) u;
