-- Names with capitals, quotes, blanks and dots; the same name in two schemas; a search_path that changes or misleads.
SET client_min_messages = warning;
CREATE SCHEMA names;
CREATE SCHEMA "Other Schema";
SET search_path = names, public;
CREATE TABLE "Order" ("Id" int PRIMARY KEY, "group" int, "odd ""name" text, "select" numeric, "tab	le.x" int);
CREATE TABLE "Other Schema"."Order" ("Id" int PRIMARY KEY, "group" int);
CREATE TABLE "Other Schema"."it's" ("user" int, "__value" text);
INSERT INTO "Order" VALUES (1, 1, 'a', 1, 1), (2, 2, 'b', 2, 2);
INSERT INTO "Other Schema"."it's" VALUES (1, 'v');
SELECT deltaview.create_view('names."My View"', $$SELECT "Id", "odd ""name", "tab	le.x" AS "as", "select" AS "Übung" FROM "Order" WHERE "group" > 0$$);
SELECT deltaview.create_view('"Other Schema"."Sum ""of"" it"', $$
  SELECT o."group", sum(o."select") AS "sum", max(i."__value") AS "__value" FROM "Order" o JOIN "Other Schema"."it's" i ON i."user" = o."Id" GROUP BY o."group" $$);
SELECT deltaview.create_view('"Other Schema"."My View"', $$
  SELECT "Order".*, i."__value" FROM "Other Schema"."Order" LEFT JOIN "Other Schema"."it's" i ON i."user" = "Id" $$);
SELECT deltaview.create_view('CamelCase', 'SELECT "group" FROM "Order"');
SELECT name::text FROM deltaview.views ORDER BY name::text COLLATE "C";
-- the writer's search_path has tables and functions with the same names
CREATE SCHEMA misleading;
SET search_path = misleading, pg_catalog, names;
CREATE TABLE "Order" ("Id" int, "group" int);
CREATE FUNCTION misleading.sum(numeric) RETURNS numeric LANGUAGE sql AS 'SELECT 666.0';
CREATE FUNCTION misleading.lie(int, int) RETURNS bool LANGUAGE sql AS 'SELECT true';
CREATE OPERATOR misleading.> (LEFTARG = int, RIGHTARG = int, FUNCTION = misleading.lie);
INSERT INTO names."Order" VALUES (3, -1, 'c', 3, 3), (4, 1, NULL, 4, 4);
INSERT INTO "Other Schema"."Order" VALUES (1, 1), (7, 7);
UPDATE "Other Schema"."it's" SET "__value" = 'w';
INSERT INTO "Other Schema"."it's" VALUES (4, 'x'), (7, 'y');
SET search_path = '';
DELETE FROM names."Order" WHERE "Id" = 2;
SELECT * FROM public.verify_both_ways('names."My View"');
RESET search_path;
SELECT * FROM names."My View" ORDER BY 1;
SELECT "group", sum, __value FROM "Other Schema"."Sum ""of"" it" ORDER BY 1;
SELECT * FROM "Other Schema"."My View" ORDER BY 1;
SELECT * FROM verify_both_ways('names."My View"');
SELECT * FROM verify_both_ways('"Other Schema"."Sum ""of"" it"');
SELECT * FROM verify_both_ways('"Other Schema"."My View"');
SELECT * FROM verify_both_ways('names.camelcase');
-- a name of the greatest length
SET search_path = names, public;
SELECT deltaview.create_view(repeat('n', 63), 'SELECT "Id" FROM "Order"')::text = repeat('n', 63) AS whole;
SELECT deltaview.create_view(repeat('ñ', 31), 'SELECT "Id" AS ' || repeat('ñ', 31) || ', count(*) AS n FROM "Order" GROUP BY 1')::text = repeat('ñ', 31) AS whole;
INSERT INTO "Order" VALUES (9, 9);
SELECT * FROM verify_both_ways(repeat('n', 63)::regclass);
SELECT * FROM verify_both_ways(repeat('ñ', 31)::regclass);
DROP SCHEMA misleading, names, "Other Schema" CASCADE;
SELECT * FROM leftovers();
