-- Documents are in UTF-8, whatever the database is in.
SET client_min_messages = warning;
\pset format unaligned
\pset tuples_only on
SET client_encoding = 'UTF8';
CREATE DATABASE sink_latin1 ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0;
CREATE DATABASE sink_ascii ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0;
\c sink_latin1
SET client_min_messages = warning;
SET client_encoding = 'UTF8';
CREATE EXTENSION pg_deltaview;
CREATE TABLE source (id text PRIMARY KEY, "é" text, e jsonb, j json, a text[]);
SELECT deltaview.create_view('v', 'SELECT * FROM source');
INSERT INTO source VALUES ('ü', 'naïve', '{"ö": "\u00e4"}', '{"ö": "\\ä\u0041"}', '{ß}'), (repeat('é', 3), repeat('ÿ', 200), NULL, '"\u20ac"', NULL);
SELECT * FROM deltaview.preview_sink('v') ORDER BY id COLLATE "C";
SELECT encode(deltaview.sink_row(v.*, '{"nulls": "absent"}'), 'escape') FROM ONLY v WHERE e IS NOT NULL;
SELECT * FROM deltaview.verify('v');
DROP EXTENSION pg_deltaview CASCADE;
\c sink_ascii
SET client_min_messages = warning;
CREATE EXTENSION pg_deltaview;
CREATE TABLE source (id int PRIMARY KEY, t text, j jsonb);
SELECT deltaview.create_view('v', 'SELECT * FROM source');
INSERT INTO source VALUES (1, E'\xc3\xa9', E'{"\xc3\xa9": 1}'), (2, E'\xe9', NULL), (3, 'a', E'{"a": "\xe9"}'), (4, 'a', E'{"\xe9": 1}'), (5, E'\xed\xa0\x80', NULL);
SELECT p.document::jsonb->>'code', p.document::jsonb->>'message', p.document::jsonb->'row', p.id FROM deltaview.preview_sink('v') p ORDER BY p.id;
SELECT encode(deltaview.sink_row(v.*, '{"nulls": "absent"}'), 'escape') FROM ONLY v WHERE id = 1;
SELECT * FROM deltaview.verify('v');
DROP EXTENSION pg_deltaview CASCADE;
\c contrib_regression
DROP DATABASE sink_latin1;
DROP DATABASE sink_ascii;
