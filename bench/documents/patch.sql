-- One item of a document changes: to build the whole document anew, or to put the new element in its place in the one that
-- is stored.  Microseconds of CPU per change, for documents of 2, 20 and 200 items; the write of the new document is in both.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
CREATE TABLE sizes (items int, n int);
INSERT INTO sizes VALUES (2, 400), (20, 200), (200, 40);
INSERT INTO ecom_orders (order_id, customer_id, order_status) SELECT md5(items || ' items ' || i), md5('customer' || i), 'sized'
FROM sizes, generate_series(1, n) i;
INSERT INTO ecom_order_items SELECT md5(items || ' items ' || i), k, md5('product' || (i * 211 + k * 17) % 32951), md5('seller' || (i + k) % 3095),
	timestamp '2018-10-25', 20, 9.90 FROM sizes, generate_series(1, n) i, generate_series(1, items) k;
ANALYZE ecom_order_items, ecom_orders;
CREATE TABLE stored AS SELECT d.* FROM sizes, generate_series(1, n) i, documents d WHERE d.order_id = md5(items || ' items ' || i);
ALTER TABLE stored ADD PRIMARY KEY (order_id);

CREATE FUNCTION element(o text, k int) RETURNS jsonb STABLE LANGUAGE sql AS
$$ SELECT to_jsonb(i) || jsonb_build_object('product', (SELECT to_jsonb(p) FROM ecom_products p WHERE p.product_id = i.product_id),
		'seller', (SELECT to_jsonb(s) FROM ecom_sellers s WHERE s.seller_id = i.seller_id))
	FROM ecom_order_items i WHERE i.order_id = o AND i.order_item_id = k $$;

-- How long `rounds` over all documents of a size take, per document.
CREATE FUNCTION measure(size int, how text, rounds int) RETURNS float LANGUAGE plpgsql AS $$
DECLARE
	o text;
	done int := 0;
	began float := cpu_ms();
	place text[];
	new jsonb;
BEGIN
	FOR r IN 1 .. rounds LOOP
		FOR o IN SELECT md5(size || ' items ' || i) FROM sizes, generate_series(1, n) i WHERE items = size LOOP
			place := ARRAY['order_items', ((done * 7) % size)::text];
			IF how = 'whole' THEN
				UPDATE stored s SET document = d.document FROM documents d WHERE s.order_id = o AND d.order_id = o;
			ELSIF how = 'patch' THEN
				UPDATE stored s SET document = jsonb_set(s.document, place, element(o, 1 + (done * 7) % size)) WHERE s.order_id = o;
			ELSIF how = 'build' THEN
				SELECT d.document INTO new FROM documents d WHERE d.order_id = o;
			ELSIF how = 'write' THEN
				UPDATE stored s SET document = jsonb_set(s.document, '{order_status}', to_jsonb(done)) WHERE s.order_id = o;
			END IF;
			done := done + 1;
		END LOOP;
	END LOOP;
	RETURN (cpu_ms() - began) * 1000 / done;
END $$;

CREATE TABLE results (items int, how text, took float);
SELECT format('INSERT INTO results SELECT %s, %L, measure(%s, %L, 2)', items, how, items, how)
FROM generate_series(0, 4) r, unnest('{build,write,whole,patch}'::text[]) how, sizes ORDER BY r, how, items \gexec
\echo 'microseconds of CPU per change, median of 5; "build" computes the document only, "write" writes another one of the size'
SELECT items, (SELECT pg_size_pretty(length(document::text)::bigint) FROM stored WHERE order_id = md5(items || ' items 1')) AS document,
	round(percentile_cont(0.5) WITHIN GROUP (ORDER BY took) FILTER (WHERE how = 'build')) AS build,
	round(percentile_cont(0.5) WITHIN GROUP (ORDER BY took) FILTER (WHERE how = 'write')) AS write,
	round(percentile_cont(0.5) WITHIN GROUP (ORDER BY took) FILTER (WHERE how = 'whole')) AS whole,
	round(percentile_cont(0.5) WITHIN GROUP (ORDER BY took) FILTER (WHERE how = 'patch')) AS patch
FROM results GROUP BY items ORDER BY items;
