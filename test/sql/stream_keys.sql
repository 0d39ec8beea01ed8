-- The change stream: by what rows are told apart, and that rows come whole, large values that did not change included.
SET client_min_messages = warning;
\pset format unaligned
\pset tuples_only on
CREATE SCHEMA stream_keys;
SET search_path = stream_keys, public;
CREATE TABLE customers (id text PRIMARY KEY, city text, note text);
CREATE TABLE orders (id int PRIMARY KEY, customer text, amount int, note text);
CREATE INDEX ON orders (customer);
SELECT deltaview.create_view('by_key', 'SELECT o.id, c.city, o.amount, o.note FROM orders o LEFT JOIN customers c ON c.id = o.customer');
SELECT deltaview.create_view('by_keys', 'SELECT o.amount, c.id AS customer, o.id, c.city FROM orders o JOIN customers c ON c.id || '''' = o.customer');
SELECT deltaview.create_view('by_group', 'SELECT c.city, sum(o.amount) AS amount FROM orders o LEFT JOIN customers c ON c.id = o.customer GROUP BY c.city');
SELECT deltaview.create_view('by_large_group', 'SELECT c.note, sum(o.amount) AS amount FROM orders o JOIN customers c ON c.id = o.customer GROUP BY c.note');
SELECT deltaview.create_view('by_hidden_key', 'SELECT o.amount FROM orders o');
SELECT deltaview.create_view('by_hidden_group', 'SELECT sum(amount) AS amount FROM orders GROUP BY customer');
SELECT deltaview.create_view('one_row', 'SELECT count(*) AS orders, max(amount) AS most FROM orders');
SELECT deltaview.create_view('by_content', 'SELECT DISTINCT ON (customer) customer, amount FROM orders ORDER BY customer, amount DESC', method => 'complete');
SELECT deltaview.create_view('in_steps', 'SELECT n, count(*) AS customers FROM (SELECT customer, count(*) AS n FROM orders GROUP BY customer) x GROUP BY n');
\echo -- the key, as far as it is seen; what the log has of the old row
SELECT c.relname, (SELECT string_agg(a.attname, ', ' ORDER BY a.attnum) FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum = ANY (v.key_columns)),
	v.key_columns, c.relreplident FROM deltaview.view_catalog v JOIN pg_class c ON c.oid = v.view WHERE v.part_of IS NULL ORDER BY 1;

SELECT 1 FROM pg_create_logical_replication_slot('stream_keys', 'pg_deltaview');
CREATE FUNCTION next(VARIADIC options text[] DEFAULT '{}') RETURNS SETOF text LANGUAGE sql AS
$$ SELECT data FROM pg_logical_slot_get_changes('stream_keys', NULL, NULL, VARIADIC array['include-types', 'off', 'include-schemas', 'off'] || options) $$;
INSERT INTO customers VALUES ('a', 'Oslo', 'x');
INSERT INTO orders VALUES (1, 'a', 10, 'first'), (2, NULL, 5, NULL);
SELECT * FROM next('include-pk', 'on');
\echo -- values change
UPDATE orders SET amount = amount + 1;
SELECT * FROM next();
\echo -- a key changes
UPDATE orders SET id = 3 WHERE id = 1;
SELECT * FROM next('views', '*.by_key, *.by_keys');
UPDATE customers SET id = 'b', city = NULL;
SELECT * FROM next('filter-tables', '*.by_key');
\echo -- a view without a key, to which somebody has given one
ALTER TABLE by_key ADD PRIMARY KEY (id);
UPDATE orders SET id = 4 WHERE id = 3;
UPDATE orders SET amount = 12 WHERE id = 4;
SELECT * FROM next('views', '*.by_key', 'include-pk', 'on');
\echo -- rows leave
DELETE FROM orders;
SELECT * FROM next();
SELECT count(*) FROM next();

\echo -- large values: none is missing from a change that does not touch it
CREATE FUNCTION large(seed int) RETURNS text LANGUAGE sql AS $$ SELECT string_agg(md5(seed || '/' || i), '') FROM generate_series(1, 3200) i $$;
SELECT deltaview.create_view('documents', $$
  SELECT o.id, o.amount, jsonb_build_object('id', o.id, 'note', o.note, 'customer', to_jsonb(c)) AS document
  FROM orders o LEFT JOIN customers c ON c.id = o.customer $$);
DELETE FROM customers;
INSERT INTO customers VALUES ('a', 'Oslo', large(1));
INSERT INTO orders VALUES (1, 'a', 10, large(2));
SELECT count(*) FROM next();
UPDATE orders SET amount = 11;
CREATE TABLE seen AS SELECT j->>'action' AS action, j->>'table' AS tab, j->'columns' AS columns, j->'identity' AS identity
	FROM (SELECT next()::jsonb AS j) x WHERE j->>'action' NOT IN ('B', 'C');
SELECT action, tab, array(SELECT c->>'name' || CASE WHEN length(c->>'value') > 60 THEN ' ' || md5(c->>'value') ELSE '=' || coalesce(c->>'value', 'null') END
	FROM jsonb_array_elements(columns) c) FROM seen ORDER BY tab;
SELECT md5(note) FROM by_key WHERE id = 1;
SELECT md5(note) FROM by_large_group;
SELECT md5(document::text) FROM documents;
\echo -- the same, as rows: of what came, nothing differs from the view
SELECT (SELECT count(*) FROM jsonb_to_recordset((SELECT jsonb_agg((SELECT jsonb_object_agg(c->>'name', c->'value') FROM jsonb_array_elements(columns) c)) FROM seen WHERE tab = 'by_key'))
	AS r (id int, city text, amount int, note text) NATURAL JOIN by_key);
SELECT (SELECT count(*) FROM jsonb_to_recordset((SELECT jsonb_agg((SELECT jsonb_object_agg(c->>'name', c->'value') FROM jsonb_array_elements(columns) c)) FROM seen WHERE tab = 'by_large_group'))
	AS r (note text, amount bigint) NATURAL JOIN by_large_group);
SELECT (SELECT count(*) FROM jsonb_to_recordset((SELECT jsonb_agg((SELECT jsonb_object_agg(c->>'name', c->'value') FROM jsonb_array_elements(columns) c)) FROM seen WHERE tab = 'documents'))
	AS r (id int, amount int, document jsonb) NATURAL JOIN documents);
\echo -- large group, old row and new one
UPDATE customers SET note = large(3);
SELECT j->>'action', j->>'table', md5(j->'columns'->0->>'value') = md5(large(3)), md5(j->'identity'->0->>'value') = md5(large(1))
	FROM (SELECT next('views', '*.by_large_group', 'include-transaction', 'off')::jsonb AS j) x;
\echo -- other tables: by their replica identity. What the log does not hold is left out, not null
SELECT j->>'table', array(SELECT c->>'name' FROM jsonb_array_elements(j->'columns') c), j->'identity'
	FROM (SELECT next('views', '', 'add-tables', '*.orders')::jsonb AS j) x;
UPDATE orders SET amount = 12;
SELECT j->>'action', array(SELECT c->>'name' FROM jsonb_array_elements(j->'columns') c), j->'identity'
	FROM (SELECT next('views', '', 'add-tables', '*.orders', 'include-transaction', 'off')::jsonb AS j) x;
UPDATE orders SET amount = 12;
SELECT j->>'kind', j->'columnnames', j->'oldkeys'
	FROM (SELECT jsonb_array_elements(next('views', '', 'add-tables', '*.orders', 'format-version', '1')::jsonb->'change') AS j) x;
ALTER TABLE orders REPLICA IDENTITY FULL;
UPDATE orders SET amount = 13;
SELECT j->>'action', array(SELECT c->>'name' FROM jsonb_array_elements(j->'columns') c), array(SELECT c->>'name' FROM jsonb_array_elements(j->'identity') c)
	FROM (SELECT next('views', '', 'add-tables', '*.orders', 'include-transaction', 'off')::jsonb AS j) x;
ALTER TABLE orders REPLICA IDENTITY NOTHING;
UPDATE orders SET note = 'short';
DELETE FROM orders;
SELECT * FROM next('views', '', 'add-tables', '*.orders', 'include-transaction', 'off');
\echo -- a view whose replica identity somebody has changed: no identity rather than a wrong one
INSERT INTO orders VALUES (1, 'a', 10, 'x');
ALTER TABLE by_key REPLICA IDENTITY NOTHING;
ALTER TABLE by_group REPLICA IDENTITY NOTHING;
SELECT count(*) FROM next();
UPDATE orders SET amount = 11;
DELETE FROM orders;
SELECT * FROM next('views', '*.by_key,*.by_group', 'include-transaction', 'off', 'include-pk', 'on');
ALTER TABLE by_group REPLICA IDENTITY FULL;
SELECT verify_both_ways(v) FROM unnest(ARRAY['by_key', 'by_keys', 'by_group', 'by_large_group', 'by_hidden_key', 'by_hidden_group', 'one_row', 'by_content', 'in_steps']::regclass[]) v;
SELECT pg_drop_replication_slot('stream_keys');
DROP SCHEMA stream_keys CASCADE;
