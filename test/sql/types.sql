-- Columns of any type, with or without an equality operator, in the view or not.
SET client_min_messages = warning;
CREATE SCHEMA types;
SET search_path = types, public;
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE TYPE pair AS (a int, b text);
CREATE TABLE t (id int PRIMARY KEY, j json, jb jsonb, p point, n numeric(10,3), free numeric, t text, c char(5), vc varchar(5),
  ints int[], texts text[], m mood, d positive, comp pair, by bytea, u uuid, ts timestamp, tz timestamptz, iv interval, r int4range,
  f4 float4, f8 float8, b bool, bits bit(3), ip inet, tsv tsvector);
CREATE TABLE keyless (j json, p point);
INSERT INTO t VALUES (1, '{"a": 1}', '{"a": 1.0}', '(1,2)', 1.5, 1.50, 'one', 'c', 'vc', '{1,2}', '{a,NULL}', 'ok', 1, '(1,x)', '\x01',
  '00000000-0000-0000-0000-000000000001', '2024-01-01', '2024-01-01 UTC', '1 day', '[1,5)', 0.1, 0.2, true, B'101', '10.0.0.1', 'a b');
INSERT INTO t (id) VALUES (2);
INSERT INTO keyless VALUES ('1', '(1,1)'), ('1', '(1,1)'), (NULL, NULL);
SELECT deltaview.create_view('whole', 'SELECT * FROM t WHERE id > 0');
SELECT deltaview.create_view('bare', 'SELECT j, p, comp AS raw_comp, ints FROM t');
SELECT deltaview.create_view('loose', 'SELECT j, p FROM keyless');
SELECT deltaview.create_view('joined', 'SELECT t.id, t.j, k.p FROM t LEFT JOIN keyless k ON k.p[0] = t.id');
SELECT deltaview.create_view('unused', 'SELECT m, count(*) AS n, max(d) AS d, sum(n) AS s, min(tz) AS tz, max(ints) AS ints FROM t GROUP BY m');
SELECT deltaview.create_view('by_domain', 'SELECT d, r, ip, comp, count(*) AS n FROM t GROUP BY d, r, ip, comp');
SELECT deltaview.create_view('documents', 'SELECT id, jsonb_build_object(''j'', j, ''jb'', jb, ''n'', n, ''ints'', ints, ''comp'', comp, ''tz'', tz, ''f8'', f8) AS doc FROM t');
INSERT INTO t SELECT 3, j, jb, p, n, free, repeat('long ', 10000), c, vc, ints, texts, 'happy', 2, comp, by, u, ts, tz, iv, r, f4, f8, b, bits, ip, tsv FROM t WHERE id = 1;
-- only the text of a json value, the scale of a numeric, or the sign of a zero changes
UPDATE t SET j = '{"a":1}' WHERE id = 1;
UPDATE t SET free = 1.5 WHERE id = 1;
UPDATE t SET f8 = '-0' WHERE id = 2;
SELECT id, j, free, f8 FROM whole ORDER BY id;
SELECT * FROM verify_both_ways('whole');
UPDATE t SET t = t || 'er', p = '(3,3)', comp = '(2,)', texts = texts || 'z'::text WHERE id = 3;
UPDATE t SET m = 'sad', j = NULL WHERE id = 2;
INSERT INTO keyless VALUES ('2', '(2,2)'), ('2', '(2,2)');
DELETE FROM keyless WHERE ctid = (SELECT min(ctid) FROM keyless WHERE p ~= '(1,1)');
SELECT j, p FROM loose ORDER BY p::text;
BEGIN;
UPDATE t SET id = id + 10;
DELETE FROM t WHERE id = 11;
INSERT INTO t (id, m, n, f8) VALUES (12345, 'ok', 0.125, 'NaN');
COMMIT;
SELECT m, n, d, s, tz, ints FROM unused ORDER BY m;
SELECT * FROM verify_both_ways('whole');
SELECT * FROM verify_both_ways('bare');
SELECT * FROM verify_both_ways('loose');
SELECT * FROM verify_both_ways('joined');
SELECT * FROM verify_both_ways('unused');
SELECT * FROM verify_both_ways('by_domain');
SELECT * FROM verify_both_ways('documents');
-- keys too long for an index row
CREATE TABLE long_keys (k text, n int);
SELECT deltaview.create_view('by_long', 'SELECT k, count(*) AS c, sum(n) AS n FROM long_keys GROUP BY k');
SELECT deltaview.create_view('long_ones', 'SELECT DISTINCT k FROM long_keys');
INSERT INTO long_keys SELECT string_agg(md5(i::text || j), ''), i FROM generate_series(1, 3) i, generate_series(1, 2000) j GROUP BY i;
INSERT INTO long_keys SELECT k, 10 FROM long_keys;
SELECT length(k), c, n FROM by_long ORDER BY n;
DELETE FROM long_keys WHERE n = 10;
SELECT * FROM verify_both_ways('by_long');
SELECT * FROM verify_both_ways('long_ones');
-- settings at creation count, not those of the writer
SET TimeZone = 'UTC';
SET DateStyle = 'ISO, DMY';
SELECT deltaview.create_view('as_text', 'SELECT id, tz::text AS tz, date_trunc(''day'', tz) AS day, f8::text AS f8 FROM t');
CREATE TABLE dated (id int PRIMARY KEY, d date);
INSERT INTO dated VALUES (1, '2023-01-01');
SELECT deltaview.create_view('dated_constants', 'SELECT id, d > DATE ''2024-01-02'' AS late, id * float8 ''0.33333333333333331'' AS third, d + interval ''-1 day +2 hours'' AS soon, d::text AS text FROM dated');
SET TimeZone = 'Asia/Tokyo';
SET DateStyle = 'German, DMY';
SET extra_float_digits = -5;
UPDATE t SET tz = '2024-06-01 23:30 UTC', f8 = 1.0 / 3 WHERE id = 13;
SELECT id, tz, f8 FROM as_text WHERE id = 13;
SELECT count(*) FROM deltaview.verify('as_text');
-- and the constants of a query, whose rules this session is the first to write
\c -
SET search_path = types, public;
SET client_min_messages = warning;
SET DateStyle = 'SQL, MDY';
SET IntervalStyle = 'sql_standard';
SET extra_float_digits = -5;
UPDATE dated SET d = '2024-01-15';
SELECT id, late, third, soon, text FROM dated_constants;
SELECT count(*) FROM deltaview.verify('dated_constants');
DROP SCHEMA types CASCADE;
