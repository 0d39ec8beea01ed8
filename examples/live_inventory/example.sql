-- Stock on hand per product. A CHECK on the view makes the COMMIT of an order fail that would oversell.
CREATE SCHEMA live_inventory;
SET search_path = live_inventory;

CREATE TABLE products (product_id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE receipts (product_id int NOT NULL REFERENCES products, quantity int NOT NULL);
CREATE TABLE sales (order_id int, product_id int REFERENCES products, quantity int NOT NULL,
	PRIMARY KEY (order_id, product_id));
CREATE TABLE returns (order_id int, product_id int, quantity int NOT NULL,
	FOREIGN KEY (order_id, product_id) REFERENCES sales);
CREATE INDEX ON receipts (product_id);
CREATE INDEX ON sales (product_id);
CREATE INDEX ON returns (product_id);
INSERT INTO products VALUES (1, 'lamp'), (2, 'chair'), (3, 'table');

SELECT deltaview.create_view('stock', $$
	SELECT p.product_id, p.name,
		coalesce((SELECT sum(r.quantity) FROM receipts r WHERE r.product_id = p.product_id), 0)
		- coalesce((SELECT sum(s.quantity) FROM sales s WHERE s.product_id = p.product_id), 0)
		+ coalesce((SELECT sum(b.quantity) FROM returns b WHERE b.product_id = p.product_id), 0) AS on_hand
	FROM products p $$);
SELECT base_table, strategy, reason FROM deltaview.explain('stock');

ALTER TABLE stock ADD CONSTRAINT not_oversold CHECK (on_hand >= 0);

INSERT INTO receipts VALUES (1, 10), (2, 4);
INSERT INTO sales VALUES (100, 1, 3), (100, 2, 4);
SELECT * FROM stock ORDER BY product_id;

-- Order 101 wants a chair, and there is none: nothing of it stays.
BEGIN;
INSERT INTO sales VALUES (101, 1, 1);
INSERT INTO sales VALUES (101, 2, 1);
COMMIT;
SELECT count(*) AS lines_of_order_101 FROM sales WHERE order_id = 101;

-- It is the stock at the commit that counts: a return in the same transaction makes up for it.
BEGIN;
INSERT INTO sales VALUES (101, 2, 1);
INSERT INTO returns VALUES (100, 2, 2);
COMMIT;
SELECT * FROM stock ORDER BY product_id;

SELECT * FROM deltaview.verify('stock');
