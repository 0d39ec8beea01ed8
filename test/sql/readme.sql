-- What the README shows, in a database of its own.
\set db :DBNAME
CREATE DATABASE deltaview_readme;
\c deltaview_readme
CREATE EXTENSION pg_deltaview;

CREATE TABLE customers (customer_id int PRIMARY KEY, city text NOT NULL);
CREATE TABLE orders (order_id int PRIMARY KEY, customer_id int NOT NULL, amount numeric(12,2) NOT NULL);
INSERT INTO customers VALUES (1, 'Recife'), (2, 'Santos');
INSERT INTO orders VALUES (10, 1, 25.00), (11, 1, 5.50), (12, 2, 99.00);

-- A table named sales_by_city, which is the result of the query from now on.
SELECT deltaview.create_view('sales_by_city', $$
  SELECT c.city, count(*) AS orders, sum(o.amount) AS amount
  FROM orders o JOIN customers c USING (customer_id)
  GROUP BY c.city $$);

BEGIN;
INSERT INTO orders VALUES (13, 2, 1.00);
UPDATE customers SET city = 'Olinda' WHERE customer_id = 1;
COMMIT;
SELECT city, orders, amount FROM sales_by_city ORDER BY city;      -- Olinda 2 30.50, Santos 2 100.00

-- How changes of each base table are taken in, and why so; the same for a query before it is a view.
SELECT base_table, strategy, incremental, reason FROM deltaview.explain('sales_by_city');
SELECT base_table, strategy, advice FROM deltaview.explain_query($$
  SELECT city FROM customers c WHERE NOT EXISTS (SELECT FROM orders o WHERE o.customer_id = c.customer_id) $$);

-- Compares the view with its query in one snapshot: no rows, no difference.
SELECT * FROM deltaview.verify('sales_by_city');

SELECT deltaview.drop_view('sales_by_city');      -- or DROP TABLE sales_by_city
\c :db
DROP DATABASE deltaview_readme;
