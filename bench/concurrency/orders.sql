-- 20,000 orders with three items each.
CREATE TABLE orders (
	id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	customer int NOT NULL,
	placed timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE items (
	order_id int,
	no int,
	product int NOT NULL,
	qty int NOT NULL,
	price int NOT NULL,
	PRIMARY KEY (order_id, no)
);
INSERT INTO orders (customer) SELECT i % 1000 FROM generate_series(1, 20000) i;
INSERT INTO items SELECT i, no, i % 500 + no, no, 100 FROM generate_series(1, 20000) i, generate_series(1, 3) no;
