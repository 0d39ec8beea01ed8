-- A flush that fails or is rolled back inside a transaction that goes on.
\set VERBOSITY terse
SET client_min_messages = warning;
CREATE TABLE attack_t (id int PRIMARY KEY, k int, v text);
INSERT INTO attack_t SELECT i, i % 3, 'x' FROM generate_series(1, 9) i;
SELECT deltaview.create_view('attack_rows', 'SELECT id, v FROM attack_t');
SELECT deltaview.create_view('attack_groups', 'SELECT k, count(*) AS n, max(id) AS top FROM attack_t GROUP BY k');
SELECT deltaview.create_view('attack_statement', 'SELECT k, sum(id) AS s FROM attack_t GROUP BY k', 'on statement');
SET client_min_messages = notice;
ALTER TABLE attack_rows ADD CONSTRAINT no_bad CHECK (v <> 'bad');

-- The failing flush and what it was to take in are both taken back.
DO $$
BEGIN
	INSERT INTO attack_t VALUES (20, 1, 'good');
	BEGIN
		INSERT INTO attack_t VALUES (21, 1, 'bad');
		PERFORM deltaview.flush();
	EXCEPTION WHEN check_violation THEN
		RAISE NOTICE 'caught: %', sqlerrm;
	END;
	INSERT INTO attack_t VALUES (22, 2, 'good');
END $$;
SELECT id FROM attack_rows WHERE id >= 20 ORDER BY id;
SELECT * FROM deltaview.verify('attack_rows') UNION ALL SELECT * FROM deltaview.verify('attack_groups')
	UNION ALL SELECT * FROM deltaview.verify('attack_statement');

-- Only the flush is: what it was to take in is still pending, and is mended.
DO $$
BEGIN
	INSERT INTO attack_t VALUES (30, 1, 'bad');
	BEGIN
		PERFORM deltaview.flush();
	EXCEPTION WHEN check_violation THEN
		RAISE NOTICE 'caught: %', sqlerrm;
	END;
	UPDATE attack_t SET v = 'mended' WHERE id = 30;
	PERFORM deltaview.flush();
	INSERT INTO attack_t VALUES (31, 1, 'good');
END $$;
SELECT id, v FROM attack_rows WHERE id >= 30 ORDER BY id;
SELECT * FROM deltaview.verify('attack_rows') UNION ALL SELECT * FROM deltaview.verify('attack_groups')
	UNION ALL SELECT * FROM deltaview.verify('attack_statement');

-- Many subtransactions, some with flushes, some of which are taken back.
DO $$
BEGIN
	FOR i IN 1000..3000 LOOP
		BEGIN
			INSERT INTO attack_t VALUES (i, i % 4, 'storm');
			IF i % 50 = 0 THEN PERFORM deltaview.flush(); END IF;
			IF i % 7 = 0 THEN RAISE division_by_zero; END IF;
		EXCEPTION WHEN division_by_zero THEN NULL;
		END;
	END LOOP;
END $$;
SELECT * FROM deltaview.verify('attack_rows') UNION ALL SELECT * FROM deltaview.verify('attack_groups')
	UNION ALL SELECT * FROM deltaview.verify('attack_statement');

-- Procedures that commit and roll back.
CREATE PROCEDURE attack_loop() LANGUAGE plpgsql AS $$
BEGIN
	FOR i IN 100..110 LOOP
		INSERT INTO attack_t VALUES (i, i % 3, 'loop');
		IF i % 2 = 0 THEN COMMIT; ELSIF i % 5 = 0 THEN ROLLBACK; ELSE PERFORM deltaview.flush(); END IF;
	END LOOP;
END $$;
CALL attack_loop();
CREATE PROCEDURE attack_refused() LANGUAGE plpgsql AS $$ BEGIN INSERT INTO attack_t VALUES (40, 1, 'bad'); COMMIT; END $$;
CALL attack_refused();
SELECT * FROM deltaview.verify('attack_rows') UNION ALL SELECT * FROM deltaview.verify('attack_groups')
	UNION ALL SELECT * FROM deltaview.verify('attack_statement');

-- Cursors stay as they were when they were opened.
BEGIN;
DECLARE c CURSOR FOR SELECT id FROM attack_rows ORDER BY id;
DECLARE held CURSOR WITH HOLD FOR SELECT id FROM attack_rows ORDER BY id;
FETCH 2 FROM c;
INSERT INTO attack_t VALUES (0, 1, 'first');
DELETE FROM attack_t WHERE id = 3;
SELECT deltaview.flush();
FETCH 2 FROM c;
COMMIT;
FETCH 3 FROM held;
CLOSE held;
SELECT * FROM deltaview.verify('attack_rows');

SET client_min_messages = warning;

-- A schema goes with changes pending, and comes back.
CREATE SCHEMA attack_s;
CREATE TABLE attack_s.a (id int PRIMARY KEY, k int);
CREATE TABLE attack_s.b (k int PRIMARY KEY, w text);
SELECT deltaview.create_view('attack_s.v', 'SELECT a.id, b.w FROM attack_s.a JOIN attack_s.b USING (k)');
SELECT deltaview.create_view('attack_over', 'SELECT w, count(*) AS n FROM attack_s.v GROUP BY w');
BEGIN;
INSERT INTO attack_s.a VALUES (1, 1);
INSERT INTO attack_s.b VALUES (1, 'one');
SAVEPOINT s;
DROP SCHEMA attack_s CASCADE;
ROLLBACK TO s;
INSERT INTO attack_s.a VALUES (2, 1);
COMMIT;
SELECT w, n FROM attack_over;
SELECT * FROM deltaview.verify('attack_s.v') UNION ALL SELECT * FROM deltaview.verify('attack_over');
BEGIN;
INSERT INTO attack_s.a VALUES (3, 1);
DROP SCHEMA attack_s CASCADE;
COMMIT;
SELECT count(*) FROM deltaview.views WHERE name::text LIKE '%attack_over%';

DROP PROCEDURE attack_loop, attack_refused;
DROP TABLE attack_rows, attack_groups, attack_statement;
DROP TABLE attack_t;
