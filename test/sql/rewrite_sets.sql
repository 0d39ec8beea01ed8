-- A rewriting step gives the same rows, duplicates included, and the same columns: over tables with duplicates and NULLs,
-- over empty ones, and again for what the next steps make of it.
SET client_min_messages = error;
CREATE SCHEMA rewrite_sets;
SET search_path = rewrite_sets, public;
CREATE TABLE a (id int PRIMARY KEY, k int, v numeric(8,2), s varchar(5), c text COLLATE "C");
CREATE TABLE b (id int PRIMARY KEY, k int, v int, s varchar(9));
CREATE TABLE e (k int, v int);

CREATE FUNCTION fill() RETURNS void LANGUAGE sql AS $$
	INSERT INTO a SELECT i, nullif(i % 5, 0), nullif(i % 7, 3), nullif('s' || i % 3, 's1'), chr(65 + i % 4) FROM generate_series(1, 40) i;
	INSERT INTO b SELECT i, nullif(i % 6, 2), nullif(i % 4, 1), nullif('s' || i % 4, 's2') FROM generate_series(1, 30) i;
$$;

CREATE FUNCTION columns_of(view regclass) RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(format('%s %s %s', attname, format_type(atttypid, atttypmod), attcollation), ', ' ORDER BY attnum)
	FROM pg_attribute WHERE attrelid = view AND attnum > 0
$$;

-- How the rewritten query differs, both ways, after this step and after each that applies to what it leaves outermost.
CREATE FUNCTION difference(query text, step text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	changed text := deltaview.rewritten(query, step);
	steps int := 0;
	differing bigint;
	rows bigint := -1;
BEGIN
	IF changed IS NULL THEN
		RETURN 'does not apply';
	END IF;
	LOOP
		steps := steps + 1;
		EXECUTE format('CREATE TEMP VIEW q AS %s', query);
		EXECUTE format('CREATE TEMP VIEW r AS %s', changed);
		IF columns_of('q') <> columns_of('r') THEN
			RETURN format('other columns: %s; %s', columns_of('q'), columns_of('r'));
		END IF;
		EXECUTE 'SELECT (SELECT count(*) FROM (SELECT q.* FROM q EXCEPT ALL SELECT r.* FROM r) d)
			+ (SELECT count(*) FROM (SELECT r.* FROM r EXCEPT ALL SELECT q.* FROM q) d), (SELECT count(*) FROM r)'
			INTO differing, rows;
		DROP VIEW q, r;
		IF differing > 0 THEN
			RETURN format('step %s: %s rows differ: %s', steps, differing, changed);
		END IF;
		changed := deltaview.rewritten(changed);
		IF changed IS NULL THEN
			RETURN format('the same %s rows', rows);
		END IF;
	END LOOP;
END $$;

CREATE TABLE shapes (step text, n int, query text, PRIMARY KEY (step, n));

-- set operations
INSERT INTO shapes SELECT 'set_operation', row_number() OVER (), query FROM (VALUES
	('SELECT k, v FROM a UNION SELECT k, v FROM b'),
	('SELECT k FROM a INTERSECT SELECT k FROM b'),
	('SELECT k FROM a INTERSECT ALL SELECT k FROM b'),
	('SELECT k FROM a EXCEPT SELECT k FROM b'),
	('SELECT k FROM a EXCEPT ALL SELECT k FROM b'),
	('SELECT k, v, s FROM b EXCEPT ALL SELECT k, v::int, s FROM a'),
	('SELECT k FROM a UNION ALL SELECT k FROM b'),
	('SELECT k FROM a UNION ALL (SELECT k FROM b UNION ALL SELECT v FROM a)'),
	('SELECT k FROM a UNION ALL (SELECT k FROM b EXCEPT SELECT v FROM a)'),
	('(SELECT k FROM a UNION SELECT k FROM b) UNION SELECT v FROM a'),
	('(SELECT k FROM a UNION ALL SELECT k FROM b) EXCEPT ALL (SELECT v::int FROM b UNION SELECT id FROM b)'),
	('(SELECT k FROM a UNION SELECT k FROM b) EXCEPT ALL SELECT v FROM b'),
	('(SELECT k FROM a INTERSECT ALL SELECT k FROM b) UNION ALL (SELECT v FROM b EXCEPT SELECT k FROM a)'),
	('SELECT k FROM a UNION (SELECT v FROM b UNION ALL SELECT id FROM b)'),
	('SELECT s FROM a UNION SELECT s FROM b'),
	('SELECT s FROM a INTERSECT SELECT s FROM b'),
	('SELECT s, c FROM a EXCEPT SELECT s, s FROM b'),
	('SELECT x.* FROM (SELECT c, c FROM a) x (c, d) UNION SELECT s, s FROM b'),
	('SELECT c AS side, c AS side_2 FROM a INTERSECT ALL SELECT chr(65 + k), s FROM b'),
	('SELECT s COLLATE "C" FROM a INTERSECT SELECT s FROM b'),
	('SELECT k, NULL FROM a UNION SELECT v, s FROM b'),
	('SELECT 1 AS one, ''x'' UNION SELECT 2, ''y'' UNION SELECT 2, ''y'''),
	('SELECT k, count(*) FROM a GROUP BY k EXCEPT SELECT k, count(*) FROM b GROUP BY k ORDER BY 2'),
	('(SELECT k FROM a ORDER BY k, id LIMIT 7) EXCEPT ALL SELECT k FROM b'),
	('SELECT DISTINCT k FROM a INTERSECT ALL SELECT k FROM b WHERE EXISTS (SELECT FROM a WHERE a.k = b.v)'),
	('SELECT * FROM a EXCEPT ALL SELECT * FROM a WHERE k > 2'),
	('SELECT a FROM a UNION SELECT a FROM a'),
	('SELECT array[k] FROM a INTERSECT ALL SELECT array[v] FROM b'),
	('VALUES (1), (2), (2), (NULL) EXCEPT ALL SELECT k FROM b'),
	('SELECT FROM a UNION SELECT FROM b'),
	('SELECT k FROM a UNION SELECT k FROM b ORDER BY 1 LIMIT 3')) q (query);
SELECT deltaview.rewritten('SELECT k, v FROM a UNION SELECT k, v FROM b', 'set_operation');
SELECT deltaview.rewritten('SELECT k FROM a EXCEPT ALL (SELECT k FROM b UNION SELECT v FROM b)', 'set_operation');
SELECT deltaview.rewritten('SELECT s FROM a UNION ALL (SELECT s FROM a INTERSECT SELECT c FROM a)', 'set_operation');

-- uncorrelated subqueries
INSERT INTO shapes SELECT 'uncorrelated', row_number() OVER (), query FROM (VALUES
	('SELECT id FROM a WHERE v > (SELECT avg(v) FROM b)'),
	('SELECT id, v - (SELECT avg(v) FROM b) AS off, (SELECT max(s) FROM b) FROM a'),
	('SELECT (SELECT min(v) FROM b), (SELECT max(v) FROM b), (SELECT count(*) FROM a)'),
	('SELECT id FROM a WHERE v > (SELECT avg(v) FROM b) AND EXISTS (SELECT FROM b WHERE b.k = a.k)'),
	('SELECT k, count(*), sum(v) FROM a WHERE v > (SELECT avg(v) FROM b) AND NOT EXISTS (SELECT FROM b WHERE b.k = a.k) GROUP BY k HAVING count(*) > 1'),
	('SELECT id FROM a WHERE EXISTS (SELECT FROM b WHERE b.k > 3)'),
	('SELECT id, EXISTS (SELECT k FROM e) FROM a WHERE NOT EXISTS (SELECT k FROM e GROUP BY k)'),
	('SELECT id, EXISTS (SELECT k FROM b GROUP BY k HAVING count(*) > 100), EXISTS (SELECT count(*) FROM e) AS one FROM a'),
	('SELECT id FROM a WHERE EXISTS (SELECT k FROM b UNION SELECT k FROM e) OR k = 2'),
	('SELECT a.id, b.id AS other FROM a JOIN b USING (k) JOIN a c ON c.id = a.id JOIN b d ON d.id = b.id AND a.v > (SELECT avg(v) FROM b)'),
	('SELECT a.id, b.id AS other FROM a LEFT JOIN b ON a.k = b.k WHERE b.v > (SELECT avg(v) FROM b) OR b.v IS NULL'),
	('SELECT a.id, b.id AS other FROM a LEFT JOIN b ON a.k = b.k AND a.v > (SELECT avg(v) FROM b)'),
	('SELECT count(*) FROM a LEFT JOIN b ON a.k = b.k WHERE (SELECT count(*) FROM e) = 0'),
	('SELECT id FROM a WHERE v > (SELECT v FROM b WHERE id = 3)'),
	('SELECT id FROM a WHERE v > (SELECT max(b.v) FROM b WHERE b.k = a.k)'),
	('SELECT k, sum(v * (SELECT max(v) FROM b)) FROM a GROUP BY k'),
	('SELECT k, sum(v) - (SELECT max(v) FROM b) FROM a GROUP BY k'),
	('SELECT k, sum(v) - (SELECT max(v) FROM b) FROM a WHERE v < (SELECT max(v) FROM b) GROUP BY k'),
	('SELECT id, (SELECT count(*) FROM b WHERE b.k = a.k) AS here, (SELECT count(*) FROM b) FROM a'),
	('SELECT id, (SELECT count(*) FROM b WHERE b.k = a.k) FROM a WHERE v > (SELECT avg(v) FROM b)'),
	('SELECT id FROM a WHERE v > (SELECT avg(v) FROM b) + (SELECT count(*) FROM e WHERE e.k = a.k)'),
	('SELECT id FROM a WHERE v > (SELECT avg(v) FROM b) OR EXISTS (SELECT FROM b WHERE b.k = a.v)'),
	('SELECT id, CASE WHEN EXISTS (SELECT FROM e) THEN (SELECT sum(v) / count(v) FROM e) END FROM a'),
	('SELECT DISTINCT k, v > (SELECT avg(v) FROM a) FROM a WHERE k IN (SELECT k FROM b)'),
	('SELECT a.id, r.r FROM a, LATERAL (SELECT sum(v) AS r FROM b WHERE b.k = a.k) r WHERE r.r > (SELECT avg(v) FROM b)'),
	('SELECT id, rank() OVER (PARTITION BY k ORDER BY v) FROM a WHERE v > (SELECT avg(v) FROM b) AND EXISTS (SELECT FROM b WHERE b.k = a.k)'),
	('SELECT id FROM a WHERE v > (SELECT avg(v) FROM a WHERE k > (SELECT min(k) FROM b))'),
	('SELECT id FROM a WHERE c > (SELECT min(s COLLATE "C") FROM b) AND s < (SELECT max(s) FROM a)'),
	('SELECT row_to_json(a)::text FROM a WHERE v > (SELECT avg(v) FROM b) AND EXISTS (SELECT FROM b WHERE b.k = a.k)'),
	('SELECT id FROM a WHERE id <= (SELECT count(*) FROM e) + 3 ORDER BY id LIMIT (SELECT 2)'),
	('SELECT a.id, x.k FROM a, (SELECT k, count(*) AS n FROM b GROUP BY k) x WHERE x.n > (SELECT avg(v) FROM b)'),
	('SELECT g, id FROM a, generate_series(1, a.k) g WHERE g < (SELECT max(v) FROM b)')) q (query);
SELECT deltaview.rewritten('SELECT s, count(*) FROM a WHERE v > (SELECT 2 * avg(v) FROM a WHERE v > 0) AND k IN (1, 2)
	AND NOT EXISTS (SELECT FROM b WHERE b.k = a.k) GROUP BY s', 'uncorrelated');
SELECT deltaview.rewritten('SELECT id, EXISTS (SELECT FROM e) FROM a WHERE v > (SELECT avg(v) FROM b)', 'uncorrelated');

-- IN and NOT IN
INSERT INTO shapes SELECT 'membership', row_number() OVER (), query FROM (VALUES
	('SELECT id FROM a WHERE k NOT IN (SELECT k FROM b)'),
	('SELECT id FROM a WHERE k NOT IN (SELECT k FROM b WHERE k IS NOT NULL)'),
	('SELECT id FROM a WHERE k NOT IN (SELECT k FROM e)'),
	('SELECT id FROM a WHERE NOT (k IN (SELECT k FROM e) AND v IN (SELECT v FROM b))'),
	('SELECT id FROM a WHERE NOT (k IN (SELECT k FROM e) OR v NOT IN (SELECT v FROM b WHERE v > 1))'),
	('SELECT id FROM a WHERE k IN (SELECT k FROM e)'),
	('SELECT id FROM a WHERE k IN (SELECT k FROM e) OR v IN (SELECT v FROM b)'),
	('SELECT id FROM a WHERE v > 2 OR (k, v) IN (SELECT k, v FROM b)'),
	('SELECT id FROM a WHERE v > 2 OR (k, v) NOT IN (SELECT k, v FROM b)'),
	('SELECT id FROM a WHERE k <> ALL (SELECT k FROM e)'),
	('SELECT id FROM a WHERE NOT k <> ALL (SELECT k FROM e)'),
	('SELECT id, k IN (SELECT k FROM e) AS i, k NOT IN (SELECT k FROM b WHERE k > 1) AS n FROM a'),
	('SELECT id, (k IN (SELECT k FROM e)) IS NULL AS i, v IN (SELECT k FROM e WHERE v > 100) AS n FROM a'),
	('SELECT id, k IN (SELECT k FROM e) AS i FROM a WHERE v NOT IN (SELECT v FROM e WHERE v > 2)'),
	('SELECT id FROM a WHERE (k IN (SELECT k FROM e)) IS NOT TRUE'),
	('SELECT id FROM a WHERE (k IN (SELECT k FROM e)) IS NULL AND (v NOT IN (SELECT v FROM b)) IS NOT FALSE'),
	('SELECT id FROM a WHERE k = ANY (SELECT k FROM e) AND k NOT IN (SELECT v FROM b WHERE v IS NOT NULL)'),
	('SELECT id FROM a WHERE k NOT IN (SELECT e.k FROM e WHERE e.v = a.v)'),
	('SELECT id FROM a WHERE s NOT IN (SELECT s FROM b WHERE s IS NOT NULL)'),
	('SELECT id FROM a WHERE v NOT IN (SELECT k FROM b WHERE k IS NOT NULL GROUP BY k HAVING count(*) > 1)'),
	('SELECT id FROM a WHERE k NOT IN (SELECT k FROM e UNION SELECT v FROM e)'),
	('SELECT id FROM a WHERE k NOT IN (SELECT k FROM e ORDER BY v, k LIMIT 1)'),
	('SELECT a.id, b.id AS other FROM a JOIN b ON a.k = b.k AND a.v NOT IN (SELECT v FROM e WHERE v > 1)'),
	('SELECT a.id, b.id AS other FROM a LEFT JOIN b ON a.k = b.k AND a.v NOT IN (SELECT v FROM e) WHERE b.v NOT IN (SELECT k FROM e)'),
	('SELECT k, count(*) FILTER (WHERE v IN (SELECT v FROM e)) FROM a WHERE k NOT IN (SELECT v FROM e) GROUP BY k'),
	('SELECT k, k IN (SELECT k FROM e) AS i FROM a GROUP BY k'),
	('SELECT id FROM a WHERE coalesce(k, (SELECT max(v) FROM e)) NOT IN (SELECT v FROM e)'),
	('SELECT id FROM a WHERE (SELECT count(*) FROM b WHERE b.k = a.k) NOT IN (SELECT v FROM e WHERE v < 3)'),
	('SELECT id, rank() OVER (ORDER BY v) IN (SELECT k FROM e) AS r FROM a'),
	('SELECT id FROM a WHERE array[k] NOT IN (SELECT array[k] FROM e)'),
	('SELECT id FROM a WHERE a NOT IN (SELECT a FROM a WHERE v > 2)'),
	('SELECT id FROM a WHERE k > ANY (SELECT k FROM e) OR k > ALL (SELECT v FROM e)')) q (query);
SELECT deltaview.rewritten('SELECT id FROM a WHERE k NOT IN (SELECT k FROM b WHERE v = 1)', 'membership');
SELECT deltaview.rewritten('SELECT id, k IN (SELECT k FROM e) AS i FROM a', 'membership');

-- grouping sets
INSERT INTO shapes SELECT 'grouping_sets', row_number() OVER (), query FROM (VALUES
	('SELECT k, s, count(*), sum(v) FROM a GROUP BY ROLLUP (k, s)'),
	('SELECT k, s, count(*) FROM a GROUP BY CUBE (k, s) HAVING count(*) > 3'),
	('SELECT k, s FROM a GROUP BY CUBE (k, s)'),
	('SELECT 1 AS one, grouping(k) AS g FROM a GROUP BY GROUPING SETS ((), (), (k))'),
	('SELECT count(*) FROM a GROUP BY ()'),
	('SELECT 7 AS seven FROM a GROUP BY ()'),
	('SELECT 7 AS seven FROM a GROUP BY GROUPING SETS ((), ()) HAVING true'),
	('SELECT k, grouping(k, v) AS g, grouping(v) AS h, max(s) FROM a GROUP BY GROUPING SETS ((k), (v), (k, v), ())'),
	('SELECT k, v, count(*) FROM a GROUP BY k, ROLLUP (v)'),
	('SELECT k, v, count(*) FROM a GROUP BY CUBE (k), CUBE (v, s)'),
	('SELECT k, v, count(*) FROM a GROUP BY DISTINCT ROLLUP (k, v), ROLLUP (k, s)'),
	('SELECT k, v, count(*) FROM a GROUP BY ROLLUP (k, v), ROLLUP (k, s)'),
	('SELECT k + 1 AS k1, (k + 1) * 2 AS k2, k, count(*) FROM a GROUP BY GROUPING SETS ((k), (k + 1), ())'),
	('SELECT coalesce(k, -1) AS k, count(*) FROM a GROUP BY ROLLUP (k) HAVING k IS NOT NULL OR count(*) > 5'),
	('SELECT k, count(*) FROM a GROUP BY ROLLUP (k) HAVING grouping(k) = 1'),
	('SELECT k FROM a GROUP BY ROLLUP (k) HAVING k > 2 OR grouping(k) = 1'),
	('SELECT id, s, k, count(*) FROM a GROUP BY GROUPING SETS ((id), (id, k))'),
	('SELECT k, count(v) FILTER (WHERE k > 1), array_agg(k ORDER BY id) FROM a GROUP BY CUBE (k)'),
	('SELECT a.k, b.s, count(*) FROM a LEFT JOIN b ON a.k = b.k GROUP BY ROLLUP (a.k, b.s)'),
	('SELECT k, (SELECT count(*) FROM b) AS n FROM a GROUP BY ROLLUP (k) HAVING count(*) < (SELECT count(*) FROM b)'),
	('SELECT k, (SELECT count(*) FROM b WHERE b.k = a.k) AS n FROM a GROUP BY ROLLUP (k)'),
	('SELECT c, count(*) FROM a GROUP BY ROLLUP (c)'),
	('SELECT c || s AS cs, count(*) FROM a GROUP BY ROLLUP (c, s)'),
	('SELECT k AS x, k AS y, count(*) FROM a GROUP BY ROLLUP (x, y)'),
	('SELECT k, count(*), rank() OVER (ORDER BY count(*)) FROM a GROUP BY ROLLUP (k)'),
	('SELECT DISTINCT k FROM a GROUP BY CUBE (k, s)'),
	('SELECT s, percentile_disc(0.5) WITHIN GROUP (ORDER BY v) AS median FROM a GROUP BY CUBE (s) ORDER BY 1')) q (query);
SELECT deltaview.rewritten('SELECT k, s, grouping(k, s), count(*) FROM a GROUP BY GROUPING SETS ((k, s), (k))', 'grouping_sets');
SELECT deltaview.rewritten('SELECT k + 1 AS k FROM a WHERE v > 1 GROUP BY ROLLUP (k) HAVING grouping(k) = 1', 'grouping_sets');

-- full joins
INSERT INTO shapes SELECT 'full_join', row_number() OVER (), query FROM (VALUES
	('SELECT a.id, b.id AS other FROM a FULL JOIN b ON a.k = b.k'),
	('SELECT a.*, b.id AS id_b, b.s AS s_b FROM a FULL JOIN b ON a.id = b.id AND a.k = b.k'),
	('SELECT k, a.id, b.id AS other FROM a FULL JOIN b USING (k)'),
	('SELECT id, k, s, count(*) FROM a NATURAL FULL JOIN (SELECT id, k, s FROM b) b GROUP BY id, k, s'),
	('SELECT a.id, e.k FROM a FULL JOIN e ON a.k = e.k'),
	('SELECT a.id, e.k FROM e FULL JOIN a ON a.k = e.k WHERE a.v > 1 OR e.v IS NULL'),
	('SELECT count(*) FROM a FULL JOIN e ON a.k = e.k'),
	('SELECT a.id, x.k, e.v FROM a JOIN (b x FULL JOIN e ON x.k = e.k) ON a.k = x.k OR a.v = e.v'),
	('SELECT a.id, x.k, e.v FROM a LEFT JOIN (b x FULL JOIN e ON x.k = e.k) ON a.k = x.k'),
	('SELECT a.id, x.k, e.v FROM (b x FULL JOIN e ON x.k = e.k) LEFT JOIN a ON a.id = x.id JOIN b y ON y.k = x.k'),
	('SELECT k, a.id, x.id AS other, e.v FROM a FULL JOIN b x USING (k) FULL JOIN e USING (k)'),
	('SELECT k, a.id, x.id AS other, e.v FROM a FULL JOIN (b x FULL JOIN e USING (k)) USING (k)'),
	('SELECT x.id, z.n FROM (a x JOIN b y USING (k)) FULL JOIN (SELECT k, count(*) AS n FROM b GROUP BY k) z USING (k)'),
	('SELECT x.id, y.id AS other, l.n FROM a x FULL JOIN b y ON x.id = y.id, LATERAL (SELECT count(*) AS n FROM e WHERE e.k = x.k OR e.v = y.v) l'),
	('SELECT a.id, b.id AS other, (SELECT count(*) FROM e WHERE e.k = a.k AND e.v = b.v) AS n FROM a FULL JOIN b ON a.id = b.id'),
	('SELECT a.id, b.id AS other FROM a FULL JOIN b ON a.id = b.id WHERE EXISTS (SELECT FROM e WHERE e.k = a.k) OR b.v > (SELECT avg(v) FROM e)'),
	('SELECT a.c, b.s FROM a FULL JOIN b ON a.c = b.s'),
	('SELECT t.id, f.n FROM a t, LATERAL (SELECT count(*) AS n FROM (SELECT t.k) x FULL JOIN e ON e.k = x.k) f'),
	('SELECT t.id, x.k FROM a t CROSS JOIN (LATERAL (SELECT t.k) x FULL JOIN e ON e.k = x.k)'),
	('SELECT a, b.id FROM a FULL JOIN b ON a.id = b.id'),
	('SELECT x.id, y.g FROM b x FULL JOIN generate_series(20, 40) y (g) ON x.id = y.g'),
	('SELECT a.id, rank() OVER (PARTITION BY b.k ORDER BY a.id) AS r FROM a FULL JOIN b ON a.id = b.id')) q (query);
SELECT deltaview.rewritten('SELECT k, a.v, e.v AS other FROM a FULL JOIN e USING (k) JOIN b USING (k)', 'full_join');

-- over empty tables, over full ones, and with one more table that is not empty
CREATE TABLE outcomes AS SELECT step, n, difference(query, step) AS empty FROM shapes;
SELECT fill();
CREATE TABLE full_outcomes AS SELECT step, n, difference(query, step) AS full FROM shapes;
INSERT INTO e VALUES (1, 1), (2, NULL), (NULL, 3), (2, NULL);
SELECT step, n, o.empty, f.full, difference(query, step) AS fuller
FROM shapes JOIN outcomes o USING (step, n) JOIN full_outcomes f USING (step, n) ORDER BY step, n;
-- A part that has hidden columns, within a join.
SELECT deltaview.create_view('joined_part', 'SELECT x.n, count(*) FROM a JOIN (SELECT k, avg(v) AS n FROM b GROUP BY k) x ON a.k = x.k GROUP BY x.n');
UPDATE b SET v = v + 1 WHERE id % 3 = 0;
SELECT * FROM verify_both_ways('joined_part');
DROP SCHEMA rewrite_sets CASCADE;
