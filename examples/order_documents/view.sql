-- One document per order: the order's columns, its customer as an object, its
-- payments and items as arrays, each item with its product and its seller.
SELECT deltaview.create_document_view('order_single_view', root => 'ecom_orders');
SELECT deltaview.embed('order_single_view', 'ecom_customers',      path => 'customer_info',       type => 'object', relation => '{customer_id}');
SELECT deltaview.embed('order_single_view', 'ecom_order_payments', path => 'order_payments',      type => 'array',  relation => '{order_id}');
SELECT deltaview.embed('order_single_view', 'ecom_order_items',    path => 'order_items',         type => 'array',  relation => '{order_id}');
SELECT deltaview.embed('order_single_view', 'ecom_products',       path => 'order_items.product', type => 'object', relation => '{product_id}');
SELECT deltaview.embed('order_single_view', 'ecom_sellers',        path => 'order_items.seller',  type => 'object', relation => '{seller_id}');
SELECT deltaview.start('order_single_view');
