-- The same join by triggers per statement.
CREATE FUNCTION orders_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO v SELECT i.order_id, i.no, n.customer, i.product, i.qty * i.price
	FROM new_rows n JOIN items i ON i.order_id = n.id;
	RETURN NULL;
END $$;
CREATE FUNCTION orders_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	DELETE FROM v USING old_rows d WHERE v.order_id = d.id;
	RETURN NULL;
END $$;
CREATE FUNCTION orders_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF EXISTS (SELECT id FROM old_rows EXCEPT SELECT id FROM new_rows) THEN
		DELETE FROM v USING old_rows d WHERE v.order_id = d.id;
		INSERT INTO v SELECT i.order_id, i.no, n.customer, i.product, i.qty * i.price
		FROM new_rows n JOIN items i ON i.order_id = n.id;
	ELSE
		UPDATE v SET customer = n.customer FROM new_rows n WHERE v.order_id = n.id AND v.customer <> n.customer;
	END IF;
	RETURN NULL;
END $$;
CREATE FUNCTION items_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO v SELECT n.order_id, n.no, o.customer, n.product, n.qty * n.price
	FROM new_rows n JOIN orders o ON o.id = n.order_id;
	RETURN NULL;
END $$;
CREATE FUNCTION items_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	DELETE FROM v USING old_rows d WHERE v.order_id = d.order_id AND v.no = d.no;
	RETURN NULL;
END $$;
CREATE FUNCTION items_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF EXISTS (SELECT order_id, no FROM old_rows EXCEPT SELECT order_id, no FROM new_rows) THEN
		DELETE FROM v USING old_rows d WHERE v.order_id = d.order_id AND v.no = d.no;
		INSERT INTO v SELECT n.order_id, n.no, o.customer, n.product, n.qty * n.price
		FROM new_rows n JOIN orders o ON o.id = n.order_id;
	ELSE
		UPDATE v SET product = n.product, amount = n.qty * n.price FROM new_rows n
		WHERE v.order_id = n.order_id AND v.no = n.no AND (v.product <> n.product OR v.amount <> n.qty * n.price);
	END IF;
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
