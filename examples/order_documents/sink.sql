-- The same documents as a collection of MongoDB, in commit order: three more statements.
CREATE SERVER shop_mongo FOREIGN DATA WRAPPER deltaview_mongo OPTIONS (uri :'uri');
CREATE USER MAPPING FOR CURRENT_USER SERVER shop_mongo OPTIONS (user :'user', password :'password');
SELECT deltaview.create_sink('order_single_view', 'shop_mongo', 'shop', 'orders');
