-- explain and explain_query say how a view follows each of its base tables, and why.
SET client_min_messages = warning;
CREATE SCHEMA explain_;
SET search_path = explain_, public;
CREATE TABLE customers (id int PRIMARY KEY, city text);
CREATE TABLE orders (id int PRIMARY KEY, customer int, amount numeric);
CREATE TABLE items ("order" int, no int, price numeric, PRIMARY KEY ("order", no));
CREATE VIEW explained AS SELECT 1;
SELECT base_table, strategy, incremental, reason FROM deltaview.explain_query(
  'SELECT c.city, o.amount FROM orders o JOIN customers c ON c.id = o.customer') ORDER BY base_table::text;
SELECT base_table, strategy, incremental, reason FROM deltaview.explain_query(
  'SELECT c.city, count(*), sum(o.amount) FROM orders o JOIN customers c ON c.id = o.customer GROUP BY c.city') ORDER BY base_table::text;
SELECT base_table, strategy, incremental, reason FROM deltaview.explain_query(
  'SELECT c.id, o.amount FROM customers c LEFT JOIN orders o ON c.id = o.customer') ORDER BY base_table::text;
SELECT base_table, strategy, incremental, reason FROM deltaview.explain_query($$
  SELECT o.id, jsonb_build_object('city', (SELECT city FROM customers c WHERE c.id = o.customer),
    'items', (SELECT jsonb_agg(price ORDER BY no) FROM items i WHERE i."order" = o.id)) FROM orders o $$) ORDER BY base_table::text;
SELECT base_table, strategy, incremental, reason FROM deltaview.explain_query(
  'SELECT id, amount FROM orders ORDER BY amount DESC, id LIMIT 10') ORDER BY base_table::text;
-- the index that would help
SELECT base_table, advice FROM deltaview.explain_query(
  'SELECT c.id, o.amount FROM customers c LEFT JOIN orders o ON c.id = o.customer') ORDER BY base_table::text;
CREATE INDEX ON orders (customer);
SELECT base_table, advice FROM deltaview.explain_query(
  'SELECT c.id, o.amount FROM customers c LEFT JOIN orders o ON c.id = o.customer') ORDER BY base_table::text;
-- nothing was made; a view says the same of itself, with its SQL
SELECT * FROM leftovers();
SELECT deltaview.create_view('v', 'SELECT c.city, count(*) AS n FROM orders o JOIN customers c ON c.id = o.customer GROUP BY c.city');
SELECT base_table, strategy, incremental, reason, delta_sql <> '' AS has_sql, advice FROM deltaview.explain('v') ORDER BY base_table::text;
SELECT base_table, strategy FROM deltaview.view_tables WHERE view = 'v'::regclass ORDER BY base_table::text;
SELECT * FROM verify_both_ways('v');
DROP SCHEMA explain_ CASCADE;
