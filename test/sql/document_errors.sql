-- What a document view refuses: each error says what and where, and changes nothing.
SET client_min_messages = warning;
CREATE SCHEMA document_errors;
SET search_path = document_errors, public;
CREATE TABLE orders (order_id text PRIMARY KEY, customer_id int, document int);
CREATE TABLE items (order_id text, no int, product_id text, about json, PRIMARY KEY (order_id, no));
CREATE TABLE products (product_id text PRIMARY KEY, name text);
CREATE TABLE no_key (a int);
CREATE TABLE odd_key (document int PRIMARY KEY);
CREATE SEQUENCE numbers;
CREATE FUNCTION unseen(int) RETURNS bool LANGUAGE sql STABLE AS 'SELECT true';
CREATE FUNCTION state() RETURNS TABLE (documents bigint, embeds bigint, views bigint) LANGUAGE sql AS
$$ SELECT (SELECT count(*) FROM deltaview.documents), (SELECT count(*) FROM deltaview.embeds), (SELECT count(*) FROM deltaview.views) $$;

CREATE FUNCTION refused(statement text) RETURNS text LANGUAGE plpgsql AS $f$
DECLARE
	message text;
	detail text;
	hint text;
BEGIN
	EXECUTE statement;
	RETURN 'done';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN concat_ws(E'\n  ', SQLSTATE || ' ' || message, nullif(detail, ''), nullif(hint, ''));
END $f$;
\pset format unaligned
\pset tuples_only on
-- the declaration
SELECT refused($q$SELECT deltaview.create_document_view('v', 'no_key')$q$);
SELECT refused($q$SELECT deltaview.create_document_view('v', 'odd_key')$q$);
SELECT refused($q$SELECT deltaview.create_document_view('v', 'numbers')$q$);
SELECT refused($q$SELECT deltaview.create_document_view('v', 'pg_class')$q$);
SELECT refused($q$SELECT deltaview.create_document_view('v', 'nobody')$q$);
SELECT refused($q$SELECT deltaview.create_document_view('v', 0)$q$);
SELECT refused($q$SELECT deltaview.create_document_view('orders', 'orders')$q$);
SELECT refused($q$SELECT deltaview.create_document_view('nowhere.v', 'orders')$q$);
SELECT refused($q$SELECT deltaview.create_document_view('deltaview.v', 'orders')$q$);
SELECT refused($q$SELECT deltaview.create_document_view('v', 'orders', columns => '{order_id,nothing}')$q$);
SELECT refused($q$SELECT deltaview.create_document_view('v', 'orders', columns => '{ctid}')$q$);
SELECT refused($q$SELECT deltaview.create_document_view('v', 'orders', columns => '{order_id=a,customer_id=a}')$q$);
SELECT refused($q$SELECT deltaview.create_document_view('v', 'orders', columns => '{order_id=}')$q$);
SELECT refused($q$SELECT deltaview.create_document_view('v', 'orders', columns => '{order_id,NULL}')$q$);
SELECT refused($q$SELECT deltaview.create_document_view('v', 'orders', refresh => 'sometimes')$q$);
SELECT refused($q$SELECT deltaview.create_document_view('v', 'orders', refresh => NULL)$q$);
SELECT refused($q$SELECT deltaview.create_document_view(NULL, 'orders')$q$);
SELECT refused($q$SELECT deltaview.create_document_view('v', NULL)$q$);
SELECT refused($q$SELECT deltaview.create_document_view('v', 'orders', filter => 'nothing > 1')$q$);
SELECT refused($q$SELECT deltaview.create_document_view('v', 'orders', filter => 'customer_id')$q$);
SELECT refused($q$SELECT deltaview.create_document_view('v', 'orders', filter => 'customer_id > 1; DROP TABLE orders')$q$);
SELECT refused($q$SELECT deltaview.create_document_view('v', 'orders', filter => 'customer_id > 1) OR (true')$q$);
SELECT refused($q$SELECT deltaview.create_document_view('v', 'orders', filter => 'true FROM items')$q$);
SELECT refused($q$SELECT deltaview.create_document_view('v', 'orders', filter => 'true ORDER BY 1')$q$);
SELECT refused($q$SELECT deltaview.create_document_view('v', 'orders', filter => 'true, true')$q$);
SELECT refused($q$SELECT deltaview.create_document_view('v', 'orders', filter => '')$q$);
SELECT refused($q$SELECT deltaview.create_document_view('v', 'orders', filter => 'EXISTS (SELECT FROM items)')$q$);
SELECT refused($q$SELECT deltaview.create_document_view('v', 'orders', filter => 'count(*) > 1')$q$);
SELECT refused($q$SELECT deltaview.create_document_view('v', 'orders', filter => 'random() > 0.5')$q$);
SELECT refused($q$SELECT deltaview.create_document_view('v', 'orders', filter => 'unseen(customer_id)')$q$);
SELECT * FROM state();

-- what is embedded
SELECT refused($q$SELECT deltaview.create_document_view('v', 'orders')$q$);
SELECT refused($q$SELECT deltaview.create_document_view('v', 'orders')$q$);
SELECT refused($q$SELECT deltaview.embed('w', 'items', 'items', 'array', '{order_id}')$q$);
SELECT refused($q$SELECT deltaview.embed('orders', 'items', 'items', 'array', '{order_id}')$q$);
SELECT refused($q$SELECT deltaview.embed('v', 'items', 'items', 'list', '{order_id}')$q$);
SELECT refused($q$SELECT deltaview.embed('v', 'items', 'items', NULL, '{order_id}')$q$);
SELECT refused($q$SELECT deltaview.embed('v', 'items', 'items', 'array', NULL)$q$);
SELECT refused($q$SELECT deltaview.embed('v', 'items', 'items', 'array', '{}')$q$);
SELECT refused($q$SELECT deltaview.embed('v', 'items', 'items', 'array', '{NULL}')$q$);
SELECT refused($q$SELECT deltaview.embed('v', 'items', 'items', 'array', '{order}')$q$);
SELECT refused($q$SELECT deltaview.embed('v', 'items', 'items', 'array', '{customer_id}')$q$);
SELECT refused($q$SELECT deltaview.embed('v', 'items', 'items', 'array', '{order_id=nothing}')$q$);
SELECT refused($q$SELECT deltaview.embed('v', 'items', 'items', 'array', '{customer_id=order_id}')$q$);
SELECT refused($q$SELECT deltaview.embed('v', 'items', 'items', 'array', '{order_id=about}')$q$);
SELECT refused($q$SELECT deltaview.embed('v', 'items', 'items', 'array', '{order_id}', order_by => 'about')$q$);
SELECT refused($q$SELECT deltaview.embed('v', 'items', 'items', 'array', '{order_id}', order_by => '1')$q$);
SELECT refused($q$SELECT deltaview.embed('v', 'items', 'items', 'array', '{order_id}', order_by => 'no LIMIT 1')$q$);
SELECT refused($q$SELECT deltaview.embed('v', 'items', 'items', 'array', '{order_id}', order_by => 'no, nothing')$q$);
SELECT refused($q$SELECT deltaview.embed('v', 'items', 'items', 'array', '{order_id}', order_by => 'no USING <')$q$);
SELECT refused($q$SELECT deltaview.embed('v', 'items', 'items', 'array', '{order_id}', order_by => '(SELECT no)')$q$);
SELECT refused($q$SELECT deltaview.embed('v', 'items', 'items', 'array', '{order_id}', order_by => 'sum(no)')$q$);
SELECT refused($q$SELECT deltaview.embed('v', 'items', 'items', 'array', '{order_id}', order_by => 'unseen(no)')$q$);
SELECT refused($q$SELECT deltaview.embed('v', 'items', '', 'array', '{order_id}')$q$);
SELECT refused($q$SELECT deltaview.embed('v', 'items', 'a..b', 'array', '{order_id}')$q$);
SELECT refused($q$SELECT deltaview.embed('v', 'items', 'a.b', 'array', '{order_id}')$q$);
SELECT refused($q$SELECT deltaview.embed('v', 'items', 'customer_id', 'array', '{order_id}')$q$);
SELECT refused($q$SELECT deltaview.embed('v', 'numbers', 'items', 'array', '{order_id}')$q$);
SELECT refused($q$SELECT deltaview.embed('v', 'items', 'items', 'array', '{order_id}')$q$);
SELECT refused($q$SELECT deltaview.embed('v', 'items', 'items', 'array', '{order_id}')$q$);
SELECT refused($q$SELECT deltaview.embed('v', 'products', 'items.product_id', 'object', '{product_id}')$q$);
SELECT refused($q$SELECT deltaview.embed('v', 'orders', 'items.order', 'object', '{order_id}')$q$);
SELECT refused($q$SELECT deltaview.unembed('v', 'item')$q$);
SELECT refused($q$SELECT deltaview.unembed('w', 'items')$q$);
SELECT * FROM state();

-- the start, and a live view
SELECT refused($q$SELECT deltaview.start('w')$q$);
SELECT refused($q$SELECT deltaview.start('orders')$q$);
CREATE TABLE v ();
SELECT refused($q$SELECT deltaview.start('v')$q$);
DROP TABLE v;
ALTER TABLE items ALTER product_id TYPE json USING NULL;
SELECT refused($q$SELECT deltaview.embed('v', 'products', 'items.product', 'object', '{product_id}')$q$);
ALTER TABLE items ALTER product_id TYPE text;
SELECT refused($q$SELECT deltaview.embed('v', 'products', 'items.product', 'object', '{product_id}')$q$);
ALTER TABLE products RENAME TO goods;
ALTER TABLE goods DROP COLUMN product_id;
SELECT refused($q$SELECT deltaview.start('v')$q$);
ALTER TABLE goods ADD COLUMN product_id text PRIMARY KEY;
BEGIN;
SELECT refused($q$SELECT deltaview.start('v')$q$);
SELECT refused($q$SELECT deltaview.start('v')$q$);
ROLLBACK;
SELECT refused($q$SELECT deltaview.start('v')$q$);
INSERT INTO items VALUES ('o1', 1, 'p1');
INSERT INTO orders VALUES ('o1', 1);
SELECT refused($q$SELECT deltaview.start('v')$q$);
SELECT refused($q$SELECT deltaview.create_document_view('v', 'orders')$q$);
SELECT refused($q$SELECT deltaview.embed('v', 'items', 'more', 'array', '{order_id}', filter => 'unseen(no)')$q$);
SELECT refused($q$SELECT deltaview.embed('v', 'v', 'self', 'object', '{order_id}')$q$);
SELECT refused($q$SELECT deltaview.create_view('reader', 'SELECT order_id, document FROM v')$q$);
SELECT refused($q$SELECT deltaview.embed('v', 'reader', 'self', 'object', '{order_id}')$q$);
CREATE FUNCTION fails(int) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT 1 / ($1 - $1) > 0';
SELECT refused($q$SELECT deltaview.embed('v', 'items', 'more', 'array', '{order_id}', filter => 'fails(no)')$q$);
CREATE UNLOGGED TABLE passing (order_id text PRIMARY KEY);
SELECT refused($q$SELECT deltaview.embed('v', 'passing', 'more', 'array', '{order_id}')$q$);
SELECT * FROM v;
SELECT * FROM verify_both_ways('v');
SELECT * FROM state();

-- rights: the declaration is its owner's, as the view is
CREATE ROLE document_owner;
CREATE ROLE document_other;
GRANT CREATE, USAGE ON SCHEMA document_errors TO document_owner, document_other;
SET ROLE document_owner;
SELECT refused($q$SELECT deltaview.create_document_view('mine', 'orders')$q$);
RESET ROLE;
GRANT SELECT, TRIGGER ON orders, goods TO document_owner;
GRANT SELECT ON items TO document_owner;
SET ROLE document_owner;
SELECT refused($q$SELECT deltaview.create_document_view('mine', 'orders')$q$);
SELECT refused($q$SELECT deltaview.embed('mine', 'items', 'items', 'array', '{order_id}')$q$);
SELECT refused($q$SELECT deltaview.embed('v', 'items', 'more', 'array', '{order_id}')$q$);
SELECT refused($q$SELECT deltaview.start('mine')$q$);
SET ROLE document_other;
SELECT refused($q$SELECT deltaview.embed('mine', 'items', 'more', 'array', '{order_id}')$q$);
SELECT refused($q$SELECT deltaview.unembed('mine', 'items')$q$);
SELECT refused($q$SELECT deltaview.start('mine')$q$);
SELECT refused($q$SELECT deltaview.drop_view('mine')$q$);
RESET ROLE;
GRANT TRIGGER ON items TO document_owner;
SELECT refused($q$SELECT deltaview.start('mine')$q$);
SELECT relowner::regrole FROM pg_class WHERE oid = 'mine'::regclass;
SET ROLE document_other;
SELECT refused($q$SELECT deltaview.unembed('mine', 'items')$q$);
SELECT refused($q$SELECT deltaview.drop_view('mine')$q$);
RESET ROLE;
SELECT refused($q$SELECT deltaview.unembed('mine', 'items')$q$);
SELECT v.view, pg_get_userbyid(c.relowner) FROM deltaview.view_catalog v JOIN pg_class c ON c.oid = v.definition WHERE v.view = 'mine'::regclass;
\pset format aligned
\pset tuples_only off
DROP SCHEMA document_errors CASCADE;
DROP ROLE document_owner, document_other;
SELECT * FROM leftovers();
