-- The tables that all views read.  Behind each column stand the values that it takes: "a | b | NULL", or "1..9";
-- a table has some 10 to 30 rows.

CREATE TYPE mood AS ENUM ('sad', 'fine', 'glad');
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE DOMAIN word AS text CHECK (VALUE <> '');
CREATE TYPE pair AS (a int, b text);
CREATE TYPE textrange AS RANGE (subtype = text, collation = "C");

CREATE TABLE customers (
	id int PRIMARY KEY, -- 1..18
	name text, -- Ana | Bea | Caio | Davi | Eva | NULL
	city text, -- Recife | Santos | Olinda | NULL
	region text NOT NULL, -- north | south
	credit numeric(10,2), -- 0 | 10.50 | 99.90 | 250 | NULL
	vip bool, -- true | false | NULL
	boss int, -- 1..20 | NULL
	since date -- 2020-01-01 | 2020-02-29 | 2021-06-15 | 2022-12-31 | NULL
);

CREATE TABLE orders (
	id int PRIMARY KEY, -- 1..40
	customer_id int, -- 1..22 | NULL | NULL
	amount numeric(12,2), -- 1.00 | 5.50 | 5.50 | 25 | 99.99 | 120 | NULL
	qty int, -- 1..6 | NULL
	status text, -- open | open | paid | sent | NULL
	placed date NOT NULL -- 2021-01-01 | 2021-01-02 | 2021-01-15 | 2021-02-01 | 2021-03-31 | 2022-01-01
);
CREATE INDEX orders_customer ON orders (customer_id);

CREATE TABLE items (
	order_id int NOT NULL, -- 1..40
	line int NOT NULL, -- 1..4
	product text, -- p1 | p2 | p3 | p4 | p5 | p9 | NULL
	qty int, -- 1..5 | NULL
	price numeric(8,2) NOT NULL, -- 0.99 | 2.50 | 10 | 19.90
	PRIMARY KEY (order_id, line)
);

CREATE TABLE products (
	code text PRIMARY KEY, -- p1 | p2 | p3 | p4 | p5 | p6 | p7
	category text, -- toy | book | food | NULL
	price numeric(8,2), -- 0.99 | 2.50 | 10 | 19.90 | NULL
	tags text[], -- {} | {a} | {a,b} | {b,c,NULL} | NULL
	since date -- 2020-01-01 | 2021-01-15 | 2021-02-01 | NULL
);

-- No key, and many a row twice.
CREATE TABLE events (
	customer_id int, -- 1..12 | NULL
	kind text, -- click | view | buy | NULL
	n int, -- 1..4 | NULL
	at timestamptz, -- 2021-01-01 10:00+00 | 2021-01-01 23:30+00 | 2021-01-02 00:30+00 | 2021-02-01 12:00+00 | NULL
	doc jsonb -- {"a": 1, "b": ["x", "y"]} | {"a": 2, "b": ["y"]} | {"b": []} | [1, 2] | NULL
);

CREATE TABLE edges (
	src int NOT NULL, -- 1..7
	dst int NOT NULL, -- 1..7
	w int, -- 1..4 | NULL
	PRIMARY KEY (src, dst)
);

-- A column of each kind of number.
CREATE TABLE numbers (
	id int PRIMARY KEY, -- 1..30
	g int, -- 1..4 | NULL
	s smallint, -- -3..3 | NULL
	i int, -- -20..20 | NULL
	b bigint, -- 5000000000 | -5000000000 | 7 | 0 | NULL
	n numeric, -- 0.1 | 1.25 | -3.5 | 1000000 | 7 | NULL
	r real, -- 0.25 | -1.5 | 3 | 100 | NULL
	f double precision, -- 0.5 | -0.25 | 7.75 | 1024 | NULL
	m money, -- 1.50 | 20 | -3.25 | NULL
	v interval, -- 1 day | 2 hours | 1 mon | NULL
	flag bool -- true | false | NULL
);

-- A column of each other kind.
CREATE TABLE things (
	id int PRIMARY KEY, -- 1..24
	vc varchar(8), -- aa | Aa | b | NULL
	ch char(4), -- x | yy | NULL
	ba bytea, -- \x00ff | \xdeadbeef | NULL
	d date, -- 2020-02-29 | 2021-01-01 | NULL
	t time, -- 10:00 | 23:59:59.5 | NULL
	tz timetz, -- 10:00+00 | 12:00+02 | 23:00-03 | NULL
	ts timestamp, -- 2021-01-01 10:00 | 2021-06-30 23:59:59 | NULL
	tsz timestamptz, -- 2021-01-01 23:30+00 | 2021-06-30 12:00+00 | NULL
	iv interval, -- 24 hours | 1 day | 1 mon | 90 min | NULL
	u uuid, -- 00000000-0000-0000-0000-000000000001 | 00000000-0000-0000-0000-000000000002 | NULL
	ip inet, -- 10.0.0.1/8 | 10.0.0.1 | ::1 | NULL
	net cidr, -- 10.0.0.0/8 | 192.168.0.0/16 | NULL
	mac macaddr, -- 08:00:2b:01:02:03 | NULL
	bi bit(4), -- 0101 | 1111 | NULL
	vb varbit, -- 01 | 0101 | NULL
	arr int[], -- {} | {1,2} | {2,3,NULL} | {{1,2},{3,4}} | NULL
	ta text[], -- {} | {a} | {a,b} | NULL
	ir int4range, -- [1,5) | [3,9) | empty | (,4) | NULL
	nr numrange, -- [1.0,2.5] | (2.5,) | NULL
	dr daterange, -- [2021-01-01,2021-02-01) | [2021-01-15,2021-03-01) | NULL
	mr int4multirange, -- {[1,3),[5,7)} | {[2,6)} | {} | NULL
	tr textrange, -- [a,c) | [b,d) | NULL
	mo mood, -- sad | fine | glad | NULL
	po positive, -- 1 | 2 | 3 | NULL
	wo word, -- one | two | NULL
	pr pair, -- (1,x) | (1,y) | (2,) | NULL
	js json, -- {"k": 1, "l": [1, 2]} | {"k":1} | [] | "s" | null | NULL
	jb jsonb, -- {"k": 1, "l": [1, 2]} | {"k": 2} | [] | 1.0 | NULL
	tv tsvector, -- 'cat' 'dog' | 'cat':1 'fat':2 | NULL
	tq tsquery, -- 'cat' | 'cat' & 'dog' | NULL
	pt point, -- (0,0) | (1,2) | (3,4) | NULL
	bx box, -- (2,2),(0,0) | (3,3),(1,1) | NULL
	ci circle, -- <(0,0),2> | <(1,1),1> | NULL
	pg polygon, -- ((0,0),(1,0),(1,1)) | ((0,0),(2,0),(2,2),(0,2)) | NULL
	ls lseg, -- [(0,0),(1,1)] | [(1,0),(2,2)] | NULL
	pa path, -- ((0,0),(1,1)) | [(0,0),(2,2)] | NULL
	li line, -- {1,-1,0} | {0,1,2} | NULL
	o oid, -- 1 | 4000000000 | NULL
	na name, -- alpha | beta | NULL
	ls2 pg_lsn -- 0/10 | 1/0 | NULL
);

-- What views may call and read.
CREATE FUNCTION double_it(i int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT i * 2';
CREATE FUNCTION join_step(s text, v text) RETURNS text IMMUTABLE LANGUAGE sql AS $$ SELECT coalesce(s, '') || '/' || coalesce(v, '-') $$;
CREATE FUNCTION upto(n int) RETURNS SETOF int IMMUTABLE LANGUAGE sql AS 'SELECT generate_series(1, n)';
CREATE FUNCTION split_it(i int, OUT tens int, OUT ones int) IMMUTABLE LANGUAGE sql AS 'SELECT i / 10, i % 10';
CREATE AGGREGATE product(numeric) (SFUNC = numeric_mul, STYPE = numeric, INITCOND = '1');
CREATE AGGREGATE joined(text) (SFUNC = join_step, STYPE = text);
CREATE VIEW rich AS SELECT id, name, city, credit FROM customers WHERE credit > 10;
CREATE VIEW order_sums AS SELECT customer_id, count(*) AS orders, sum(amount) AS amount FROM orders GROUP BY customer_id;
CREATE VIEW rich_sums AS SELECT r.id, r.name, s.amount FROM rich r LEFT JOIN order_sums s ON s.customer_id = r.id;
