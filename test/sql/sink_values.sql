-- Rows as BSON documents: each type, and each value at its edges.
SET client_min_messages = warning;
\pset format unaligned
\pset tuples_only on
CREATE SCHEMA sink_values;
SET search_path = sink_values, public;
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TYPE pair AS (a int, "when" timestamptz, n numeric);
CREATE TYPE nest AS (p pair, ps pair[]);
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE DOMAIN money2 AS numeric(12,2);
CREATE DOMAIN some_pair AS pair;
CREATE DOMAIN numbers AS int[];
CREATE DOMAIN content AS jsonb;
-- One line for each value; documents as they are where order matters.
CREATE FUNCTION preview(view regclass, options jsonb DEFAULT '{}') RETURNS TABLE (id text, name text, value jsonb)
	LANGUAGE sql AS $$
	SELECT p.id, m.key, m.value
	FROM deltaview.preview_sink(view, options) p, jsonb_each(p.document::jsonb) WITH ORDINALITY m (key, value, place)
	WHERE m.key NOT IN ('_id', 'id')
	ORDER BY p.id COLLATE "C", m.place $$;

\echo -- every type
CREATE TABLE source (id int PRIMARY KEY, b bool, i2 int2, i4 int4, i8 int8, n numeric, f4 float4, f8 float8, t text, vc varchar(10),
	c char(4), na name, u uuid, by bytea, d date, tm time, tz timetz, ts timestamp, tstz timestamptz, iv interval, j json, jb jsonb,
	ia int[], na2 numeric[], ta timestamptz[], p pair, ne nest, pa pair[], m mood, ma mood[], r int4range, tr tstzrange, mr int4multirange,
	dom positive, dm money2, dp some_pair, dn numbers, doc content, o oid, ip inet, bi bit(3), mon money, pt point,
	iv2 int2vector, tsv tsvector);
SELECT deltaview.create_view('everything', 'SELECT * FROM source');
SET TimeZone = 'America/Bogota';
SET DateStyle = 'German';
SET IntervalStyle = 'iso_8601';
SET extra_float_digits = -5;
SET bytea_output = 'escape';
INSERT INTO source VALUES (1, true, -7, 2147483647, 9007199254740993, 12345678901234567890.1230, 0.1, 1e-7, E'a"b\\c\n\té', 'x', 'ab', 'me',
	'8c0b0d14-0000-4000-8000-000000000001', '\x00ff41', '2024-02-29', '13:14:15.16', '13:14:15+02', '2024-02-29 13:14:15.123456',
	'2024-02-29 13:14:15+00', '1 day 02:03:04', '{"b": 1, "a": [1, 2.50], "c": "\u00e9\n", "d": {}}', '{"b":1,"a":[1,2.50],"c":null,"d":{"e":true}}',
	'{{1,NULL},{3,4}}', '{1.10,NaN}', '{"2024-02-29 13:14:15+00"}', (1, '2024-02-29 13:14:15+00', 1.0), ((2, NULL, NULL), ARRAY[(3, NULL, 3)::pair]),
	ARRAY[(4, 'infinity', 'Infinity')::pair, NULL], 'ok', '{sad,ok}', '[1,5)', '["2024-02-29 13:14:15+00",)', '{[1,3),[5,7)}',
	7, 7.5, (8, NULL, NULL), '{1,2}', '{"x":null}', 4294967295, '10.0.0.1/8', B'101', 12.5, '(1,2)', '1 2 3', 'a b');
INSERT INTO source (id) VALUES (2);
SELECT name, value FROM preview('everything') WHERE id LIKE '%"1"%';
\echo -- in the order of the columns, NULL or nothing
SELECT document FROM deltaview.preview_sink('everything') WHERE id LIKE '%"2"%';
SELECT document FROM deltaview.preview_sink('everything', '{"nulls": "absent"}') WHERE id LIKE '%"2"%';
\echo -- NULL in a composite value, by the same option; in an array it has a place
SELECT name, value FROM preview('everything', '{"nulls": "absent"}') WHERE id LIKE '%"1"%' AND name IN ('p', 'ne', 'pa', 'ia', 'dp', 'tr');
\echo -- the settings are as they were, and do not matter
SELECT current_setting('TimeZone'), current_setting('DateStyle'), current_setting('IntervalStyle'), current_setting('extra_float_digits'), current_setting('bytea_output');
CREATE TEMP TABLE before AS SELECT * FROM deltaview.preview_sink('everything');
RESET ALL;
SET search_path = sink_values, public;
SET client_min_messages = warning;
SELECT count(*) FROM (SELECT * FROM before EXCEPT SELECT * FROM deltaview.preview_sink('everything')) d;

\echo -- numbers
CREATE TABLE numbers_at (id int PRIMARY KEY, n numeric);
SELECT deltaview.create_view('numbers_view', 'SELECT * FROM numbers_at');
INSERT INTO numbers_at VALUES (1, 0), (2, '-0.00'), (3, 0.000000), (4, 10), (5, 10.00), (6, -1.5), (7, 'NaN'), (8, 'Infinity'), (9, '-Infinity'),
	(10, 1234567890123456789012345678901234), (11, 0.1234567890123456789012345678901234), (12, 12345678901234567890123456789012345),
	(13, 12345678901234567890123456789012340), (14, 1e100), (15, 1e6000), (16, 1e6144), (17, 1e6145), (18, 1e-6000), (19, 1e-6176), (20, 1e-6177),
	(21, 9999999999999999999999999999999999e6111), (22, 9999999999999999999999999999999999e6112), (23, 1.0000000000000000000000000000000000000),
	(24, -12345678901234567.8901234567890123456789);
SELECT id, value FROM (SELECT DISTINCT ON (id, name) * FROM preview('numbers_view')) p WHERE name IN ('n', 'code') ORDER BY (id::jsonb->>'$numberInt')::int, name;
\echo -- those that do not fit, as text
SELECT (id::jsonb->>'$numberInt')::int AS no, jsonb_typeof(value), left(value->>0, 40), length(value->>0)
	FROM preview('numbers_view', '{"numeric": "string"}') WHERE name = 'n' AND jsonb_typeof(value) = 'string' ORDER BY 1;

CREATE TABLE floats (id int PRIMARY KEY, f4 float4, f8 float8);
SELECT deltaview.create_view('floats_view', 'SELECT * FROM floats');
INSERT INTO floats VALUES (1, 0, 0), (2, '-0', '-0'), (3, 'NaN', 'NaN'), (4, 'Infinity', '-Infinity'), (5, 1e-45, 5e-324), (6, 3.4028235e38, 1.7976931348623157e308),
	(7, 16777217, 9007199254740993), (8, 0.1, 0.1);
SELECT id, name, value FROM preview('floats_view');

\echo -- numbers within jsonb: int32, int64, double where that is the same number, Decimal128
CREATE TABLE documents (id int PRIMARY KEY, d jsonb, j json);
SELECT deltaview.create_view('documents_view', 'SELECT * FROM documents');
INSERT INTO documents SELECT n, d, d::json FROM (VALUES
	(1, '[0, -0, 2147483647, 2147483648, -2147483648, -2147483649]'::jsonb),
	(2, '[9223372036854775807, 9223372036854775808, -9223372036854775808, -9223372036854775809]'),
	(3, '[1.0, 1.50, 0.1, 12.55, 1e3, 1e-7, 1.7976931348623157e308]'),
	(4, '[12345678901234567890, 100000000000000000000, 0.12345678901234567890]'),
	(5, '[1e400]'), (6, '[0.1000000000000000055511151231257827]'),
	(9, '[1.23456789012345678901234567890123456]')) v (n, d);
INSERT INTO documents (id, j) VALUES (7, '[1E2, -0, -0.0, 1e-400, 1.0e+2]'), (8, '[1e99999999999999999999]');
SELECT * FROM preview('documents_view');

\echo -- dates
CREATE TABLE dates (id int PRIMARY KEY, d date, ts timestamp, tz timestamptz);
SELECT deltaview.create_view('dates_view', 'SELECT * FROM dates');
INSERT INTO dates VALUES (1, '1970-01-01', '1970-01-01 00:00:00', '1970-01-01 00:00:00+00'),
	(2, '1969-12-31', '1969-12-31 23:59:59.999999', '1969-12-31 23:59:59.9995+00'), (3, '0001-01-01', '0001-01-01 00:00:00', '0001-01-01 00:00:00+00'),
	(4, '4713-01-01 BC', '4713-01-01 00:00:00 BC', '4713-01-01 00:00:00+00 BC'), (5, '5874897-12-31', '294276-12-31 23:59:59.999999', '294276-12-31 23:59:59.999999+00'),
	(6, '9999-12-31', '9999-12-31 23:59:59.999', '9999-12-31 23:59:59.999+00'), (7, 'infinity', 'infinity', 'infinity'), (8, '-infinity', '-infinity', '-infinity'),
	(9, NULL, NULL, NULL);
SELECT * FROM preview('dates_view');
SELECT * FROM preview('dates_view', '{"infinity": "null"}') WHERE id ~ '7|8';
SELECT * FROM preview('dates_view', '{"infinity": "error"}') WHERE id ~ '7|8';
SELECT * FROM preview('dates_view', '{"timestamp": "string"}');

\echo -- json: the order of members is kept; what no document can hold is told
TRUNCATE documents;
INSERT INTO documents (id, j) VALUES (1, '{"z": 1, "a": {"y": [], "b": {}}, "": "", "$set": {"x.y": 1}}'), (2, '{"a": 1, "b": {"c": 1, "c": 2}}'), (3, '"\u0000"'), (4, '"\ud800"'),
	(5, '"text"'), (6, 'null'), (7, 'true'), (8, '12.50'), (9, '[[[]]]'), (10, E'{"t": "\\ud83d\\ude00 \\"\\\\ \\u00e9"}');
INSERT INTO documents (id, d) VALUES (11, '"text"'), (12, 'null'), (13, 'false'), (14, '12.50'), (15, '[[[]], {}]'), (16, '{"$oid": "x", "a.b": {"$gt": 1}, "": null}'), (17, '{}');
SELECT id, document FROM deltaview.preview_sink('documents_view', '{"nulls": "absent"}') ORDER BY (id::jsonb->>'$numberInt')::int;
\echo -- 100 levels deep, and no more
TRUNCATE documents;
INSERT INTO documents SELECT n, (repeat('[', n) || repeat(']', n))::jsonb, (repeat('{"a":', n) || '1' || repeat('}', n))::json FROM unnest('{98,99,100,101,2000}'::int[]) n;
SELECT p.id, p.document::jsonb->>'code', p.document::jsonb->>'message' FROM deltaview.preview_sink('documents_view') p ORDER BY length(p.document), p.id;
\echo -- 16 MB
TRUNCATE documents;
INSERT INTO documents (id, j) SELECT n, to_json(repeat('x', 16777216 - n)) FROM unnest('{29,30}'::int[]) n;
SELECT chr(get_byte(deltaview.sink_row(v, '{"nulls": "absent"}'), 0)), length(deltaview.sink_row(v, '{"nulls": "absent"}')) - 1 FROM ONLY documents_view v ORDER BY 2;
DELETE FROM documents WHERE id = 30;
SELECT left(document, 160), length(document) FROM deltaview.preview_sink('documents_view', '{"nulls": "absent"}');

\echo -- arrays
CREATE TABLE arrays (id int PRIMARY KEY, a int[], t text[], d jsonb[], nu numeric(6,2)[], b bytea[]);
SELECT deltaview.create_view('arrays_view', 'SELECT * FROM arrays');
INSERT INTO arrays VALUES (1, '{}', '{""}', '{}', '{}', '{}'), (2, '[5:6]={1,2}', '{NULL,a}', ARRAY['{"a": 1}'::jsonb, 'null'], '{{1,2},{3,NULL}}', '{"\\x00",NULL}'),
	(3, '{{{1},{2}},{{3},{4}}}', NULL, NULL, NULL, NULL);
SELECT * FROM preview('arrays_view');

\echo -- ranges
CREATE TABLE ranges (id int PRIMARY KEY, r numrange, d daterange, m datemultirange);
SELECT deltaview.create_view('ranges_view', 'SELECT * FROM ranges');
INSERT INTO ranges VALUES (1, '[1.5,2)', '[2024-01-01,2024-02-01)', '{}'), (2, 'empty', 'empty', '{(,2024-01-01),[2024-02-01,)}'), (3, '(,)', '[infinity,infinity]', NULL);
SELECT * FROM preview('ranges_view');
SELECT * FROM preview('ranges_view', '{"infinity": "error"}') WHERE id ~ '3';

\echo -- a composite type that gets another attribute, and one of a table
CREATE TABLE part (a int, b text);
CREATE TABLE wholes (id int PRIMARY KEY, p pair, w part);
SELECT deltaview.create_view('wholes_view', 'SELECT * FROM wholes');
INSERT INTO wholes VALUES (1, (1, NULL, 1), (1, 'x'));
SELECT document FROM deltaview.preview_sink('wholes_view');
ALTER TYPE pair ADD ATTRIBUTE more text;
ALTER TABLE part DROP COLUMN a, ADD COLUMN c date;
INSERT INTO wholes VALUES (2, (1, NULL, 1, 'more'), ('x', '2024-01-01'));
SELECT document FROM deltaview.preview_sink('wholes_view');
SELECT count(*) FROM deltaview.preview_sink('wholes_view') p JOIN wholes w ON w.id = (p.id::jsonb->>'$numberInt')::int WHERE p.document::jsonb #>> '{p,more}' IS NOT DISTINCT FROM (w.p).more;

\echo -- a cast to json that a user has made is not called
CREATE TYPE flag;
CREATE FUNCTION flag_in(cstring) RETURNS flag LANGUAGE internal IMMUTABLE STRICT AS 'boolin';
CREATE FUNCTION flag_out(flag) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'boolout';
CREATE TYPE flag (INPUT = flag_in, OUTPUT = flag_out, LIKE = bool);
CREATE FUNCTION flag_to_json(flag) RETURNS json LANGUAGE sql AS 'SELECT to_json(count(*)) FROM sink_values.source';
CREATE CAST (flag AS json) WITH FUNCTION flag_to_json(flag);
CREATE TABLE flags (id int PRIMARY KEY, f flag, fs flag[]);
SELECT deltaview.create_view('flags_view', 'SELECT * FROM flags');
INSERT INTO flags VALUES (1, 't', '{t,f}');
SELECT * FROM preview('flags_view');
SELECT deltaview.verify(v.name) FROM deltaview.views v WHERE v.name::text LIKE '%\_view' OR v.name = 'everything'::regclass;
DROP SCHEMA sink_values CASCADE;
