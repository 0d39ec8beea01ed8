-- The same join by triggers per row.
CREATE FUNCTION follow_orders() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF TG_OP = 'UPDATE' AND NEW.id = OLD.id THEN
		UPDATE v SET customer = NEW.customer WHERE order_id = NEW.id;
		RETURN NULL;
	END IF;
	IF TG_OP <> 'INSERT' THEN
		DELETE FROM v WHERE order_id = OLD.id;
	END IF;
	IF TG_OP <> 'DELETE' THEN
		INSERT INTO v SELECT order_id, no, NEW.customer, product, qty * price FROM items WHERE order_id = NEW.id;
	END IF;
	RETURN NULL;
END $$;
CREATE FUNCTION follow_items() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF TG_OP = 'UPDATE' AND NEW.order_id = OLD.order_id AND NEW.no = OLD.no THEN
		UPDATE v SET product = NEW.product, amount = NEW.qty * NEW.price WHERE order_id = NEW.order_id AND no = NEW.no;
		RETURN NULL;
	END IF;
	IF TG_OP <> 'INSERT' THEN
		DELETE FROM v WHERE order_id = OLD.order_id AND no = OLD.no;
	END IF;
	IF TG_OP <> 'DELETE' THEN
		INSERT INTO v SELECT NEW.order_id, NEW.no, customer, NEW.product, NEW.qty * NEW.price
		FROM orders WHERE id = NEW.order_id;
	END IF;
	RETURN NULL;
END $$;

CREATE TRIGGER follow AFTER INSERT OR DELETE OR UPDATE OF id, customer ON orders
	FOR EACH ROW EXECUTE FUNCTION follow_orders();
CREATE TRIGGER follow AFTER INSERT OR DELETE OR UPDATE OF order_id, no, product, qty, price ON items
	FOR EACH ROW EXECUTE FUNCTION follow_items();
