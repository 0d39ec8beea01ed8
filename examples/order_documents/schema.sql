-- A web shop: six tables with the columns of the public Olist data set.
-- No foreign keys: an order may arrive before its customer, an item before its order.
CREATE TABLE ecom_customers (
	customer_id text PRIMARY KEY,
	customer_unique_id text NOT NULL,
	customer_zip_code_prefix integer,
	customer_city text,
	customer_state text
);

CREATE TABLE ecom_orders (
	order_id text PRIMARY KEY,
	customer_id text NOT NULL,
	order_status text,
	order_purchase_timestamp timestamp,
	order_approved_at timestamp,
	order_delivered_carrier_date timestamp,
	order_delivered_customer_date timestamp,
	order_estimated_delivery_date timestamp
);

CREATE TABLE ecom_order_items (
	order_id text NOT NULL,
	order_item_id integer NOT NULL,
	product_id text,
	seller_id text,
	shipping_limit_date timestamp,
	price numeric(10,2),
	freight_value numeric(10,2),
	PRIMARY KEY (order_id, order_item_id)
);

CREATE TABLE ecom_order_payments (
	order_id text NOT NULL,
	payment_sequential integer NOT NULL,
	payment_type text,
	payment_installments integer,
	payment_value numeric(10,2),
	PRIMARY KEY (order_id, payment_sequential)
);

CREATE TABLE ecom_products (
	product_id text PRIMARY KEY,
	product_category_name text,
	product_name_lenght integer,        -- the data set's own spelling
	product_description_lenght integer,
	product_photos_qty integer,
	product_weight_g integer,
	product_length_cm integer,
	product_height_cm integer,
	product_width_cm integer
);

CREATE TABLE ecom_sellers (
	seller_id text PRIMARY KEY,
	seller_zip_code_prefix integer,
	seller_city text,
	seller_state text
);
