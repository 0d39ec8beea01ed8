-- Orders with four items each; a customer has 100 orders.
CREATE TABLE orders (id int PRIMARY KEY, customer int NOT NULL, note int NOT NULL DEFAULT 0) WITH (fillfactor = 80);
CREATE TABLE items (
	order_id int,
	no int,
	product int NOT NULL,
	qty int NOT NULL,
	price int NOT NULL,
	note int NOT NULL DEFAULT 0,
	PRIMARY KEY (order_id, no)
) WITH (fillfactor = 80);
INSERT INTO orders SELECT i, i % (:n / 100) FROM generate_series(1, :n) i;
INSERT INTO items SELECT i, no, i % 500 + no, no, 100 FROM generate_series(1, :n) i, generate_series(1, 4) no;
