-- The same documents by a query written by hand.
SELECT o.order_id,
	to_jsonb(o) || jsonb_build_object(
		'customer_info', (
			SELECT to_jsonb(c) FROM ecom_customers c WHERE c.customer_id = o.customer_id),
		'order_payments', coalesce((
			SELECT jsonb_agg(to_jsonb(p) ORDER BY p.payment_sequential)
			FROM ecom_order_payments p WHERE p.order_id = o.order_id), '[]'),
		'order_items', coalesce((
			SELECT jsonb_agg(to_jsonb(i) || jsonb_build_object(
					'product', (SELECT to_jsonb(p) FROM ecom_products p WHERE p.product_id = i.product_id),
					'seller', (SELECT to_jsonb(s) FROM ecom_sellers s WHERE s.seller_id = i.seller_id))
				ORDER BY i.order_item_id)
			FROM ecom_order_items i WHERE i.order_id = o.order_id), '[]')) AS document
FROM ecom_orders o
