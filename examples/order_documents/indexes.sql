-- Look-ups in the documents: by customer, and by the products in an array.
CREATE INDEX order_single_view_customer ON order_single_view ((document ->> 'customer_id'));
CREATE INDEX order_single_view_products ON order_single_view
	USING gin (jsonb_path_query_array(document, '$.order_items[*].product_id') jsonb_path_ops);
