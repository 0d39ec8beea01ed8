-- The same sums over the join by triggers per statement.
CREATE FUNCTION orders_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO v SELECT n.customer, count(*), sum(i.qty * i.price)
	FROM new_rows n JOIN items i ON i.order_id = n.id GROUP BY n.customer
	ON CONFLICT (customer) DO UPDATE SET items = v.items + excluded.items, amount = v.amount + excluded.amount;
	RETURN NULL;
END $$;
CREATE FUNCTION orders_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	UPDATE v SET items = v.items - d.items, amount = v.amount - d.amount
	FROM (SELECT o.customer, count(*) AS items, sum(i.qty * i.price) AS amount
		FROM old_rows o JOIN items i ON i.order_id = o.id GROUP BY o.customer) d
	WHERE v.customer = d.customer;
	DELETE FROM v WHERE items = 0 AND customer IN (SELECT customer FROM old_rows);
	RETURN NULL;
END $$;
CREATE FUNCTION orders_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO v SELECT d.customer, sum(d.n), sum(d.n * i.qty * i.price)
	FROM (SELECT id, customer, 1 AS n FROM new_rows UNION ALL SELECT id, customer, -1 FROM old_rows) d
		JOIN items i ON i.order_id = d.id
	GROUP BY d.customer HAVING sum(d.n) <> 0 OR sum(d.n * i.qty * i.price) <> 0
	ON CONFLICT (customer) DO UPDATE SET items = v.items + excluded.items, amount = v.amount + excluded.amount;
	DELETE FROM v WHERE items = 0 AND customer IN (SELECT customer FROM old_rows);
	RETURN NULL;
END $$;
CREATE FUNCTION items_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO v SELECT o.customer, count(*), sum(n.qty * n.price)
	FROM new_rows n JOIN orders o ON o.id = n.order_id GROUP BY o.customer
	ON CONFLICT (customer) DO UPDATE SET items = v.items + excluded.items, amount = v.amount + excluded.amount;
	RETURN NULL;
END $$;
CREATE FUNCTION items_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
	emptied int[];
BEGIN
	WITH d AS (
		SELECT o.customer, count(*) AS items, sum(d.qty * d.price) AS amount
		FROM old_rows d JOIN orders o ON o.id = d.order_id GROUP BY o.customer),
	u AS (
		UPDATE v SET items = v.items - d.items, amount = v.amount - d.amount FROM d WHERE v.customer = d.customer
		RETURNING v.customer, v.items)
	SELECT array_agg(customer) INTO emptied FROM u WHERE items = 0;
	IF emptied IS NOT NULL THEN
		DELETE FROM v WHERE items = 0 AND customer = ANY (emptied);
	END IF;
	RETURN NULL;
END $$;
CREATE FUNCTION items_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO v SELECT o.customer, sum(d.n), sum(d.amount)
	FROM (SELECT order_id, 1 AS n, qty * price AS amount FROM new_rows
			UNION ALL SELECT order_id, -1, -qty * price FROM old_rows) d
		JOIN orders o ON o.id = d.order_id
	GROUP BY o.customer HAVING sum(d.n) <> 0 OR sum(d.amount) <> 0
	ON CONFLICT (customer) DO UPDATE SET items = v.items + excluded.items, amount = v.amount + excluded.amount;
	IF EXISTS (SELECT order_id FROM old_rows EXCEPT SELECT order_id FROM new_rows) THEN
		DELETE FROM v WHERE items = 0 AND customer IN (
			SELECT o.customer FROM old_rows d JOIN orders o ON o.id = d.order_id);
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
