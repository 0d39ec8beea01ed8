-- The hidden parts of a view share its life: names, owner, state, end; and nobody else may use them.
SET client_min_messages = warning;
CREATE SCHEMA life;
SET search_path = life, public;
CREATE TABLE c (id int PRIMARY KEY, city text);
CREATE TABLE o (id int PRIMARY KEY, cust int, amount int);
CREATE INDEX ON o (cust);
INSERT INTO c SELECT i, 'city ' || i % 7 FROM generate_series(1, 50) i;
INSERT INTO o SELECT i, 1 + i % 50, i % 13 FROM generate_series(1, 200) i;
-- groups of groups, by customer and then by how many orders they have
CREATE FUNCTION per_count(customers text, orders text) RETURNS text LANGUAGE sql AS $$
	SELECT format('SELECT n, count(*) AS customers FROM (SELECT c.id, count(o.id) AS n FROM %s c LEFT JOIN %s o ON o.cust = c.id
		GROUP BY c.id) per_customer GROUP BY n', customers, orders) $$;
-- the differences of all views and parts that are kept
CREATE FUNCTION wrong() RETURNS TABLE (view regclass, copies bigint, content jsonb) LANGUAGE plpgsql AS $$
	BEGIN
		FOR view IN SELECT v.view FROM deltaview.view_catalog v WHERE v.state = 'fresh' AND v.refresh <> 'on demand' LOOP
			RETURN QUERY SELECT view, v.* FROM deltaview.verify(view) v UNION ALL SELECT view, v.* FROM deltaview.verify_state(view) v;
		END LOOP;
	END $$;
CREATE VIEW hidden AS SELECT v.view, v.definition, v.maintained, v.part_of, v.state, pg_get_userbyid(k.relowner) AS owner
	FROM deltaview.view_catalog v JOIN pg_class k ON k.oid = v.view;
SELECT deltaview.create_view('nested', per_count('c', 'o'));
SELECT deltaview.create_view('top', 'SELECT cust, sum(amount) AS s FROM o GROUP BY cust ORDER BY s DESC LIMIT 5');
SELECT view, definition, maintained, part_of FROM hidden ORDER BY view::text;

-- names of the view, its schema, the base tables and their columns
ALTER TABLE nested RENAME TO "Nested.";
ALTER TABLE c RENAME COLUMN id TO number;
ALTER TABLE o RENAME TO orders;
CREATE SCHEMA other;
ALTER TABLE orders SET SCHEMA other;
ALTER TABLE top SET SCHEMA other;
ALTER SCHEMA life RENAME TO "the life";
SET search_path = "the life", public;
SELECT view, definition, maintained, part_of FROM hidden ORDER BY view::text;
INSERT INTO other.orders VALUES (1000, 3, 5);
DELETE FROM other.orders WHERE id % 5 = 0;
DELETE FROM c WHERE number < 5;
SELECT * FROM wrong();
ALTER SCHEMA "the life" RENAME TO life;
SET search_path = life, public;
ALTER TABLE c RENAME COLUMN number TO id;
ALTER TABLE other.orders SET SCHEMA life;
ALTER TABLE orders RENAME TO o;
-- the old name again; a view called like a part, an index or a query of another
SELECT deltaview.create_view('nested_part1_dv_key', per_count('c', 'o'));
SELECT deltaview.create_view('nested', per_count('c', 'o'));
SELECT deltaview.create_view('nested_part1', per_count('c', 'o'));
SELECT deltaview.create_view('nested_query', per_count('c', 'o'));
SELECT deltaview.create_view('nested_part1_part1', per_count('c', 'o'));
-- names of the greatest length
SELECT deltaview.create_view(repeat('x', 62) || i, per_count('c', 'o')) IS NOT NULL AS made FROM generate_series(1, 3) i;
SELECT deltaview.create_view(repeat('ñ', 31) || 'x', per_count('c', 'o')) IS NOT NULL AS made;
UPDATE o SET cust = cust + 1 WHERE id % 3 = 0;
SELECT * FROM wrong();
SELECT deltaview.drop_view(name) FROM deltaview.views WHERE name::text NOT LIKE '%op';
SELECT * FROM leftovers();
SELECT deltaview.drop_view('other.top');

-- names that are taken
CREATE TABLE "life.v_part1" (i int);
CREATE TABLE "life.v_part1_dv_key" (i int);
CREATE TYPE deltaview."life.v_part1_1" AS (i int);
CREATE TYPE "_life.v" AS (i int);
CREATE TEMP TABLE o (id int, cust int);
CREATE TEMP TABLE "life.v" (i int);
SELECT deltaview.create_view('v', per_count('life.c', 'life.o'));
INSERT INTO life.o VALUES (2000, 7, 7);
SELECT view, definition, maintained, part_of FROM hidden ORDER BY view::text;
SELECT * FROM wrong();
SELECT deltaview.drop_view('v');
DROP TYPE deltaview."life.v_part1_1";
DROP TABLE pg_temp.o, pg_temp."life.v", "life.v_part1", "life.v_part1_dv_key";

-- parts by themselves
SELECT deltaview.create_view('nested', per_count('c', 'o'));
ALTER TABLE deltaview."life.nested_part1" RENAME TO mine;
ALTER TABLE deltaview."life.nested_part1" SET SCHEMA life;
ALTER TABLE deltaview."life.nested_part1" OWNER TO CURRENT_USER;
ALTER TABLE deltaview."life.nested_part1" ADD COLUMN mine int;
ALTER VIEW deltaview."life.nested_part1_query" RENAME TO mine;
ALTER VIEW deltaview."life.nested_query" RENAME TO mine;
DROP TABLE deltaview."life.nested_part1";
DROP TABLE deltaview."life.nested_part1" CASCADE;
DROP VIEW deltaview."life.nested_part1_query";
DROP INDEX deltaview."life.nested_part1_dv_key";
TRUNCATE deltaview."life.nested_part1";
SELECT deltaview.pause('deltaview."life.nested_part1"');
SELECT deltaview.refresh('deltaview."life.nested_part1"');
SELECT deltaview.drop_view('deltaview."life.nested_part1"');
SELECT deltaview.create_view('reader', 'SELECT id FROM deltaview."life.nested_part1"');
SELECT deltaview.create_view('reader', 'SELECT id FROM deltaview."life.nested_part1"', refresh => 'on demand');

-- states
SELECT deltaview.pause('nested');
SELECT view, state FROM hidden ORDER BY view::text;
INSERT INTO o VALUES (3000, 8, 8);
SELECT deltaview.resume('nested');
SELECT view, state FROM hidden ORDER BY view::text;
SELECT deltaview.create_view('empty', per_count('c', 'o'), with_data => false);
SELECT deltaview.create_view('at_once', per_count('c', 'o'), refresh => 'on statement');
SELECT deltaview.create_view('fast', per_count('c', 'o'), method => 'fast');
SELECT deltaview.create_view('complete', per_count('c', 'o'), method => 'complete');
SELECT deltaview.create_view('demand', per_count('c', 'o'), refresh => 'on demand');
SELECT view, part_of, state FROM hidden ORDER BY view::text;
BEGIN;
INSERT INTO o VALUES (3001, 8, 8), (3002, 9, 9);
SELECT * FROM nested EXCEPT ALL SELECT * FROM at_once;
COMMIT;
SELECT deltaview.refresh('empty'), deltaview.refresh('nested'), deltaview.refresh('nested', 'fast'), deltaview.refresh('fast', 'complete');
DELETE FROM o WHERE id % 4 = 0;
SELECT * FROM wrong();
-- a diamond: views on views that have parts, with parts of their own
SELECT deltaview.create_view('above', 'SELECT s, count(*) AS n FROM (SELECT customers, sum(n) AS s FROM nested GROUP BY customers) x GROUP BY s');
SET client_min_messages = error; -- it may be incremental or not
SELECT deltaview.create_view('both', 'SELECT a.n, f.customers FROM above a LEFT JOIN fast f ON f.n = a.s');
SET client_min_messages = warning;
UPDATE o SET cust = 1 + cust % 17;
SELECT * FROM wrong();
TRUNCATE o;
INSERT INTO o SELECT i, 1 + i % 31, i % 13 FROM generate_series(1, 200) i;
SELECT * FROM wrong();
SELECT deltaview.drop_view('nested');
SELECT deltaview.drop_view('nested', true);
SELECT view FROM hidden ORDER BY view::text;
DROP TABLE c;
ALTER TABLE o DROP COLUMN cust;
\set VERBOSITY terse
ALTER TABLE o DROP COLUMN cust CASCADE;
\set VERBOSITY default
SELECT * FROM leftovers();
ALTER TABLE o ADD COLUMN cust int;
UPDATE o SET cust = 1 + id % 31;

-- owners and rights
CREATE ROLE regress_life_a;
CREATE ROLE regress_life_b;
CREATE ROLE regress_life_none;
GRANT USAGE ON SCHEMA life TO regress_life_a, regress_life_b, regress_life_none;
GRANT CREATE ON SCHEMA life TO regress_life_a;
GRANT SELECT, TRIGGER ON c, o TO regress_life_a;
GRANT SELECT ON c TO regress_life_b;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA life TO PUBLIC;
SET ROLE regress_life_a;
SELECT deltaview.create_view('nested', per_count('c', 'o'));
GRANT SELECT ON nested TO regress_life_none;
SET ROLE regress_life_none;
SELECT * FROM deltaview.verify('nested');
SELECT base_table, strategy, incremental, reason FROM deltaview.explain('nested');
SELECT base_table, strategy, incremental, reason FROM deltaview.explain_query(per_count('c', 'o'));
SELECT count(*) FROM deltaview."life.nested_part1";
RESET ROLE;
BEGIN READ ONLY;
SELECT base_table FROM deltaview.explain_query(per_count('c', 'o'));
ROLLBACK;
ALTER TABLE nested OWNER TO regress_life_b;
SELECT view, owner, pg_get_userbyid(d.relowner) AS definition, pg_get_userbyid(m.relowner) AS maintained
FROM hidden JOIN pg_class d ON d.oid = definition JOIN pg_class m ON m.oid = maintained ORDER BY view::text;
INSERT INTO o VALUES (5000, 4, 4);
GRANT SELECT ON o TO regress_life_b;
INSERT INTO o VALUES (5000, 4, 4);
REASSIGN OWNED BY regress_life_b TO regress_life_a;
SELECT view, owner FROM hidden ORDER BY view::text;
INSERT INTO o VALUES (5001, 4, 4);
SELECT * FROM wrong();
DROP OWNED BY regress_life_b, regress_life_none;
DROP OWNED BY regress_life_a;
SELECT * FROM leftovers();
DROP ROLE regress_life_a, regress_life_b, regress_life_none;

-- in one transaction
BEGIN;
SELECT deltaview.create_view('nested', per_count('c', 'o'));
SAVEPOINT one;
DELETE FROM o WHERE id % 3 = 0;
SELECT deltaview.flush();
SELECT * FROM wrong();
ROLLBACK TO one;
SELECT deltaview.create_view('top', 'SELECT cust, sum(amount) AS s FROM o GROUP BY cust ORDER BY s DESC LIMIT 5');
UPDATE o SET cust = 7 WHERE id < 30;
SELECT deltaview.flush();
ROLLBACK TO one;
UPDATE o SET cust = 8 WHERE id < 60;
COMMIT;
SELECT view, part_of FROM hidden ORDER BY view::text;
SELECT * FROM wrong();
BEGIN;
DROP TABLE nested;
ROLLBACK;
UPDATE o SET cust = 9 WHERE id < 20;
SELECT * FROM wrong();
\set VERBOSITY terse
DROP TABLE c CASCADE;
SELECT * FROM leftovers();
SELECT deltaview.create_view('top', 'SELECT cust, sum(amount) AS s FROM o GROUP BY cust ORDER BY s DESC LIMIT 5');
DROP SCHEMA life, other CASCADE;
SELECT * FROM leftovers();
