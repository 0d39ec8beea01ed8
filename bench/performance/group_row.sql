-- The same sums over the join by triggers per row.
CREATE FUNCTION add(c int, n bigint, a bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	remaining bigint;
BEGIN
	UPDATE v SET items = items + n, amount = amount + a WHERE customer = c RETURNING items INTO remaining;
	IF remaining IS NULL THEN
		INSERT INTO v VALUES (c, n, a)
		ON CONFLICT (customer) DO UPDATE SET items = v.items + n, amount = v.amount + a;
	ELSIF remaining = 0 THEN
		DELETE FROM v WHERE customer = c AND items = 0;
	END IF;
END $$;
CREATE FUNCTION follow_orders() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF TG_OP <> 'INSERT' THEN
		PERFORM add(OLD.customer, -n, -a)
		FROM (SELECT count(*) AS n, sum(qty * price) AS a FROM items WHERE order_id = OLD.id) d WHERE n > 0;
	END IF;
	IF TG_OP <> 'DELETE' THEN
		PERFORM add(NEW.customer, n, a)
		FROM (SELECT count(*) AS n, sum(qty * price) AS a FROM items WHERE order_id = NEW.id) d WHERE n > 0;
	END IF;
	RETURN NULL;
END $$;
CREATE FUNCTION follow_items() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
	c int;
	remaining bigint;
BEGIN
	IF TG_OP = 'UPDATE' AND NEW.order_id = OLD.order_id THEN
		UPDATE v SET amount = amount + NEW.qty * NEW.price - OLD.qty * OLD.price
		FROM orders o WHERE o.id = NEW.order_id AND v.customer = o.customer;
		RETURN NULL;
	END IF;
	IF TG_OP <> 'INSERT' THEN
		UPDATE v SET items = items - 1, amount = amount - OLD.qty * OLD.price
		FROM orders o WHERE o.id = OLD.order_id AND v.customer = o.customer
		RETURNING v.items, v.customer INTO remaining, c;
		IF remaining = 0 THEN
			DELETE FROM v WHERE customer = c AND items = 0;
		END IF;
	END IF;
	IF TG_OP <> 'DELETE' THEN
		UPDATE v SET items = items + 1, amount = amount + NEW.qty * NEW.price
		FROM orders o WHERE o.id = NEW.order_id AND v.customer = o.customer;
		IF NOT FOUND THEN
			INSERT INTO v SELECT customer, 1, NEW.qty * NEW.price FROM orders WHERE id = NEW.order_id
			ON CONFLICT (customer) DO UPDATE SET items = v.items + 1, amount = v.amount + excluded.amount;
		END IF;
	END IF;
	RETURN NULL;
END $$;

CREATE TRIGGER follow AFTER INSERT OR DELETE OR UPDATE OF id, customer ON orders
	FOR EACH ROW EXECUTE FUNCTION follow_orders();
CREATE TRIGGER follow AFTER INSERT OR DELETE OR UPDATE OF order_id, qty, price ON items
	FOR EACH ROW EXECUTE FUNCTION follow_items();
