-- The same documents by triggers per row: that of the order concerned is built anew.
CREATE VIEW documents AS :query;

CREATE FUNCTION rebuild(order_id int) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	UPDATE v SET document = d.document FROM documents d WHERE d.id = order_id AND v.id = d.id;
END $$;

CREATE FUNCTION follow_orders() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF TG_OP = 'UPDATE' AND NEW.id = OLD.id THEN
		PERFORM rebuild(NEW.id);
		RETURN NULL;
	END IF;
	IF TG_OP <> 'INSERT' THEN
		DELETE FROM v WHERE id = OLD.id;
	END IF;
	IF TG_OP <> 'DELETE' THEN
		INSERT INTO v SELECT d.id, d.document FROM documents d WHERE d.id = NEW.id;
	END IF;
	RETURN NULL;
END $$;
-- Of items and payments.
CREATE FUNCTION follow_parts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF TG_OP <> 'INSERT' THEN
		PERFORM rebuild(OLD.order_id);
	END IF;
	IF TG_OP = 'INSERT' OR TG_OP = 'UPDATE' AND NEW.order_id <> OLD.order_id THEN
		PERFORM rebuild(NEW.order_id);
	END IF;
	RETURN NULL;
END $$;
CREATE FUNCTION follow_customers() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
	concerned int;
BEGIN
	FOR concerned IN SELECT id FROM orders WHERE customer_id IN (CASE WHEN TG_OP <> 'INSERT' THEN OLD.id END, CASE WHEN TG_OP <> 'DELETE' THEN NEW.id END) LOOP
		PERFORM rebuild(concerned);
	END LOOP;
	RETURN NULL;
END $$;
CREATE FUNCTION follow_products() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
	concerned int;
BEGIN
	FOR concerned IN SELECT DISTINCT order_id FROM items WHERE product_id IN (CASE WHEN TG_OP <> 'INSERT' THEN OLD.id END, CASE WHEN TG_OP <> 'DELETE' THEN NEW.id END) LOOP
		PERFORM rebuild(concerned);
	END LOOP;
	RETURN NULL;
END $$;
CREATE FUNCTION follow_sellers() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
	concerned int;
BEGIN
	FOR concerned IN SELECT DISTINCT order_id FROM items WHERE seller_id IN (CASE WHEN TG_OP <> 'INSERT' THEN OLD.id END, CASE WHEN TG_OP <> 'DELETE' THEN NEW.id END) LOOP
		PERFORM rebuild(concerned);
	END LOOP;
	RETURN NULL;
END $$;

CREATE TRIGGER follow AFTER INSERT OR DELETE OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION follow_orders();
CREATE TRIGGER follow AFTER INSERT OR DELETE OR UPDATE OF order_id, no, product_id, seller_id, qty, price ON items
	FOR EACH ROW EXECUTE FUNCTION follow_parts();
CREATE TRIGGER follow AFTER INSERT OR DELETE OR UPDATE ON payments FOR EACH ROW EXECUTE FUNCTION follow_parts();
CREATE TRIGGER follow AFTER INSERT OR DELETE OR UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION follow_customers();
CREATE TRIGGER follow AFTER INSERT OR DELETE OR UPDATE ON products FOR EACH ROW EXECUTE FUNCTION follow_products();
CREATE TRIGGER follow AFTER INSERT OR DELETE OR UPDATE ON sellers FOR EACH ROW EXECUTE FUNCTION follow_sellers();
