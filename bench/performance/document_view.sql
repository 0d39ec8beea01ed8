SELECT deltaview.create_document_view('v', root => 'orders', columns => '{id,status,placed}');
SELECT deltaview.embed('v', 'customers', path => 'customer', type => 'object', relation => '{customer_id=id}', columns => '{id,name,city}');
SELECT deltaview.embed('v', 'payments', path => 'payments', type => 'array', relation => '{id=order_id}', columns => '{no,kind,amount}');
SELECT deltaview.embed('v', 'items', path => 'items', type => 'array', relation => '{id=order_id}', columns => '{no,qty,price}');
SELECT deltaview.embed('v', 'products', path => 'items.product', type => 'object', relation => '{product_id=id}', columns => '{id,name,price}');
SELECT deltaview.embed('v', 'sellers', path => 'items.seller', type => 'object', relation => '{seller_id=id}', columns => '{id,name,city}');
SELECT deltaview.start('v');
