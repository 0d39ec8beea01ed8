SELECT o.customer, count(*) AS items, sum(i.qty * i.price) AS amount
FROM orders o JOIN items i ON i.order_id = o.id GROUP BY o.customer
