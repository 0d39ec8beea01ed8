-- A change of one row is really incremental: over tables of 100,000 rows its flush reads fewer than 1,000 rows of base tables.
SET client_min_messages = warning;
CREATE SCHEMA incremental;
SET search_path = incremental, public;
CREATE TABLE customers (id int PRIMARY KEY, city text, rank int);
CREATE TABLE orders (id int PRIMARY KEY, customer int, status int, amount numeric);
CREATE TABLE items ("order" int, no int, product int, price numeric, PRIMARY KEY ("order", no));
CREATE TABLE events (host int, at int, value int); -- no key
INSERT INTO customers SELECT i, 'city ' || i % 5000, i % 100 FROM generate_series(1, 100000) i;
INSERT INTO orders SELECT i, 1 + i * 7 % 100000, i % 5, i % 1000 FROM generate_series(1, 100000) i;
INSERT INTO items SELECT 1 + i % 100000, i / 100000, i % 3000, i % 100 FROM generate_series(1, 100000) i;
INSERT INTO events SELECT i % 10000, i, i * 31 % 1000 FROM generate_series(1, 100000) i;
CREATE INDEX ON customers (city);
CREATE INDEX ON orders (customer);
CREATE INDEX ON items (product);
CREATE INDEX ON events (host);
ANALYZE customers, orders, items, events;

-- rows of base tables that this transaction has read
CREATE FUNCTION rows_read() RETURNS bigint LANGUAGE sql AS $$
  SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::bigint FROM pg_stat_xact_all_tables
  WHERE relid IN ('customers'::regclass, 'orders'::regclass, 'items'::regclass, 'events'::regclass) $$;

-- for each view and each of its base tables: change one row, flush, and look at what that read; then take it back
CREATE FUNCTION probe(INOUT view regclass, OUT base_table regclass, OUT strategy text, OUT change text, OUT few bool, OUT same bool)
RETURNS SETOF record LANGUAGE plpgsql AS $$
DECLARE
	before bigint;
	changes jsonb := '{
		"customers": {"update": "UPDATE customers SET city = ''city 7'', rank = 7 WHERE id = 4711", "insert": "INSERT INTO customers VALUES (200000, ''city 8'', 8)", "delete": "DELETE FROM customers WHERE id = 4712"},
		"orders": {"update": "UPDATE orders SET amount = 1000000, customer = 4711, status = 4 WHERE id = 815", "insert": "INSERT INTO orders VALUES (200000, 4711, 1, 5)", "delete": "DELETE FROM orders WHERE id = 816"},
		"items": {"update": "UPDATE items SET price = 1000000, product = 11 WHERE \"order\" = 815", "insert": "INSERT INTO items VALUES (815, 99, 12, 7)", "delete": "DELETE FROM items WHERE \"order\" = 816"},
		"events": {"update": "UPDATE events SET value = 1000000, host = 17 WHERE host = 18 AND at = 10018", "insert": "INSERT INTO events VALUES (19, 0, 0)", "delete": "DELETE FROM events WHERE host = 20 AND at = 20"}}';
	sql text;
BEGIN
	FOR base_table, strategy IN SELECT t.base_table, t.strategy FROM deltaview.view_tables t WHERE t.view = probe.view ORDER BY t.base_table::text LOOP
		FOR change, sql IN SELECT * FROM jsonb_each_text(changes -> base_table::text) ORDER BY 1 LOOP
			BEGIN
				EXECUTE sql;
				before := rows_read();
				PERFORM deltaview.flush();
				few := rows_read() - before < 1000;
				IF NOT few THEN
					RAISE WARNING '% of % read % rows of base tables', change, base_table, rows_read() - before;
				END IF;
				-- the whole comparison for one change of each
				same := CASE WHEN change = 'update' THEN (SELECT only_in_view + only_in_query + verify = 0 FROM verify_both_ways(view)) END;
				RAISE EXCEPTION USING ERRCODE = 'DV000';
			EXCEPTION WHEN SQLSTATE 'DV000' THEN
				NULL;
			END;
			RETURN NEXT;
		END LOOP;
	END LOOP;
END $$;
SELECT deltaview.create_view('l', 'SELECT o.id, c.city, o.amount FROM orders o JOIN customers c ON c.id = o.customer');
-- the measure itself: a recompute reads all rows
BEGIN;
SELECT rows_read() AS before \gset
SELECT deltaview.refresh('l', 'complete');
SELECT rows_read() - :before >= 200000 AS all_rows;
COMMIT;
SELECT * FROM probe('l');
DROP TABLE l;
SELECT deltaview.create_view('l3', 'SELECT c.city, i.price FROM orders o JOIN customers c ON c.id = o.customer JOIN items i ON i."order" = o.id WHERE i.product < 1000');
SELECT * FROM probe('l3');
DROP TABLE l3;
SELECT deltaview.create_view('l1', 'SELECT host, value * 2 AS twice FROM events WHERE value > 500');
SELECT * FROM probe('l1');
DROP TABLE l1;
SELECT deltaview.create_view('a', 'SELECT c.city, count(*) AS n, sum(o.amount) AS s, avg(o.amount) AS mean FROM orders o JOIN customers c ON c.id = o.customer GROUP BY c.city');
SELECT * FROM probe('a');
DROP TABLE a;
SELECT deltaview.create_view('a1', 'SELECT host, count(*) AS n, min(value) AS low, max(value) AS high FROM events GROUP BY host HAVING count(*) > 2');
SELECT * FROM probe('a1');
DROP TABLE a1;
SELECT deltaview.create_view('a0', 'SELECT count(*) AS n, sum(amount) AS s FROM orders');
SELECT * FROM probe('a0');
DROP TABLE a0;
SELECT deltaview.create_view('k', 'SELECT c.id, c.city, o.amount FROM customers c LEFT JOIN orders o ON o.customer = c.id');
SELECT * FROM probe('k');
DROP TABLE k;
SELECT deltaview.create_view('e', 'SELECT c.id, c.city FROM customers c WHERE NOT EXISTS (SELECT FROM orders o WHERE o.customer = c.id AND o.amount > 100)');
SELECT * FROM probe('e');
DROP TABLE e;
SELECT deltaview.create_view('d', $$SELECT o.id, jsonb_build_object('amount', o.amount,
  'customer', (SELECT to_jsonb(c) FROM customers c WHERE c.id = o.customer),
  'items', coalesce((SELECT jsonb_agg(to_jsonb(i) ORDER BY i.no) FROM items i WHERE i."order" = o.id), '[]')) AS document FROM orders o$$);
SELECT * FROM probe('d');
DROP TABLE d;
SELECT deltaview.create_view('w', 'SELECT host, at, value, rank() OVER (PARTITION BY host ORDER BY value DESC, at) AS place FROM events');
SELECT * FROM probe('w');
DROP TABLE w;
SELECT deltaview.create_view('g', 'SELECT host, array_agg(value ORDER BY at) AS list FROM events GROUP BY host');
SELECT * FROM probe('g');
DROP TABLE g;
DROP SCHEMA incremental CASCADE;
