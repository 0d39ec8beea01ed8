SELECT o.id, jsonb_build_object('id', o.id, 'status', o.status, 'placed', o.placed,
	'customer', (
		SELECT jsonb_build_object('id', c.id, 'name', c.name, 'city', c.city) FROM customers c WHERE c.id = o.customer_id),
	'payments', coalesce((
		SELECT jsonb_agg(jsonb_build_object('no', p.no, 'kind', p.kind, 'amount', p.amount) ORDER BY p.no)
		FROM payments p WHERE p.order_id = o.id), '[]'),
	'items', coalesce((
		SELECT jsonb_agg(jsonb_build_object('no', i.no, 'qty', i.qty, 'price', i.price,
			'product', (SELECT jsonb_build_object('id', p.id, 'name', p.name, 'price', p.price)
				FROM products p WHERE p.id = i.product_id),
			'seller', (SELECT jsonb_build_object('id', s.id, 'name', s.name, 'city', s.city)
				FROM sellers s WHERE s.id = i.seller_id)) ORDER BY i.no)
		FROM items i WHERE i.order_id = o.id), '[]')) AS document
FROM orders o
