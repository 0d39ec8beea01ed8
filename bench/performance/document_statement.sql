-- The same documents by triggers per statement: those of the orders concerned are built anew.
CREATE VIEW documents AS :query;

CREATE FUNCTION orders_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO v SELECT d.id, d.document FROM new_rows n JOIN documents d ON d.id = n.id;
	RETURN NULL;
END $$;
CREATE FUNCTION orders_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	DELETE FROM v USING old_rows d WHERE v.id = d.id;
	RETURN NULL;
END $$;
CREATE FUNCTION orders_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	DELETE FROM v USING old_rows d WHERE v.id = d.id AND NOT EXISTS (SELECT FROM new_rows n WHERE n.id = d.id);
	INSERT INTO v SELECT d.id, d.document FROM new_rows n JOIN documents d ON d.id = n.id
	ON CONFLICT (id) DO UPDATE SET document = excluded.document;
	RETURN NULL;
END $$;

CREATE FUNCTION items_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	UPDATE v SET document = d.document
	FROM (SELECT DISTINCT order_id FROM new_rows) c JOIN documents d ON d.id = c.order_id
	WHERE v.id = d.id;
	RETURN NULL;
END $$;
CREATE FUNCTION items_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	UPDATE v SET document = d.document
	FROM (SELECT DISTINCT order_id FROM old_rows) c JOIN documents d ON d.id = c.order_id
	WHERE v.id = d.id;
	RETURN NULL;
END $$;
CREATE FUNCTION items_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	UPDATE v SET document = d.document
	FROM (SELECT DISTINCT order_id
			FROM (SELECT order_id, no, product_id, seller_id, qty, price FROM (
					SELECT order_id, no, product_id, seller_id, qty, price, 1 AS sign FROM new_rows
					UNION ALL SELECT order_id, no, product_id, seller_id, qty, price, -1 FROM old_rows) s
				GROUP BY order_id, no, product_id, seller_id, qty, price HAVING sum(sign) <> 0) n) c
		JOIN documents d ON d.id = c.order_id
	WHERE v.id = d.id;
	RETURN NULL;
END $$;

CREATE FUNCTION payments_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	UPDATE v SET document = d.document
	FROM (SELECT DISTINCT order_id FROM new_rows) c JOIN documents d ON d.id = c.order_id
	WHERE v.id = d.id;
	RETURN NULL;
END $$;
CREATE FUNCTION payments_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	UPDATE v SET document = d.document
	FROM (SELECT DISTINCT order_id FROM old_rows) c JOIN documents d ON d.id = c.order_id
	WHERE v.id = d.id;
	RETURN NULL;
END $$;
CREATE FUNCTION payments_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	UPDATE v SET document = d.document
	FROM (SELECT DISTINCT order_id
			FROM (SELECT order_id, no, kind, amount FROM (
					SELECT order_id, no, kind, amount, 1 AS sign FROM new_rows
					UNION ALL SELECT order_id, no, kind, amount, -1 FROM old_rows) s
				GROUP BY order_id, no, kind, amount HAVING sum(sign) <> 0) n) c
		JOIN documents d ON d.id = c.order_id
	WHERE v.id = d.id;
	RETURN NULL;
END $$;

CREATE FUNCTION customers_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	UPDATE v SET document = d.document
	FROM (SELECT DISTINCT o.id AS order_id FROM new_rows n JOIN orders o ON o.customer_id = n.id) c JOIN documents d ON d.id = c.order_id
	WHERE v.id = d.id;
	RETURN NULL;
END $$;
CREATE FUNCTION customers_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	UPDATE v SET document = d.document
	FROM (SELECT DISTINCT o.id AS order_id FROM old_rows n JOIN orders o ON o.customer_id = n.id) c JOIN documents d ON d.id = c.order_id
	WHERE v.id = d.id;
	RETURN NULL;
END $$;
CREATE FUNCTION customers_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	UPDATE v SET document = d.document
	FROM (SELECT DISTINCT o.id AS order_id
			FROM (SELECT id, name, city FROM (
					SELECT id, name, city, 1 AS sign FROM new_rows
					UNION ALL SELECT id, name, city, -1 FROM old_rows) s
				GROUP BY id, name, city HAVING sum(sign) <> 0) n JOIN orders o ON o.customer_id = n.id) c
		JOIN documents d ON d.id = c.order_id
	WHERE v.id = d.id;
	RETURN NULL;
END $$;

CREATE FUNCTION products_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	UPDATE v SET document = d.document
	FROM (SELECT DISTINCT i.order_id AS order_id FROM new_rows n JOIN items i ON i.product_id = n.id) c JOIN documents d ON d.id = c.order_id
	WHERE v.id = d.id;
	RETURN NULL;
END $$;
CREATE FUNCTION products_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	UPDATE v SET document = d.document
	FROM (SELECT DISTINCT i.order_id AS order_id FROM old_rows n JOIN items i ON i.product_id = n.id) c JOIN documents d ON d.id = c.order_id
	WHERE v.id = d.id;
	RETURN NULL;
END $$;
CREATE FUNCTION products_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	UPDATE v SET document = d.document
	FROM (SELECT DISTINCT i.order_id AS order_id
			FROM (SELECT id, name, price FROM (
					SELECT id, name, price, 1 AS sign FROM new_rows
					UNION ALL SELECT id, name, price, -1 FROM old_rows) s
				GROUP BY id, name, price HAVING sum(sign) <> 0) n JOIN items i ON i.product_id = n.id) c
		JOIN documents d ON d.id = c.order_id
	WHERE v.id = d.id;
	RETURN NULL;
END $$;

CREATE FUNCTION sellers_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	UPDATE v SET document = d.document
	FROM (SELECT DISTINCT i.order_id AS order_id FROM new_rows n JOIN items i ON i.seller_id = n.id) c JOIN documents d ON d.id = c.order_id
	WHERE v.id = d.id;
	RETURN NULL;
END $$;
CREATE FUNCTION sellers_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	UPDATE v SET document = d.document
	FROM (SELECT DISTINCT i.order_id AS order_id FROM old_rows n JOIN items i ON i.seller_id = n.id) c JOIN documents d ON d.id = c.order_id
	WHERE v.id = d.id;
	RETURN NULL;
END $$;
CREATE FUNCTION sellers_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	UPDATE v SET document = d.document
	FROM (SELECT DISTINCT i.order_id AS order_id
			FROM (SELECT id, name, city FROM (
					SELECT id, name, city, 1 AS sign FROM new_rows
					UNION ALL SELECT id, name, city, -1 FROM old_rows) s
				GROUP BY id, name, city HAVING sum(sign) <> 0) n JOIN items i ON i.seller_id = n.id) c
		JOIN documents d ON d.id = c.order_id
	WHERE v.id = d.id;
	RETURN NULL;
END $$;

CREATE TRIGGER inserted AFTER INSERT ON orders REFERENCING NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION orders_inserted();
CREATE TRIGGER deleted AFTER DELETE ON orders REFERENCING OLD TABLE AS old_rows
	FOR EACH STATEMENT EXECUTE FUNCTION orders_deleted();
CREATE TRIGGER updated AFTER UPDATE ON orders REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION orders_updated();
CREATE TRIGGER inserted AFTER INSERT ON items REFERENCING NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION items_inserted();
CREATE TRIGGER deleted AFTER DELETE ON items REFERENCING OLD TABLE AS old_rows
	FOR EACH STATEMENT EXECUTE FUNCTION items_deleted();
CREATE TRIGGER updated AFTER UPDATE ON items REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION items_updated();
CREATE TRIGGER inserted AFTER INSERT ON payments REFERENCING NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION payments_inserted();
CREATE TRIGGER deleted AFTER DELETE ON payments REFERENCING OLD TABLE AS old_rows
	FOR EACH STATEMENT EXECUTE FUNCTION payments_deleted();
CREATE TRIGGER updated AFTER UPDATE ON payments REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION payments_updated();
CREATE TRIGGER inserted AFTER INSERT ON customers REFERENCING NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION customers_inserted();
CREATE TRIGGER deleted AFTER DELETE ON customers REFERENCING OLD TABLE AS old_rows
	FOR EACH STATEMENT EXECUTE FUNCTION customers_deleted();
CREATE TRIGGER updated AFTER UPDATE ON customers REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION customers_updated();
CREATE TRIGGER inserted AFTER INSERT ON products REFERENCING NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION products_inserted();
CREATE TRIGGER deleted AFTER DELETE ON products REFERENCING OLD TABLE AS old_rows
	FOR EACH STATEMENT EXECUTE FUNCTION products_deleted();
CREATE TRIGGER updated AFTER UPDATE ON products REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION products_updated();
CREATE TRIGGER inserted AFTER INSERT ON sellers REFERENCING NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION sellers_inserted();
CREATE TRIGGER deleted AFTER DELETE ON sellers REFERENCING OLD TABLE AS old_rows
	FOR EACH STATEMENT EXECUTE FUNCTION sellers_deleted();
CREATE TRIGGER updated AFTER UPDATE ON sellers REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION sellers_updated();
