-- The change stream: how values look, whatever the settings of who reads.
SET client_min_messages = warning;
\pset format unaligned
\pset tuples_only on
CREATE SCHEMA stream_values;
SET search_path = stream_values, public;
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TYPE pair AS (a int, "when" timestamptz);
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE DOMAIN document AS jsonb;
CREATE TABLE source (id int PRIMARY KEY, b bool, i2 int2, i8 int8, n numeric, f4 float4, f8 float8, t text, vc varchar(10),
	c char(4), u uuid, by bytea, d date, tm time, tz timetz, ts timestamp, tstz timestamptz, iv interval, j json, jb jsonb,
	ia int[], ta timestamptz[], p pair, m mood, ma mood[], r int4range, tr tstzrange, dom positive, doc document, o oid, ip inet);
SELECT deltaview.create_view('everything', 'SELECT * FROM source');
SELECT 1 FROM pg_create_logical_replication_slot('stream_values', 'pg_deltaview');
SET TimeZone = 'America/Bogota';
SET DateStyle = 'German';
SET IntervalStyle = 'iso_8601';
SET extra_float_digits = -5;
SET bytea_output = 'escape';
INSERT INTO source VALUES (1, true, -7, 9007199254740993, 12345678901234567890.1230, 0.1, 1e-7, E'a"b\\c\n\té', 'x', 'ab',
	'8c0b0d14-0000-4000-8000-000000000001', '\x00ff41', '2024-02-29', '13:14:15.16', '13:14:15+02', '2024-02-29 13:14:15.123456',
	'2024-02-29 13:14:15+00', '1 day 02:03:04', E'{"b":1,\n "a":[1,\r\n2], "a":"\\n"}', '{"b":1,"a":[1,2]}', '{1,NULL,3}',
	'{"2024-02-29 13:14:15+00"}', (1, '2024-02-29 13:14:15+00'), 'ok', '{sad,ok}', '[1,5)', '["2024-02-29 13:14:15+00",)', 7, '{"x":null}',
	4294967295, '10.0.0.1/8');
INSERT INTO source (id, n, f4, f8, d, ts, tstz, j, jb, doc) VALUES (2, 'NaN', '-Infinity', 'NaN', 'infinity', '-infinity', 'infinity', ' null', 'null', 'null'),
	(3, 'Infinity', '1e30', '1e300', '0044-03-15 BC', '0044-03-15 00:00:00 BC', NULL, '"null"', '"null"', '[]');
SELECT data FROM pg_logical_slot_peek_changes('stream_values', NULL, NULL, 'include-transaction', 'off');
\echo -- the settings are as they were
SELECT current_setting('TimeZone'), current_setting('DateStyle'), current_setting('IntervalStyle'), current_setting('extra_float_digits'), current_setting('bytea_output');
RESET ALL;
SET search_path = stream_values, public;
SET client_min_messages = warning;
\echo -- the same under other settings
CREATE TEMP TABLE one AS SELECT ordinality AS no, data FROM pg_logical_slot_peek_changes('stream_values', NULL, NULL) WITH ORDINALITY;
SET TimeZone = 'Asia/Kolkata';
SET DateStyle = 'SQL, DMY';
SET IntervalStyle = 'sql_standard';
SET search_path = pg_catalog;
SELECT count(*), count(*) FILTER (WHERE a.data <> b.data) FROM pg_temp.one a
	JOIN pg_logical_slot_peek_changes('stream_values', NULL, NULL) WITH ORDINALITY b (lsn, xid, data, no) USING (no);
RESET ALL;
SET search_path = stream_values, public;
SET client_min_messages = warning;
\echo -- every line is JSON, and jsonb comes back as it was
WITH v AS (SELECT c->>'name' AS name, c->'value' AS value, c->>'null' AS json_null, l.n AS line
	FROM pg_logical_slot_get_changes('stream_values', NULL, NULL, 'include-transaction', 'off') WITH ORDINALITY l (lsn, xid, data, n),
		jsonb_array_elements(data::jsonb->'columns') c)
SELECT s.id, s.jb IS NOT DISTINCT FROM (CASE WHEN v.value <> 'null' OR v.json_null IS NOT NULL THEN v.value END), v.json_null
FROM v JOIN source s ON s.id = v.line WHERE v.name = 'jb' ORDER BY 1;

\echo -- a cast to json that a user has made is not called
CREATE TYPE flag;
CREATE FUNCTION flag_in(cstring) RETURNS flag LANGUAGE internal IMMUTABLE STRICT AS 'boolin';
CREATE FUNCTION flag_out(flag) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'boolout';
CREATE TYPE flag (INPUT = flag_in, OUTPUT = flag_out, LIKE = bool);
CREATE FUNCTION flag_to_json(flag) RETURNS json LANGUAGE sql AS 'SELECT to_json(count(*)) FROM stream_values.source';
CREATE CAST (flag AS json) WITH FUNCTION flag_to_json(flag);
CREATE TYPE flags AS (f flag, n int);
CREATE TABLE flagged (id int PRIMARY KEY, f flag, fs flag[], r flags);
INSERT INTO flagged VALUES (1, 't', '{t,f}', ('t', 1));
SELECT data FROM pg_logical_slot_get_changes('stream_values', NULL, NULL, 'include-transaction', 'off', 'add-tables', '*.flagged');
SELECT * FROM deltaview.verify('everything');
SELECT pg_drop_replication_slot('stream_values');
DROP SCHEMA stream_values CASCADE;
