-- The options of document views: columns and their names, filters, orders, relations, depth, refresh modes.
SET client_min_messages = warning;
CREATE SCHEMA document_options;
SET search_path = document_options, public;
CREATE TABLE shops (country text, no int, name text, PRIMARY KEY (country, no));
CREATE TABLE staff (country text, shop int, name text, wage numeric, since date, boss text, id bigint PRIMARY KEY);
CREATE TABLE tasks (who int, what text, state text);
CREATE TABLE "Odd ""t" ("Key=1" int PRIMARY KEY, "a.b" text, "sel ect" json);
CREATE INDEX ON staff (country, shop);
CREATE INDEX ON tasks (who);
INSERT INTO shops VALUES ('br', 1, 'Recife'), ('br', 2, 'Santos'), ('pt', 1, 'Porto');
INSERT INTO staff VALUES ('br', 1, 'ana', 10, '2020-01-02', 'bo', 1), ('br', 1, 'bo', 20, '2019-01-02', NULL, 2),
	('br', 1, 'cy', NULL, '2020-01-02', 'bo', 3), ('pt', 1, 'di', 7, NULL, NULL, 4);
INSERT INTO tasks VALUES (1, 'count', 'open'), (1, 'sort', 'open'), (1, 'sort', 'open'), (1, 'pack', 'done'), (4, 'open', 'open');
INSERT INTO "Odd ""t" VALUES (1, 'x''y', '{"z": [1]}'), (2, NULL, NULL);

-- Several columns in a relation; columns chosen and renamed; a filter; an order with ties, completed by the key.
SELECT deltaview.create_document_view('shop_view', 'shops', columns => '{name=title,no}', filter => 'no < 100');
SELECT deltaview.embed('shop_view', 'staff', 'staff', 'array', '{country,no=shop}', columns => '{id,name=called}',
	order_by => 'since desc nulls last, name || ''!''');
-- The first by the order; one within an array; an array in an object in an array, of a table without a key.
SELECT deltaview.embed('shop_view', 'staff', 'lead', 'object', '{country,no=shop}', columns => '{name}',
	filter => 'wage IS NOT NULL', order_by => 'wage DESC');
SELECT deltaview.embed('shop_view', 'staff', 'staff.boss', 'object', '{boss=name}', columns => '{name,wage}');
SELECT deltaview.embed('shop_view', 'tasks', 'staff.tasks', 'array', '{id=who}', columns => '{what}', filter => 'state = $$open$$');
SELECT deltaview.embed('shop_view', 'tasks', 'lead.tasks', 'array', '{name=what}');
SELECT deltaview.embed('shop_view', 'tasks', 'staff.boss.first', 'object', '{name=state}', columns => '{}');
SELECT deltaview.unembed('shop_view', 'lead.tasks');
SELECT path, relation, columns, filter, order_by FROM deltaview.embeds ORDER BY path;
SELECT deltaview.start('shop_view');
SELECT base_table, strategy, incremental FROM deltaview.explain('shop_view') ORDER BY 1::text;
SELECT country, document FROM shop_view ORDER BY country, no;
UPDATE staff SET wage = 30 WHERE name = 'cy';
UPDATE staff SET since = '2021-01-01' WHERE name = 'bo';
UPDATE tasks SET state = 'open';
DELETE FROM staff WHERE name = 'ana';
INSERT INTO shops VALUES ('es', 100, 'Vigo');
UPDATE shops SET no = 3 WHERE no = 2;
SELECT country, document FROM shop_view ORDER BY country, no;
SELECT * FROM verify_both_ways('shop_view');

-- Names of every kind.
SELECT deltaview.create_document_view('document_options."Odd view"', '"Odd ""t"', columns => '{Key=1,Key=1=k''k,"sel ect=json"}');
SELECT deltaview.embed('"Odd view"', '"Odd ""t"', 'in"ner', 'array', '{Key=1}', order_by => '"a.b" COLLATE "C"');
SELECT deltaview.start('"Odd view"');
UPDATE "Odd ""t" SET "sel ect" = '{"z": [2]}' WHERE "Key=1" = 2;
SELECT * FROM "Odd view" ORDER BY 1;
SELECT * FROM verify_both_ways('"Odd view"');

-- More columns than a call has arguments for.
DO $$ BEGIN EXECUTE (SELECT 'CREATE TABLE wide (id int PRIMARY KEY, ' || string_agg('c' || i || ' int DEFAULT ' || i, ', ') || ')'
	FROM generate_series(1, 120) i); END $$;
INSERT INTO wide VALUES (1);
SELECT deltaview.create_document_view('wide_view', 'wide', columns => (SELECT array_agg('c' || i || '=d' || i) FROM generate_series(1, 120) i));
SELECT deltaview.start('wide_view');
SELECT document -> 'd1' AS d1, document -> 'd120' AS d120, (SELECT count(*) FROM jsonb_object_keys(document)) FROM wide_view;

-- Types that differ; modes of refresh.
SELECT deltaview.create_document_view('demand_view', 'tasks', refresh => 'on demand');
CREATE TABLE days (day date PRIMARY KEY, id smallint);
INSERT INTO days VALUES ('2020-01-02', 1), ('2020-01-03', 4);
SELECT deltaview.create_document_view('demand_view', 'days', refresh => 'on demand');
SELECT deltaview.embed('demand_view', 'staff', 'staff', 'array', '{id,day=since}', '{name}');
SELECT deltaview.start('demand_view');
SELECT deltaview.create_document_view('statement_view', 'days', refresh => 'On  Statement');
SELECT deltaview.embed('statement_view', 'staff', 'staff', 'array', '{id}', '{name}');
SELECT deltaview.start('statement_view');
BEGIN;
UPDATE staff SET since = '2020-01-03' WHERE id = 4;
UPDATE days SET id = 3 WHERE id = 1;
SELECT document FROM statement_view ORDER BY day;
COMMIT;
SELECT document FROM demand_view ORDER BY day;
SELECT deltaview.refresh('demand_view');
SELECT document FROM demand_view ORDER BY day;
SELECT name, refresh FROM deltaview.documents ORDER BY name;
SELECT * FROM verify_both_ways('demand_view');
SELECT * FROM verify_both_ways('statement_view');

-- A renamed column stays what it is in the document, where columns are chosen; renamed tables and views are followed.
SELECT deltaview.create_document_view('later', 'shops', columns => '{name}', filter => 'name <> ''x''');
SELECT deltaview.embed('later', 'staff', 'lead', 'object', '{country,no=shop}', '{name}', filter => 'wage > 1', order_by => 'wage DESC, name');
ALTER TABLE staff RENAME COLUMN wage TO pay;
ALTER TABLE staff RENAME COLUMN name TO "Name";
ALTER TABLE staff RENAME COLUMN shop TO "in shop";
ALTER TABLE shops RENAME COLUMN name TO title;
ALTER TABLE shops RENAME COLUMN no TO number;
ALTER TABLE staff RENAME TO people;
SELECT name, columns, filter FROM deltaview.documents WHERE root = 'shops'::regclass ORDER BY name;
SELECT document, path, child, relation, columns, filter, order_by FROM deltaview.embeds WHERE child = 'people'::regclass ORDER BY 1, 2;
ALTER SCHEMA document_options RENAME TO "Document options";
SELECT name FROM deltaview.documents WHERE view IS NULL;
ALTER SCHEMA "Document options" RENAME TO document_options;
SELECT deltaview.start('later');
SELECT document FROM later ORDER BY country, number;
ALTER TABLE shop_view RENAME TO shops_seen;
SELECT deltaview.unembed('shops_seen', 'staff.boss');
SELECT document FROM shops_seen ORDER BY country, no;
SELECT * FROM verify_both_ways('shops_seen');
SELECT * FROM verify_both_ways('later');
DROP SCHEMA document_options CASCADE;
SELECT count(*) FROM deltaview.documents;
SELECT * FROM leftovers();
