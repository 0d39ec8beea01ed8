-- Milliseconds per transaction that changes one item.
CREATE TABLE some_items AS SELECT order_id, order_item_id FROM ecom_order_items ORDER BY md5(order_id) LIMIT 2200;
CREATE PROCEDURE change_items(low int, high int) LANGUAGE plpgsql AS $$
DECLARE
	item record;
BEGIN
	FOR item IN SELECT * FROM some_items ORDER BY order_id OFFSET low LIMIT high - low LOOP
		UPDATE ecom_order_items i SET freight_value = freight_value + 0.01
		WHERE i.order_id = item.order_id AND i.order_item_id = item.order_item_id;
		COMMIT;
	END LOOP;
END $$;
CALL change_items(0, 200);
SELECT cpu_ms() AS began \gset
CALL change_items(200, 2200);
SELECT (cpu_ms() - :began) / 2000;
