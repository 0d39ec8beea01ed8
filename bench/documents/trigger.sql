-- What one would write by hand: a table of documents, and triggers per statement that build the documents of the orders
-- concerned anew.
CREATE INDEX ON ecom_orders (customer_id);
CREATE INDEX ON ecom_order_items (product_id);
CREATE INDEX ON ecom_order_items (seller_id);

CREATE FUNCTION rebuild(orders text[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	DELETE FROM order_single_view v
	WHERE v.order_id = ANY (orders) AND NOT EXISTS (SELECT FROM ecom_orders o WHERE o.order_id = v.order_id);
	INSERT INTO order_single_view AS v SELECT * FROM documents WHERE order_id = ANY (orders)
	ON CONFLICT (order_id) DO UPDATE SET document = excluded.document WHERE v.document <> excluded.document;
END $$;

CREATE FUNCTION follow() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
	changed text;
	orders text[];
BEGIN
	changed := CASE TG_OP WHEN 'INSERT' THEN 'TABLE entered' WHEN 'DELETE' THEN 'TABLE gone'
		ELSE 'TABLE entered UNION ALL TABLE gone' END;
	EXECUTE format(CASE TG_TABLE_NAME
		WHEN 'ecom_customers' THEN 'SELECT array_agg(DISTINCT o.order_id) FROM ecom_orders o JOIN (%s) c USING (customer_id)'
		WHEN 'ecom_products' THEN 'SELECT array_agg(DISTINCT i.order_id) FROM ecom_order_items i JOIN (%s) c USING (product_id)'
		WHEN 'ecom_sellers' THEN 'SELECT array_agg(DISTINCT i.order_id) FROM ecom_order_items i JOIN (%s) c USING (seller_id)'
		ELSE 'SELECT array_agg(DISTINCT c.order_id) FROM (%s) c' END, changed) INTO orders;
	PERFORM rebuild(orders);
	RETURN NULL;
END $$;

DO $$
DECLARE
	name text;
BEGIN
	FOREACH name IN ARRAY '{ecom_customers,ecom_orders,ecom_order_items,ecom_order_payments,ecom_products,ecom_sellers}'::text[] LOOP
		EXECUTE format('CREATE TRIGGER follow_insert AFTER INSERT ON %I REFERENCING NEW TABLE AS entered
			FOR EACH STATEMENT EXECUTE FUNCTION follow()', name);
		EXECUTE format('CREATE TRIGGER follow_delete AFTER DELETE ON %I REFERENCING OLD TABLE AS gone
			FOR EACH STATEMENT EXECUTE FUNCTION follow()', name);
		EXECUTE format('CREATE TRIGGER follow_update AFTER UPDATE ON %I REFERENCING OLD TABLE AS gone NEW TABLE AS entered
			FOR EACH STATEMENT EXECUTE FUNCTION follow()', name);
	END LOOP;
END $$;
