-- The change stream: savepoints, prepared transactions, and large transactions in blocks before they commit.
SET client_min_messages = warning;
\pset format unaligned
\pset tuples_only on
CREATE SCHEMA stream_transactions;
SET search_path = stream_transactions, public;
CREATE TABLE items (id int PRIMARY KEY, grp int NOT NULL, price int NOT NULL);
SELECT deltaview.create_view('sums', 'SELECT grp, sum(price) AS price FROM items GROUP BY grp');
SELECT deltaview.create_view('list', 'SELECT id, price FROM items', refresh => 'on statement');
SELECT 1 FROM pg_create_logical_replication_slot('plain', 'pg_deltaview');
SELECT 1 FROM pg_create_logical_replication_slot('prepared', 'pg_deltaview', false, true);
CREATE FUNCTION next(slot name, VARIADIC options text[] DEFAULT '{}') RETURNS SETOF text LANGUAGE sql AS
$$ SELECT regexp_replace(data, '"((sub)?xid)":\d+', '"\1":N', 'g') FROM pg_logical_slot_get_changes(slot, NULL, NULL, VARIADIC ARRAY['include-types', 'off', 'include-schemas', 'off'] || options) $$;

\echo -- what is rolled back is not there, and what is netted before the commit neither
BEGIN;
INSERT INTO items VALUES (1, 1, 10);
SAVEPOINT a;
INSERT INTO items VALUES (2, 1, 20);
ROLLBACK TO a;
INSERT INTO items VALUES (3, 2, 30);
SAVEPOINT b;
UPDATE items SET price = 31 WHERE id = 3;
RELEASE b;
COMMIT;
BEGIN;
DELETE FROM items;
ROLLBACK;
BEGIN;
INSERT INTO items VALUES (4, 3, 40);
DELETE FROM items WHERE id = 4;
COMMIT;
SELECT * FROM next('plain');
SELECT count(*) FROM next('prepared');

\echo -- a prepared transaction: as any other at its commit, or by a slot for two-phase commit at once
BEGIN;
INSERT INTO items VALUES (5, 1, 50);
PREPARE TRANSACTION 'stream "one"';
SELECT * FROM next('plain');
SELECT * FROM next('prepared');
COMMIT PREPARED 'stream "one"';
SELECT * FROM next('plain');
SELECT * FROM next('prepared');
BEGIN;
DELETE FROM items WHERE id = 5;
PREPARE TRANSACTION 'stream two';
ROLLBACK PREPARED 'stream two';
SELECT * FROM next('plain');
SELECT regexp_replace(regexp_replace(n, '\d+/[0-9A-F]+', 'L', 'g'), '"\d+-[^"]*"', '"T"')
	FROM next('prepared', 'include-xids', 'on', 'include-lsn', 'on', 'include-timestamp', 'on') n;
\echo -- also if it has nothing for us
BEGIN;
CREATE TABLE nothing ();
PREPARE TRANSACTION 'stream three';
COMMIT PREPARED 'stream three';
SELECT * FROM next('plain');
SELECT * FROM next('prepared');
SELECT * FROM next('prepared', 'include-transaction', 'off');
SELECT * FROM next('prepared', 'format-version', '1');

\echo -- a large transaction comes in blocks while it is read, if one asks for it
SET logical_decoding_work_mem = '64kB';
CREATE FUNCTION outline(slot name, VARIADIC options text[] DEFAULT '{}') RETURNS TABLE (changes bigint, xids bigint, subxids bigint, actions text) LANGUAGE sql AS $$
	WITH n AS (SELECT ordinality AS no, data::jsonb AS j FROM pg_logical_slot_get_changes(slot, NULL, NULL, VARIADIC options) WITH ORDINALITY x (lsn, xid, data, ordinality))
	SELECT count(*) FILTER (WHERE j ? 'columns'), count(DISTINCT j->>'xid'), count(DISTINCT j->>'subxid'),
		regexp_replace(regexp_replace(string_agg(j->>'action', ' ' ORDER BY no), '\y([IUD])( \1)+\y', '\1+', 'g'), '(SB (?:[IUD]\+? )+SE)(?: SB (?:[IUD]\+? )+SE)+', '\1 and so on', 'g') FROM n $$;
BEGIN;
INSERT INTO items SELECT i, i, i FROM generate_series(1001, 3000) i;
COMMIT;
SELECT * FROM outline('plain', 'streaming', 'on', 'views', '*.list');
SELECT * FROM outline('prepared');
\echo -- what is taken back is named: a subtransaction, or all
BEGIN;
INSERT INTO items SELECT i, i, i FROM generate_series(3001, 5000) i;
SAVEPOINT a;
INSERT INTO items SELECT i, i, i FROM generate_series(5001, 7000) i;
ROLLBACK TO a;
INSERT INTO items SELECT i, i, i FROM generate_series(7001, 9000) i;
COMMIT;
CREATE TABLE streamed AS SELECT no, data::jsonb AS j FROM pg_logical_slot_get_changes('plain', NULL, NULL, 'streaming', 'on', 'views', '*.list') WITH ORDINALITY x (lsn, xid, data, no);
SELECT count(*) FILTER (WHERE j->>'action' = 'SA'), count(*) FILTER (WHERE j->>'action' = 'SC'), count(*) FILTER (WHERE j->>'action' = 'SB') = count(*) FILTER (WHERE j->>'action' = 'SE') FROM streamed;
\echo -- whoever drops the changes of what was taken back has those of the transaction
SELECT count(*), min((j->'columns'->0->>'value')::int), max((j->'columns'->0->>'value')::int),
	count(*) FILTER (WHERE (j->'columns'->0->>'value')::int BETWEEN 5001 AND 7000) FROM streamed s WHERE j->>'action' = 'I'
	AND NOT EXISTS (SELECT FROM streamed a WHERE a.no > s.no AND a.j->>'action' = 'SA' AND a.j->>'xid' = s.j->>'xid' AND (a.j->>'subxid' = s.j->>'subxid' OR NOT a.j ? 'subxid'));
BEGIN;
DELETE FROM items WHERE id > 1000;
ROLLBACK;
SELECT * FROM outline('plain', 'streaming', 'on', 'views', '*.list');
\echo -- nothing of it is for us: nothing comes
BEGIN;
UPDATE items SET grp = grp + 10000 WHERE id > 1000;
COMMIT;
SELECT * FROM outline('plain', 'streaming', 'on', 'views', '*.list');
SELECT count(*) FROM next('prepared');
\echo -- prepared, and in blocks
BEGIN;
DELETE FROM items WHERE id > 1000;
PREPARE TRANSACTION 'stream four';
SELECT actions FROM outline('prepared', 'streaming', 'on', 'views', '*.list');
COMMIT PREPARED 'stream four';
SELECT actions FROM outline('prepared', 'streaming', 'on', 'views', '*.list');
SELECT actions FROM outline('plain', 'views', '*.list');
RESET logical_decoding_work_mem;
\echo -- large ones as one object each
BEGIN;
INSERT INTO items SELECT i, i, i FROM generate_series(10001, 20000) i;
COMMIT;
DELETE FROM items WHERE id > 10000;
UPDATE items SET price = 1;
SELECT length(n) > 1000000, jsonb_array_length(n::jsonb->'change') FROM next('plain', 'format-version', '1', 'views', '*.list', 'include-types', 'on', 'include-pk', 'on') n;
SELECT verify_both_ways('sums'), verify_both_ways('list');
SELECT pg_drop_replication_slot('plain'), pg_drop_replication_slot('prepared');
DROP SCHEMA stream_transactions CASCADE;
