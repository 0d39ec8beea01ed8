-- Fills the six tables at the data set's row counts.  The rows depend on nothing
-- but this file: every choice is a hash of the row's number, no random().
\set customers 99441
\set orders 99441
\set items 112650
\set payments 103886
\set products 32951
\set sellers 3095

-- A whole number in [0, n), drawn for row i under the name of a column.
CREATE FUNCTION pg_temp.draw(name text, i bigint, n integer) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ((hashint8extended(i, hashtextextended(name, 0)) & 4294967295) * n >> 32)::integer;

-- The same, small numbers being likelier (the density falls as 1 / square root).
CREATE FUNCTION pg_temp.draw_low(name text, i bigint, n integer) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ((pg_temp.draw(name, i, 1 << 24)::bigint * pg_temp.draw(name, i, 1 << 24) >> 24) * n >> 24)::integer;

CREATE FUNCTION pg_temp.city(i integer) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (ARRAY['sao paulo', 'rio de janeiro', 'belo horizonte', 'brasilia', 'curitiba', 'campinas', 'porto alegre',
	'salvador', 'guarulhos', 'sao bernardo do campo', 'niteroi', 'santo andre', 'osasco', 'santos', 'goiania',
	'sao jose dos campos', 'fortaleza', 'sorocaba', 'recife', 'florianopolis'])[1 + i % 20];

CREATE FUNCTION pg_temp.state(i integer) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (ARRAY['SP', 'RJ', 'MG', 'DF', 'PR', 'SP', 'RS', 'BA', 'SP', 'SP', 'RJ', 'SP', 'SP', 'SP', 'GO',
	'SP', 'CE', 'SP', 'PE', 'SC'])[1 + i % 20];

INSERT INTO ecom_customers
SELECT md5('customer' || i), md5('person' || i - CASE WHEN i % 30 = 0 THEN 1 ELSE 0 END),
	1000 + pg_temp.draw('customer zip', i, 98000), pg_temp.city(place), pg_temp.state(place)
FROM generate_series(1, :customers) i, LATERAL (SELECT pg_temp.draw_low('customer place', i, 20) AS place) p;

INSERT INTO ecom_sellers
SELECT md5('seller' || i), 1000 + pg_temp.draw('seller zip', i, 98000), pg_temp.city(place), pg_temp.state(place)
FROM generate_series(1, :sellers) i, LATERAL (SELECT pg_temp.draw_low('seller place', i, 20) AS place) p;

INSERT INTO ecom_products
SELECT md5('product' || i),
	(ARRAY['cama_mesa_banho', 'beleza_saude', 'esporte_lazer', 'moveis_decoracao', 'informatica_acessorios',
		'utilidades_domesticas', 'relogios_presentes', 'telefonia', 'ferramentas_jardim', 'automotivo',
		'brinquedos', 'cool_stuff', 'perfumaria', 'bebes', 'eletronicos', 'papelaria', 'fashion_bolsas',
		'pet_shop', 'moveis_escritorio', 'consoles_games'])[1 + pg_temp.draw_low('category', i, 20)],
	20 + pg_temp.draw('name', i, 45), 100 + pg_temp.draw_low('description', i, 3800),
	1 + pg_temp.draw_low('photos', i, 8), 50 + pg_temp.draw_low('weight', i, 30000),
	10 + pg_temp.draw_low('length', i, 95), 2 + pg_temp.draw_low('height', i, 100), 8 + pg_temp.draw_low('width', i, 110)
FROM generate_series(1, :products) i;

-- A customer has no order, one, or several.
INSERT INTO ecom_orders
SELECT md5('order' || i), md5('customer' || 1 + pg_temp.draw('order customer', i, :customers)), status,
	bought,
	CASE WHEN status NOT IN ('created', 'canceled') THEN bought + approval END,
	CASE WHEN status IN ('shipped', 'delivered') THEN bought + approval + handling END,
	CASE WHEN status = 'delivered' THEN bought + approval + handling + transport END,
	date_trunc('day', bought) + interval '25 days'
FROM generate_series(1, :orders) i,
	LATERAL (SELECT pg_temp.draw('status', i, 1000) AS s) d,
	LATERAL (SELECT
		CASE WHEN s < 970 THEN 'delivered' WHEN s < 981 THEN 'shipped' WHEN s < 987 THEN 'canceled'
			WHEN s < 993 THEN 'unavailable' WHEN s < 996 THEN 'invoiced' WHEN s < 999 THEN 'processing'
			ELSE 'created' END AS status,
		timestamp '2016-09-04 21:15:19' + interval '1 second' * pg_temp.draw('bought', i, 66700000) AS bought,
		interval '1 second' * (300 + pg_temp.draw_low('approval', i, 200000)) AS approval,
		interval '1 second' * (20000 + pg_temp.draw_low('handling', i, 700000)) AS handling,
		interval '1 second' * (80000 + pg_temp.draw_low('transport', i, 2500000)) AS transport) v;

-- One item for every order but each 128th; the rest goes to orders drawn, so that some have many.
-- The first product is the shop's best seller, with one item in 75 and more.
INSERT INTO ecom_order_items
SELECT order_id, row_number() OVER (PARTITION BY order_id ORDER BY i),
	md5('product' || CASE WHEN pg_temp.draw('best', i, 75) = 0 THEN 1 ELSE 1 + pg_temp.draw_low('product', i, :products) END),
	md5('seller' || 1 + pg_temp.draw_low('seller', i, :sellers)),
	timestamp '2016-09-12' + interval '1 second' * pg_temp.draw('limit', i, 66700000),
	4.90 + u * 0.012 + CASE WHEN u > 9000 THEN (u - 9000) * (u - 9000) * 0.0015 ELSE 0 END,
	5 + pg_temp.draw_low('freight', i, 8000) * 0.01
FROM (SELECT i, md5('order' || i) AS order_id FROM generate_series(1, :orders) i WHERE i % 128 <> 0
	UNION ALL
	SELECT j, md5('order' || 1 + pg_temp.draw('more items', j - j % (1 + j % 5), :orders))
	FROM generate_series(:orders + 1, :items + :orders / 128) j) o,
	LATERAL (SELECT pg_temp.draw('price', i, 10000) AS u) d;

-- One payment for every order but the first; the rest goes to orders drawn.
INSERT INTO ecom_order_payments
SELECT order_id, row_number() OVER (PARTITION BY order_id ORDER BY i),
	CASE WHEN t < 74 THEN 'credit_card' WHEN t < 93 THEN 'boleto' WHEN t < 98 THEN 'voucher' ELSE 'debit_card' END,
	CASE WHEN t < 74 THEN 1 + pg_temp.draw_low('installments', i, 12) ELSE 1 END,
	10 + pg_temp.draw_low('payment', i, 40000) * 0.01
FROM (SELECT i, md5('order' || i) AS order_id FROM generate_series(2, :orders) i
	UNION ALL
	SELECT j, md5('order' || 2 + pg_temp.draw('more payments', j - j % (1 + j % 4), :orders - 1))
	FROM generate_series(:orders + 1, :payments + 1) j) o,
	LATERAL (SELECT pg_temp.draw('payment type', i, 100) AS t) d;

VACUUM (ANALYZE) ecom_customers, ecom_orders, ecom_order_items, ecom_order_payments, ecom_products, ecom_sellers;
