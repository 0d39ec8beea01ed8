-- Maintenance runs with the rights of the view's owner: a writer needs none on the view, and gains none.
SET client_min_messages = warning;
CREATE ROLE deltaview_owner;
CREATE ROLE deltaview_writer;
CREATE ROLE deltaview_reader;
CREATE SCHEMA privileges;
GRANT USAGE ON SCHEMA privileges TO PUBLIC;
GRANT CREATE ON SCHEMA privileges TO deltaview_owner, deltaview_writer;
SET search_path = privileges, public;
CREATE TABLE sales (shop int, amount int);
CREATE TABLE shops (id int PRIMARY KEY, name text);
INSERT INTO shops VALUES (1, 'one'), (2, 'two');
GRANT INSERT ON sales TO deltaview_writer;
GRANT SELECT, TRIGGER ON sales, shops TO deltaview_owner;
SET ROLE deltaview_owner;
SELECT deltaview.create_view('v', 'SELECT s.name, count(*) AS n, max(amount) AS high FROM sales JOIN shops s ON s.id = shop GROUP BY s.name');
SELECT deltaview.create_view('k', 'SELECT s.id, a.amount FROM shops s LEFT JOIN sales a ON a.shop = s.id', refresh => 'on statement');
GRANT SELECT ON v TO deltaview_reader;
RESET ROLE;
SELECT owner FROM deltaview.views ORDER BY name::text;
-- the writer may insert, and look at neither the view nor the other table
SET ROLE deltaview_writer;
INSERT INTO sales VALUES (1, 5), (1, 7), (2, 1);
BEGIN;
INSERT INTO sales VALUES (2, 9);
SELECT deltaview.flush();
COMMIT;
SELECT * FROM v;
SELECT * FROM shops;
SELECT * FROM deltaview.verify('v');
SELECT * FROM deltaview.explain('v');
SET ROLE deltaview_reader;
SELECT name, n, high FROM v ORDER BY name;
DELETE FROM v;
RESET ROLE;
SELECT * FROM verify_both_ways('v');
SELECT * FROM verify_both_ways('k');
-- a function that the view's owner wrote runs as the owner; the writer is still the writer afterwards
SET ROLE deltaview_owner;
CREATE FUNCTION who(int) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN current_user; END $$;
SELECT deltaview.create_view('w', 'SELECT shop, who(amount) AS who FROM sales WHERE amount > 100');
SET ROLE deltaview_writer;
INSERT INTO sales VALUES (1, 101);
SELECT current_user;
RESET ROLE;
SELECT shop, who FROM w;
-- a trigger on the view runs as its owner as well; the writer's temporary tables and search_path do not get in
SET ROLE deltaview_writer;
CREATE TEMP TABLE shops (id int, name text);
INSERT INTO shops VALUES (1, 'false');
SET search_path = pg_temp, privileges;
INSERT INTO sales VALUES (1, 50);
RESET ROLE;
SET search_path = privileges, public;
SELECT name, n, high FROM v ORDER BY name;
DROP TABLE pg_temp.shops;
-- the owner changes; a right goes away: the writer is told
ALTER TABLE v OWNER TO deltaview_writer;
SELECT name, owner FROM deltaview.views ORDER BY name::text;
GRANT SELECT ON sales, shops TO deltaview_writer;
INSERT INTO sales VALUES (2, 60);
SELECT * FROM verify_both_ways('v');
INSERT INTO shops VALUES (3, 'three');
REVOKE SELECT ON shops FROM deltaview_writer;
\set VERBOSITY sqlstate
INSERT INTO sales VALUES (3, 1);
INSERT INTO shops VALUES (4, 'four');
\set VERBOSITY default
GRANT SELECT ON shops TO deltaview_writer;
INSERT INTO sales VALUES (3, 1);
SELECT * FROM verify_both_ways('v');
SELECT * FROM verify_both_ways('k');
DROP SCHEMA privileges CASCADE;
DROP ROLE deltaview_owner, deltaview_writer, deltaview_reader;
