SELECT i.order_id, i.no, o.customer, i.product, i.qty * i.price AS amount FROM orders o JOIN items i ON i.order_id = o.id
