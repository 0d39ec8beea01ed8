-- One row per customer, for the screen of whoever speaks with him: last contact, open orders, lifetime value.
CREATE SCHEMA customer_status;
SET search_path = customer_status;

CREATE TABLE customers (customer_id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE contacts (contact_id int PRIMARY KEY, customer_id int NOT NULL REFERENCES customers ON DELETE CASCADE,
	at timestamptz NOT NULL, channel text NOT NULL);
CREATE TABLE orders (order_id int PRIMARY KEY, customer_id int NOT NULL REFERENCES customers ON DELETE CASCADE,
	status text NOT NULL, amount numeric(12,2) NOT NULL);
CREATE INDEX ON contacts (customer_id);
CREATE INDEX ON orders (customer_id);
INSERT INTO customers SELECT n, 'customer ' || n FROM generate_series(1, 1000) n;
INSERT INTO orders SELECT n, 1 + n % 997, CASE n % 3 WHEN 0 THEN 'open' ELSE 'paid' END, n % 100
	FROM generate_series(1, 5000) n;

SELECT deltaview.create_view('status', $$
	SELECT c.customer_id, c.name, l.at AS last_contact, l.channel AS last_channel,
		o.open_orders, o.lifetime_value
	FROM customers c
		LEFT JOIN LATERAL (SELECT at, channel FROM contacts WHERE customer_id = c.customer_id
			ORDER BY at DESC LIMIT 1) l ON true
		LEFT JOIN LATERAL (SELECT count(*) FILTER (WHERE status = 'open') AS open_orders,
			coalesce(sum(amount) FILTER (WHERE status = 'paid'), 0) AS lifetime_value
			FROM orders WHERE customer_id = c.customer_id) o ON true $$);
SELECT base_table, strategy, reason FROM deltaview.explain('status');

SELECT customer_id, last_channel, open_orders, lifetime_value FROM status WHERE customer_id IN (1, 2, 1000) ORDER BY 1;

INSERT INTO contacts VALUES (1, 1, '2024-05-01 09:00+00', 'phone'), (2, 2, '2024-05-01 09:05+00', 'mail');
INSERT INTO contacts VALUES (3, 1, '2024-05-02 09:00+00', 'chat');
UPDATE orders SET status = 'paid' WHERE customer_id = 1 AND status = 'open';
INSERT INTO orders VALUES (9001, 1000, 'open', 12.50);
SELECT customer_id, last_channel, open_orders, lifetime_value FROM status WHERE customer_id IN (1, 2, 1000) ORDER BY 1;

-- An order moves to another customer; the last contact was a mistake; a customer leaves, with all that is his.
UPDATE orders SET customer_id = 2 WHERE order_id = 9001;
DELETE FROM contacts WHERE contact_id = 3;
DELETE FROM customers WHERE customer_id = 1000;
SELECT customer_id, last_channel, open_orders, lifetime_value FROM status WHERE customer_id IN (1, 2, 1000) ORDER BY 1;

SELECT * FROM deltaview.verify('status');
