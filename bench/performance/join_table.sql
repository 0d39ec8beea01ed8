CREATE TABLE v (order_id int, no int, customer int, product int, amount int, PRIMARY KEY (order_id, no))
	WITH (fillfactor = 90);
