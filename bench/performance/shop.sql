-- Orders with a customer, a payment and two items each, every item with a product and a seller.
CREATE TABLE customers (id int PRIMARY KEY, name text NOT NULL, city text NOT NULL) WITH (fillfactor = 80);
CREATE TABLE products (id int PRIMARY KEY, name text NOT NULL, price int NOT NULL) WITH (fillfactor = 80);
CREATE TABLE sellers (id int PRIMARY KEY, name text NOT NULL, city text NOT NULL) WITH (fillfactor = 80);
CREATE TABLE orders (id int PRIMARY KEY, customer_id int NOT NULL, status text NOT NULL, placed timestamp NOT NULL)
	WITH (fillfactor = 80);
CREATE TABLE items (
	order_id int,
	no int,
	product_id int NOT NULL,
	seller_id int NOT NULL,
	qty int NOT NULL,
	price int NOT NULL,
	note int NOT NULL DEFAULT 0,
	PRIMARY KEY (order_id, no)
) WITH (fillfactor = 80);
CREATE TABLE payments (order_id int, no int, kind text NOT NULL, amount int NOT NULL, PRIMARY KEY (order_id, no))
	WITH (fillfactor = 80);
INSERT INTO customers SELECT i, 'customer ' || i, 'city ' || i % 1000 FROM generate_series(1, :n) i;
INSERT INTO products SELECT i, 'product ' || i, i % 1000 FROM generate_series(1, :n) i;
INSERT INTO sellers SELECT i, 'seller ' || i, 'city ' || i % 1000 FROM generate_series(1, :n) i;
INSERT INTO orders SELECT i, i, 'placed', timestamp '2026-01-01' + i * interval '1 second' FROM generate_series(1, :n) i;
INSERT INTO items SELECT i, no, (i::bigint * 7919 + no) % :n + 1, (i::bigint * 104729 + no) % :n + 1, no, i % 1000
FROM generate_series(1, :n) i, generate_series(1, 2) no;
INSERT INTO payments SELECT i, 1, 'card', i % 1000 FROM generate_series(1, :n) i;
CREATE INDEX ON orders (customer_id);
CREATE INDEX ON items (product_id);
CREATE INDEX ON items (seller_id);
