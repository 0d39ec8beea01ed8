-- Deltas of joins are computed by look-ups in indexes where there are some for all further tables, and by a query where not.
SET client_min_messages = error;
CREATE SCHEMA native;
SET search_path = native, public;
CREATE DOMAIN score AS int;
CREATE TABLE people (id int PRIMARY KEY, boss int, city text COLLATE "C", area bigint, grade numeric, note text);
CREATE TABLE places (name varchar(20) PRIMARY KEY, area int, grade numeric, score int, gone text); -- other types than people's
CREATE TABLE trips (person bigint, place text, day date, cost numeric); -- no key: duplicates are rows of their own
CREATE INDEX ON people (boss DESC NULLS FIRST);
CREATE INDEX ON people (city COLLATE "C", area);
CREATE INDEX ON people (area, city) INCLUDE (note);
CREATE INDEX ON people (grade);
CREATE INDEX ON places (area, score);
CREATE INDEX ON places (grade) WHERE score > 0; -- these three find not all rows, or not by the column
CREATE INDEX ON places (lower(name));
CREATE INDEX ON places USING hash (grade);
CREATE INDEX ON trips (person, day);
CREATE INDEX ON trips (place text_pattern_ops);
ALTER TABLE places DROP COLUMN gone;
ALTER TABLE places ADD COLUMN level text DEFAULT 'plain'; -- not in the rows that are there
INSERT INTO people SELECT i, nullif(i / 2, 0), 'c' || i % 3, i % 4, (i % 3)::numeric(4,1), 'n' FROM generate_series(1, 12) i;
INSERT INTO places SELECT 'c' || i, i, i, i FROM generate_series(0, 3) i;
INSERT INTO trips SELECT i % 9, 'c' || i % 5, date '2024-01-01' + i % 3, i FROM generate_series(1, 30) i;

SELECT deltaview.create_view('cross_types', 'SELECT p.id, q.name, q.level FROM people p JOIN places q ON q.area = p.area');
SELECT deltaview.create_view('of_text', 'SELECT p.id, t.cost, t.place FROM people p JOIN trips t ON t.person = p.id AND t.place = p.city COLLATE "default"');
SELECT deltaview.create_view('numbers', 'SELECT p.id, p.grade, q.grade AS same FROM people p JOIN places q ON q.grade = p.grade');
SELECT deltaview.create_view('constants', $$SELECT p.id, q.name FROM people p JOIN places q ON q.area = p.area AND q.score = 2 WHERE p.city <> 'c9'$$);
SELECT deltaview.create_view('alone', $$SELECT p.id, q.level FROM people p JOIN places q ON q.name = 'c1' WHERE p.boss = 2$$);
SELECT deltaview.create_view('thrice', 'SELECT a.id, b.id AS b, c.id AS c FROM people a JOIN people b ON b.boss = a.id JOIN people c ON c.boss = b.id AND c.area >= a.area');
SELECT deltaview.create_view('circle', 'SELECT a.id, b.id AS b FROM people a JOIN people b ON a.boss = b.boss AND a.area = b.area');
SELECT deltaview.create_view('three', $$SELECT p.note, q.level, t.day + 1 AS next FROM people p JOIN places q ON q.area = p.area JOIN trips t ON t.person = p.id AND t.day = '2024-01-02'$$);
SELECT deltaview.create_view('either', $$SELECT p.id, q.score AS n FROM people p JOIN places q ON q.area = p.area
  UNION ALL SELECT t.person, t.cost FROM trips t JOIN people p ON p.id = t.person WHERE t.cost > 3 UNION ALL SELECT id, 1 FROM people$$);
SELECT deltaview.create_view('totals', $$SELECT p.city, count(*) AS n, sum(t.cost) AS cost, min(t.cost) AS least, max(t.place) AS last
  FROM people p JOIN trips t ON t.person = p.id GROUP BY p.city$$);
SELECT deltaview.create_view('total', 'SELECT count(*) AS n, sum(t.cost * p.grade) AS s FROM people p JOIN trips t ON t.person = p.id');
SELECT deltaview.create_view('distinct_days', 'SELECT DISTINCT p.city, t.day FROM people p JOIN trips t ON t.person = p.id');
SELECT deltaview.create_view('numbered', $$SELECT p.id, t.cost, row_number() OVER (PARTITION BY p.area ORDER BY t.cost, p.id) AS n
  FROM people p JOIN trips t ON t.person = p.id$$);
SELECT deltaview.create_view('above', 'SELECT c.name, t.cost FROM cross_types c JOIN trips t ON t.person = c.id');
SELECT deltaview.create_view('at_once', 'SELECT p.id, q.name FROM people p JOIN places q ON q.area = p.area', refresh => 'on statement');
SELECT deltaview.create_view('checked', 'SELECT p.id, q.score::score AS score FROM people p JOIN places q ON q.area = p.area');
SELECT DISTINCT strategy FROM deltaview.view_tables JOIN pg_class ON oid = view WHERE relnamespace = 'native'::regnamespace ORDER BY 1;
SELECT * FROM wrong_views();

-- NULL is equal to nothing, 1.0 is 1, and 'c1' of one type that of another
INSERT INTO people VALUES (20, NULL, NULL, NULL, 1.00, NULL), (21, 20, 'c1', 2, NULL, 'm');
INSERT INTO places VALUES ('none', NULL, NULL, NULL), ('c8', 2, 1.000, 2);
INSERT INTO trips VALUES (NULL, NULL, NULL, NULL), (21, 'c1', '2024-01-02', 5), (21, 'c1', '2024-01-02', 5);
SELECT * FROM wrong_views();
UPDATE people SET boss = NULL, area = NULL, city = 'c2' WHERE id IN (4, 5);
UPDATE places SET area = 3 WHERE area IS NULL;
SELECT * FROM wrong_views();
-- all sides of a join: rows come, move and go together
BEGIN;
INSERT INTO people VALUES (30, 21, 'c1', 7, 7, 'new'), (31, 30, 'c1', 7, 7, 'new');
INSERT INTO places VALUES ('c7', 7, 7.0, 7);
INSERT INTO trips VALUES (30, 'c7', '2024-01-02', 1), (30, 'c7', '2024-01-02', 1);
COMMIT;
SELECT * FROM wrong_views();
BEGIN;
UPDATE people SET area = 8, boss = 31, city = 'c8' WHERE id IN (30, 2);
UPDATE places SET area = 8 WHERE area = 7;
UPDATE trips SET person = 31, place = 'c8' WHERE person = 30 AND ctid = (SELECT min(ctid) FROM trips WHERE person = 30);
COMMIT;
SELECT * FROM wrong_views();
BEGIN;
DELETE FROM people WHERE id IN (30, 1);
DELETE FROM places WHERE area IN (8, 1);
DELETE FROM trips WHERE person IN (31, 3);
COMMIT;
SELECT * FROM wrong_views();
-- keys that swap; rows that come and go; a column that only some of the views read
BEGIN;
UPDATE people SET id = -id;
UPDATE people SET id = CASE id WHEN -2 THEN 6 WHEN -6 THEN 2 ELSE -id END;
INSERT INTO trips VALUES (6, 'c2', '2024-01-01', 100);
DELETE FROM trips WHERE cost = 100;
UPDATE places SET score = 2 WHERE area = 3;
UPDATE people SET note = 'other' WHERE id = 6;
COMMIT;
SELECT * FROM wrong_views();
-- several flushes, and some that are taken back
BEGIN;
UPDATE people SET boss = 6 WHERE id < 5;
SELECT deltaview.flush();
SAVEPOINT a;
UPDATE people SET boss = 7, area = 2 WHERE id < 5;
DELETE FROM places WHERE area = 2;
SELECT deltaview.flush();
SELECT * FROM wrong_views();
ROLLBACK TO a;
UPDATE trips SET cost = cost + 1 WHERE person = 6;
SELECT deltaview.flush();
DELETE FROM trips WHERE cost > 28;
INSERT INTO places VALUES ('c9', 2, 0, 2);
COMMIT;
SELECT * FROM wrong_views();
-- values out of line
UPDATE people SET note = repeat('long', 5000) WHERE id = 7;
BEGIN;
UPDATE trips SET day = '2024-01-02' WHERE person = 7;
UPDATE people SET note = note || 'er', boss = 6 WHERE id = 7;
UPDATE people SET area = 3 WHERE id = 7;
COMMIT;
SELECT * FROM wrong_views();
UPDATE people SET note = 'short' WHERE id = 7;
SELECT * FROM wrong_views();

-- indexes that come and go, before and within a transaction; tables written anew
DROP INDEX people_area_city_note_idx, trips_person_day_idx;
BEGIN;
UPDATE people SET area = 1, boss = 3 WHERE id = 8;
UPDATE places SET area = 1 WHERE name = 'c3';
CREATE INDEX i ON trips (person);
INSERT INTO trips VALUES (8, 'c1', '2024-01-02', 9);
SELECT deltaview.flush();
SAVEPOINT a;
CREATE INDEX j ON people (area);
UPDATE places SET area = 2 WHERE name = 'c3';
SELECT deltaview.flush();
ROLLBACK TO a;
UPDATE people SET area = 2 WHERE id IN (8, 9);
DROP INDEX i;
COMMIT;
SELECT * FROM wrong_views();
CREATE INDEX ON people (area);
CREATE INDEX ON trips (person);
BEGIN;
UPDATE people SET area = 3 WHERE id = 8;
CLUSTER people USING people_pkey;
UPDATE places SET area = 3 WHERE name = 'c9';
COMMIT;
SELECT * FROM wrong_views();
BEGIN;
UPDATE people SET area = 2 WHERE id = 8;
TRUNCATE places;
INSERT INTO places SELECT 'c' || i, i, i, i FROM generate_series(0, 3) i;
ALTER TABLE people RENAME COLUMN area TO region;
UPDATE people SET region = 1 WHERE id = 9;
COMMIT;
ANALYZE people, places, trips;
UPDATE places SET area = area + 1;
SELECT * FROM wrong_views();
-- a right that was taken away counts, a right to some columns is enough
CREATE ROLE native_owner;
GRANT ALL ON SCHEMA native TO native_owner;
GRANT SELECT, TRIGGER ON people, places TO native_owner;
CREATE FUNCTION bare(int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT $1 + 1';
SET ROLE native_owner;
SELECT deltaview.create_view('of_another', 'SELECT p.id, q.name, bare(p.id) AS bare FROM people p JOIN places q ON q.area = p.region');
RESET ROLE;
REVOKE SELECT ON places FROM native_owner;
UPDATE people SET region = 3 WHERE id = 9;
GRANT SELECT (name, area) ON places TO native_owner;
UPDATE people SET region = 3 WHERE id = 9;
SELECT * FROM wrong_views();
GRANT SELECT ON places TO native_owner;
UPDATE people SET region = 2 WHERE id = 9;
REVOKE EXECUTE ON FUNCTION bare FROM public;
UPDATE people SET region = 3 WHERE id = 9;
GRANT EXECUTE ON FUNCTION bare TO public;
UPDATE people SET region = 3 WHERE id = 9;
SELECT * FROM wrong_views();
DROP TABLE of_another;
-- a domain's new condition holds from then on
ALTER DOMAIN score ADD CHECK (value < 100);
UPDATE places SET score = 100 WHERE area = 3;
SELECT count(*) FROM checked WHERE score = 100;
-- an error leaves nothing behind
DO $$ BEGIN
  UPDATE people SET region = 2;
  UPDATE places SET score = 100 WHERE area = 2;
  PERFORM deltaview.flush();
EXCEPTION WHEN check_violation THEN
  UPDATE places SET score = 99 WHERE area = 2;
END $$;
UPDATE people SET region = 4 WHERE id = 9;
SELECT * FROM wrong_views();
-- names are looked up as the view's owner would
CREATE FUNCTION twice(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN double($1); END';
CREATE FUNCTION pg_temp.double(int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT 0';
CREATE FUNCTION double(int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT 2 * $1';
ALTER FUNCTION twice SET search_path = native;
SELECT deltaview.create_view('by_function', 'SELECT p.id, twice(q.score) AS score FROM people p JOIN places q ON q.area = p.region');
ALTER FUNCTION twice RESET ALL;
UPDATE people SET region = 3 WHERE id = 10;
ALTER FUNCTION twice SET search_path = native;
DROP TABLE by_function;
ALTER TABLE cross_types ADD CHECK (twice(id) = 2 * id);
ALTER FUNCTION twice RESET ALL;
UPDATE people SET region = 3 WHERE id = 10;
ALTER FUNCTION twice SET search_path = native;
CREATE SCHEMA elsewhere;
CREATE FUNCTION elsewhere.same(int, int) RETURNS boolean LANGUAGE sql AS 'SELECT false';
CREATE OPERATOR elsewhere.= (leftarg = int, rightarg = int, function = elsewhere.same);
SET search_path = elsewhere, pg_catalog;
UPDATE native.people SET region = 1 WHERE id OPERATOR(pg_catalog.=) 10;
SET search_path = native, public;
SELECT * FROM wrong_views();
SELECT (SELECT count(*) FROM cross_types) AS pairs, (SELECT count(*) FROM thrice) AS thrice, (SELECT count(*) FROM either) AS either,
  (SELECT count(*) FROM totals) AS totals, (SELECT count(*) FROM above) AS above;
DROP SCHEMA elsewhere CASCADE;
DROP SCHEMA native CASCADE;
DROP ROLE native_owner;
