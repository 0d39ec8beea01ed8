-- A query that no strategy serves becomes one over subqueries, step by step: each with the same columns and rows.
CREATE TABLE rb_t (id int PRIMARY KEY, g int, h int, x int, n numeric(8,2), s text, b bool, a int[]);
CREATE TABLE rb_u (g int, k int, y int);
INSERT INTO rb_t
SELECT i, nullif(i % 5, 4), nullif(i % 3, 2), nullif(i * 7 % 4, 3), nullif(i % 6, 5) * 1.25, nullif('s' || i % 4, 's3'),
	CASE i % 7 WHEN 0 THEN NULL ELSE i % 3 > 0 END, CASE i % 4 WHEN 0 THEN NULL ELSE ARRAY[i % 3, i % 2] END
FROM generate_series(1, 60) i;
INSERT INTO rb_u SELECT nullif(i % 7, 6), i % 3, nullif(i % 4, 1) FROM generate_series(1, 30) i;
INSERT INTO rb_u SELECT * FROM rb_u LIMIT 9;

-- What the step makes of a query: how often it can be taken in a row, the rows, and what differs of rows and columns.
CREATE FUNCTION rb_compare(step text, query text) RETURNS TABLE (times int, query_rows int, differences bigint)
LANGUAGE plpgsql AS $$
DECLARE
	now text := deltaview.rewritten(query, step);
BEGIN
	times := 0;
	IF now IS NULL THEN
		RETURN NEXT;
		RETURN;
	END IF;
	differences := 0;
	WHILE now IS NOT NULL AND times < 9 LOOP
		times := times + 1;
		EXECUTE format('CREATE TEMP VIEW rb_v AS %s; CREATE TEMP VIEW rb_w AS %s', query, now);
		EXECUTE 'SELECT count(*) FROM rb_v' INTO query_rows;
		EXECUTE format('SELECT %s + (SELECT count(*) FROM (SELECT v::text FROM rb_v v EXCEPT ALL SELECT w::text FROM rb_w w) d)
			+ (SELECT count(*) FROM (SELECT w::text FROM rb_w w EXCEPT ALL SELECT v::text FROM rb_v v) d)
			+ (SELECT count(*) FROM (SELECT * FROM pg_attribute WHERE attrelid = ''rb_v''::regclass) v
				FULL JOIN (SELECT * FROM pg_attribute WHERE attrelid = ''rb_w''::regclass) w
				USING (attnum, attname, atttypid, atttypmod, attcollation) WHERE v.attrelid IS NULL OR w.attrelid IS NULL)',
			differences) INTO differences;
		DROP VIEW rb_v, rb_w;
		now := deltaview.rewritten(now, step);
	END LOOP;
	RETURN NEXT;
END $$;
CREATE TABLE rb_queries (step text, n int GENERATED ALWAYS AS IDENTITY, query text);
INSERT INTO rb_queries (step, query) VALUES
('limit', 'SELECT g, x FROM rb_t WHERE h = 1 ORDER BY id LIMIT 5'),
('limit', 'SELECT g, g AS g2, x + 1 AS g3 FROM rb_t ORDER BY n DESC NULLS LAST, id DESC LIMIT 7 OFFSET 3'),
('limit', 'SELECT id FROM rb_t ORDER BY id OFFSET 50'),
('limit', 'SELECT id, n FROM rb_t ORDER BY n NULLS FIRST FETCH FIRST 3 ROWS WITH TIES'),
('limit', 'SELECT id FROM rb_t ORDER BY x + h FETCH FIRST 3 ROWS WITH TIES'),
('limit', 'SELECT g, count(*) AS c FROM rb_t GROUP BY g ORDER BY sum(n) DESC NULLS LAST, g LIMIT 2'),
('limit', 'SELECT g, sum(x) OVER w AS s FROM rb_t WINDOW w AS (PARTITION BY g ORDER BY id) ORDER BY row_number() OVER w, g LIMIT 4'),
('limit', 'SELECT DISTINCT g, h FROM rb_t ORDER BY h DESC, g LIMIT 4'),
('limit', 'SELECT DISTINCT g, g AS again FROM rb_t ORDER BY g LIMIT 4'),
('limit', 'SELECT DISTINCT ON (g, h) g, x, id FROM rb_t ORDER BY g, h, n, id LIMIT 6'),
('limit', 'SELECT g FROM rb_t UNION ALL SELECT g FROM rb_u ORDER BY 1 LIMIT 20'),
('limit', '(SELECT g, g AS again FROM rb_u EXCEPT SELECT g, h FROM rb_t) UNION SELECT k, y FROM rb_u ORDER BY 1, 2 LIMIT 5'),
('limit', 'SELECT id, unnest(a) AS e FROM rb_t ORDER BY n, id, e LIMIT 11'),
('limit', 'SELECT id, ''c'' AS c, (SELECT count(*) FROM rb_u u WHERE u.g = t.g) AS k FROM rb_t t ORDER BY 3, 1 LIMIT 8'),
('limit', 'SELECT t.id, u.y FROM rb_t t LEFT JOIN rb_u u ON u.g = t.g AND u.k = t.x ORDER BY 1, 2 LIMIT (SELECT count(*) FROM rb_u) OFFSET 1'),
('limit', 'SELECT g FROM rb_t GROUP BY GROUPING SETS ((g), ()) ORDER BY grouping(g), g LIMIT 3'),
('limit', 'WITH RECURSIVE r AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM r WHERE i < 9) SELECT i, g FROM r LEFT JOIN rb_u ON g = i ORDER BY i, g LIMIT 5'),
('limit', 'SELECT t FROM rb_t t ORDER BY id LIMIT 2'),
('limit', 'SELECT ROW(id, g) AS r FROM rb_t ORDER BY id LIMIT 2'),
('limit', 'SELECT s.g FROM (SELECT g, count(*) AS c FROM rb_t GROUP BY g) s ORDER BY c, g LIMIT 2'),
('limit', 'SELECT id, x FROM rb_t ORDER BY n, id LIMIT 3'),
('limit', 'SELECT id FROM rb_t'),
('distinct', 'SELECT DISTINCT count(*) AS c FROM rb_t GROUP BY g'),
('distinct', 'SELECT DISTINCT g, sum(x) AS s, count(*) > 4 AS c FROM rb_t GROUP BY g, h'),
('distinct', 'SELECT DISTINCT max(x) AS m FROM rb_t'),
('distinct', 'SELECT DISTINCT h, rank() OVER (PARTITION BY g ORDER BY x) AS r FROM rb_t'),
('distinct', 'SELECT DISTINCT ON (count(*)) g, count(*) AS c FROM rb_u GROUP BY g ORDER BY count(*), g'),
('distinct', 'SELECT DISTINCT ON (h) g, unnest(a) AS e FROM rb_t ORDER BY h, id, 2'),
('distinct', 'SELECT DISTINCT unnest(a) AS e, h FROM rb_t'),
('distinct', 'SELECT DISTINCT g, count(*) AS c FROM rb_t GROUP BY ROLLUP (g, h)'),
('distinct', 'SELECT DISTINCT g FROM rb_t GROUP BY g, h HAVING count(*) > 3'),
('distinct', 'SELECT DISTINCT count(*) AS c FROM rb_t GROUP BY g ORDER BY 1'),
('distinct', 'SELECT DISTINCT 1 AS one, ''x'' AS x, s COLLATE "C" AS s FROM rb_t GROUP BY g, s'),
('distinct', 'SELECT DISTINCT g, h FROM rb_t'),
('distinct', 'SELECT DISTINCT count(*) AS c FROM rb_t GROUP BY g ORDER BY 1 LIMIT 1'),
('windows', 'SELECT g, count(*) AS c, rank() OVER (ORDER BY count(*)) AS r FROM rb_t GROUP BY g'),
('windows', 'SELECT g, h, sum(count(*)) OVER (PARTITION BY g) AS t, sum(x) / sum(sum(x)) OVER (PARTITION BY g)::numeric AS part FROM rb_t GROUP BY g, h HAVING sum(x) > 0'),
('windows', 'SELECT g + 1 AS g1, lag(sum(n), 2, 0.5) OVER (ORDER BY g + 1) AS l, upper(max(s)) AS m FROM rb_t GROUP BY g + 1'),
('windows', 'SELECT count(*) AS c, row_number() OVER () AS r FROM rb_t'),
('windows', 'SELECT id, s, h, dense_rank() OVER (PARTITION BY h ORDER BY s) AS r FROM rb_t GROUP BY id'),
('windows', 'SELECT g, h, grouping(g, h) AS level, rank() OVER (PARTITION BY grouping(g, h) ORDER BY sum(x)) AS r FROM rb_t GROUP BY ROLLUP (g, h)'),
('windows', 'SELECT g, (SELECT count(*) FROM rb_u u WHERE u.g = t.g AND u.k < count(t.x)) AS k, first_value(g) OVER (ORDER BY g) AS f FROM rb_t t GROUP BY g'),
('windows', 'SELECT g, unnest(array_agg(x ORDER BY id)) AS e, max(count(*)) OVER () AS m FROM rb_t GROUP BY g'),
('windows', 'SELECT 1 AS one, count(*) OVER w AS c FROM rb_t GROUP BY g, h WINDOW w AS (PARTITION BY g ORDER BY h NULLS FIRST ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)'),
('windows', 'SELECT g, sum(count(*)) FILTER (WHERE g > 1) OVER (ORDER BY g) AS f FROM rb_t GROUP BY g'),
('windows', 'SELECT id, rank() OVER (PARTITION BY g ORDER BY x) AS a, rank() OVER (PARTITION BY h ORDER BY n) AS b FROM rb_t'),
('windows', 'SELECT id, count(*) OVER (PARTITION BY g, h) + count(*) OVER (PARTITION BY h, g) AS gh, sum(x) OVER (PARTITION BY g) AS sg, max(n) OVER () AS m FROM rb_t WHERE x > 0'),
('windows', 'SELECT id, upper(s) AS u, sum(x) OVER w AS a, min(x) OVER (w ORDER BY id) AS c, max(n * x) OVER (PARTITION BY h + 1 ORDER BY id ROWS 2 PRECEDING) AS d FROM rb_t WINDOW w AS (PARTITION BY g)'),
('windows', 'SELECT count(*) OVER () AS c, sum(t.x) OVER (PARTITION BY u.y) AS d, (SELECT max(y) FROM rb_u v WHERE v.g = t.g) AS e FROM rb_t t LEFT JOIN rb_u u USING (g)'),
('windows', 'SELECT t.g, count(*) OVER (PARTITION BY (SELECT max(y) FROM rb_u v WHERE v.g = t.g)) AS c, count(*) OVER (PARTITION BY h) AS d FROM rb_t t'),
('windows', 'SELECT id, count(*) OVER (PARTITION BY g) AS a, sum(x) OVER (PARTITION BY g ORDER BY id) AS b FROM rb_t'),
('windows', 'SELECT id, count(*) OVER () AS a, row_number() OVER (ORDER BY id) AS b FROM rb_t'),
('windows', 'SELECT id, unnest(a) AS e, count(*) OVER (PARTITION BY g) AS b, count(*) OVER (PARTITION BY h) AS c FROM rb_t'),
('windows', 'SELECT count(*) OVER (PARTITION BY g) AS b FROM rb_t ORDER BY id LIMIT 3'),
('having', 'SELECT g, sum(x) AS s FROM rb_t GROUP BY g HAVING count(*) > 11'),
('having', 'SELECT count(*) AS c FROM rb_t GROUP BY g, h HAVING g = 1 AND avg(n) > 1'),
('having', 'SELECT 1 AS one FROM rb_t HAVING count(*) > 3'),
('having', 'SELECT 1 AS one FROM rb_t HAVING count(*) < 3'),
('having', 'SELECT 1 AS one FROM rb_t HAVING true'),
('having', 'SELECT 1 AS one FROM rb_t WHERE false HAVING true'),
('having', 'SELECT 1 AS one FROM rb_t GROUP BY g HAVING true'),
('having', 'SELECT max(x) - min(x) AS d, upper(s) AS u FROM rb_t GROUP BY upper(s) HAVING upper(s) LIKE ''S%'' OR count(*) FILTER (WHERE x = 0) > 1'),
('having', 'SELECT g FROM rb_t t GROUP BY g HAVING sum(x) > (SELECT sum(y) FROM rb_u u WHERE u.g = t.g)'),
('having', 'SELECT g, h FROM rb_t t GROUP BY g, h HAVING EXISTS (SELECT FROM rb_u u WHERE u.g = t.g AND u.y <= count(t.x) AND u.k IN (SELECT v.k FROM rb_u v WHERE v.y < max(t.x) + t.h))'),
('having', 'SELECT g FROM rb_t GROUP BY g HAVING sum(n) > (SELECT sum(n) * 0.19 FROM rb_t)'),
('having', 'SELECT g + h AS gh FROM rb_t t GROUP BY g + h HAVING (g + h) IN (SELECT y FROM rb_u u)'),
('having', 'SELECT id, s, n * 2 AS n2, count(*) AS c FROM rb_t JOIN rb_u USING (g) GROUP BY id HAVING count(*) > 3 AND s > ''s0'''),
('having', 'SELECT t, count(*) AS c FROM rb_t t JOIN rb_u USING (g) GROUP BY t.id HAVING count(*) > 4'),
('having', 'SELECT g, h, count(*) AS c, grouping(h) AS l FROM rb_t GROUP BY CUBE (g, h) HAVING count(*) > 10 AND grouping(g) = 0'),
('having', 'SELECT g, string_agg(s, '','' ORDER BY id) AS l FROM rb_t GROUP BY g HAVING count(DISTINCT h) = 2'),
('having', 'SELECT g, (SELECT max(y) FROM rb_u u WHERE u.g = t.g) AS m, count(*) AS c FROM rb_t t GROUP BY g'),
('having', 'SELECT count(*) AS c, (SELECT max(y) FROM rb_u) AS m FROM rb_t'),
('having', 'SELECT g, unnest(array_agg(x ORDER BY id)) AS e FROM rb_t GROUP BY g'),
('having', 'SELECT g, s COLLATE "C" < ''s1'' AS l FROM rb_t GROUP BY g, s COLLATE "C" HAVING max(s) > ''s'''),
('having', 'SELECT percentile_cont(g / 5.0) WITHIN GROUP (ORDER BY x) AS p FROM rb_t GROUP BY g HAVING g > 0'),
('having', 'SELECT g, sum(x) AS s FROM rb_t GROUP BY g'),
('having', 'SELECT ''k'' AS k, g FROM rb_t GROUP BY ROLLUP (1, 2) HAVING count(*) > 1'),
('having', 'SELECT g, rank() OVER (ORDER BY g) AS r FROM rb_t GROUP BY g HAVING count(*) > 11'),
('distinct_aggregates', 'SELECT g, count(DISTINCT x) AS c FROM rb_t GROUP BY g'),
('distinct_aggregates', 'SELECT count(DISTINCT x) AS c, count(*) AS k, count(h) AS h, sum(id) AS s, sum(n) AS n FROM rb_t'),
('distinct_aggregates', 'SELECT count(DISTINCT x) AS c, count(*) AS k, count(h) AS h, sum(id) AS s, sum(n) AS n, avg(id) AS a FROM rb_t WHERE false'),
('distinct_aggregates', 'SELECT g, sum(DISTINCT x + h) AS d, avg(DISTINCT x + h) AS a, min(n) AS mi, max(s) AS ma, bool_and(b) AS ba, bool_or(b) AS bo, every(b) AS e, sum(x::int2) AS s2, sum(x::int8) AS s8, sum(n) AS sn, avg(n) AS an, avg(id) AS ai FROM rb_t GROUP BY g'),
('distinct_aggregates', 'SELECT g, count(DISTINCT s) AS d, sum(x) FILTER (WHERE h = 1) AS f, count(*) FILTER (WHERE h = 1) AS k FROM rb_t GROUP BY g'),
('distinct_aggregates', 'SELECT t.id, t.s, count(DISTINCT u.y) AS c, sum(u.k) AS k FROM rb_t t JOIN rb_u u USING (g) GROUP BY t.id'),
('distinct_aggregates', 'SELECT t.g, count(DISTINCT u.y) AS c, sum(u.k) + t.g AS k FROM rb_t t LEFT JOIN rb_u u USING (g) GROUP BY t.g'),
('distinct_aggregates', 'SELECT g, count(DISTINCT g) AS c, sum(DISTINCT g) AS s FROM rb_t GROUP BY g'),
('distinct_aggregates', 'SELECT g, count(DISTINCT (x, h)) AS c FROM rb_t GROUP BY g'),
('distinct_aggregates', 'SELECT g, count(DISTINCT n) AS c, sum(DISTINCT n) AS s, max(DISTINCT n) AS m FROM rb_t GROUP BY g'),
('distinct_aggregates', 'SELECT g, count(DISTINCT n) AS c, sum(DISTINCT n) AS s FROM rb_t GROUP BY ROLLUP (g)'),
('distinct_aggregates', 'SELECT count(DISTINCT x) AS c, count(DISTINCT h) AS d FROM rb_t'),
('distinct_aggregates', 'SELECT count(DISTINCT x) FILTER (WHERE h = 1) AS c FROM rb_t'),
('distinct_aggregates', 'SELECT count(DISTINCT x) AS c, string_agg(s, '','' ORDER BY id) AS l FROM rb_t'),
('distinct_aggregates', 'SELECT sum(DISTINCT x::float8) AS c FROM rb_t'),
('distinct_aggregates', 'SELECT sum(DISTINCT n * 1.0) AS c FROM rb_t'),
('distinct_aggregates', 'SELECT array_agg(DISTINCT x) AS c FROM rb_t'),
('distinct_aggregates', 'SELECT count(x) AS c FROM rb_t'),
('bool_aggregates', 'SELECT g, bool_and(b) AS a, bool_or(b) AS o, every(x > 0) AS e, count(*) AS c FROM rb_t GROUP BY g'),
('bool_aggregates', 'SELECT bool_and(b) AS a, bool_or(b) AS o FROM rb_t WHERE false'),
('bool_aggregates', 'SELECT g, h, bool_and(b) FILTER (WHERE x > 0) AS a, NOT bool_or(12 / x > 6) FILTER (WHERE x > 0) AS o, sum(x) AS s FROM rb_t GROUP BY g, h'),
('bool_aggregates', 'SELECT bool_and(b) AS a, string_agg(s, '','' ORDER BY id) AS l FROM rb_t'),
('bool_aggregates', 'SELECT bool_and(DISTINCT b) AS a FROM rb_t'),
('bool_aggregates', 'SELECT g, count(b) AS a FROM rb_t GROUP BY g'),
('bool_aggregates', 'SELECT g, bool_and(b) AS a FROM rb_t GROUP BY g HAVING bool_or(b)'),
('ungrouped', 'SELECT t.g, count(u.y) AS c, sum(u.y + t.x) AS s FROM rb_t t LEFT JOIN rb_u u ON u.g = t.g GROUP BY t.g'),
('ungrouped', 'SELECT count(*) AS c, count(u.y) AS d, max(u.y) AS m FROM rb_t t LEFT JOIN rb_u u USING (g)'),
('ungrouped', 'SELECT count(*) AS c FROM rb_t t LEFT JOIN rb_u u ON u.g = t.g'),
('ungrouped', 'SELECT count(*) AS c FROM rb_t t WHERE EXISTS (SELECT FROM rb_u u WHERE u.g = t.g)'),
('ungrouped', 'SELECT upper(t.s) || ''x'' AS u, count(*) + 1 AS c FROM rb_t t WHERE x IN (SELECT y FROM rb_u) GROUP BY upper(t.s)'),
('ungrouped', 'SELECT sum((SELECT max(y) FROM rb_u u WHERE u.g = t.g)) AS s FROM rb_t t'),
('ungrouped', 'SELECT (SELECT max(y) FROM rb_u u WHERE u.g = t.g) AS m, count(*) AS c FROM rb_t t GROUP BY 1'),
('ungrouped', 'SELECT t.g, sum(12 / u.y) FILTER (WHERE u.y > 0) AS s, count(*) FILTER (WHERE u.y IS NULL) AS c FROM rb_t t LEFT JOIN rb_u u USING (g) GROUP BY t.g'),
('ungrouped', 'SELECT t.g, string_agg(t.s, '','' ORDER BY t.id, u.k) AS l, array_agg(DISTINCT u.y) AS a, count(DISTINCT (u.y, t.h)) AS d FROM rb_t t LEFT JOIN rb_u u USING (g) WHERE t.id < 9 GROUP BY t.g'),
('ungrouped', 'SELECT t.g, string_agg(t.s, '','' ORDER BY t.id, u.k) AS l, array_agg(DISTINCT u.y) AS a, count(DISTINCT u.y + t.h) AS d, json_agg(t ORDER BY t.id, u.k) AS j FROM rb_t t LEFT JOIN rb_u u USING (g) WHERE t.id < 9 GROUP BY t.g'),
('ungrouped', 'SELECT t.g, percentile_cont(t.g / 5.0) WITHIN GROUP (ORDER BY u.y * 2) AS p, mode() WITHIN GROUP (ORDER BY u.y DESC) AS m FROM rb_t t LEFT JOIN rb_u u USING (g) GROUP BY t.g'),
('ungrouped', 'SELECT t.id, t.s, upper(t.s) AS us, count(u.y) AS c FROM rb_t t LEFT JOIN rb_u u USING (g) GROUP BY t.id'),
('ungrouped', 'SELECT t.id, t.n, count(u.y) AS c FROM rb_t t LEFT JOIN rb_u u USING (g) GROUP BY t.id'),
('ungrouped', 'SELECT count(t) AS c, count(u) AS d, grouping(t.g) AS l FROM rb_t t LEFT JOIN rb_u u USING (g) GROUP BY t.g'),
('ungrouped', 'SELECT g, count(*) AS c FROM rb_t FULL JOIN rb_u USING (g) GROUP BY g'),
('ungrouped', 'SELECT unnest(a) AS e, count(*) AS c, sum(x) AS s FROM rb_t GROUP BY 1'),
('ungrouped', 'SELECT t.g, count(l.y) AS c FROM rb_t t, LATERAL (SELECT max(y) AS y FROM rb_u u WHERE u.g = t.g) l GROUP BY t.g'),
('ungrouped', 'SELECT ''x'' AS x, t.g FROM rb_t t LEFT JOIN rb_u u USING (g) GROUP BY 1, 2'),
('ungrouped', 'SELECT 1 AS one FROM rb_t t LEFT JOIN rb_u u USING (g) GROUP BY t.h'),
('ungrouped', 'SELECT DISTINCT t.g, u.y + 1 AS y FROM rb_t t LEFT JOIN rb_u u USING (g)'),
('ungrouped', 'SELECT DISTINCT ON (t.h + 1) t.g, u.y FROM rb_t t LEFT JOIN rb_u u USING (g) ORDER BY t.h + 1, u.y, t.id'),
('ungrouped', 'SELECT DISTINCT (SELECT max(y) FROM rb_u u WHERE u.g = t.g) AS m FROM rb_t t'),
('ungrouped', 'SELECT t.id, rank() OVER (PARTITION BY t.g ORDER BY u.y * 2) AS r, t.x + 1 AS x FROM rb_t t LEFT JOIN rb_u u USING (g)'),
('ungrouped', 'SELECT row_number() OVER (PARTITION BY h ORDER BY id) + (SELECT max(y) FROM rb_u u WHERE u.g = t.g) AS r, sum(12 / x) FILTER (WHERE x > 0) OVER (PARTITION BY h) AS f FROM rb_t t'),
('ungrouped', 'SELECT row_number() OVER (PARTITION BY h ORDER BY id) IN (SELECT y FROM rb_u) AS r, lag(x, 1, 0) OVER (PARTITION BY h ORDER BY id) AS l FROM rb_t t WHERE x IN (SELECT y FROM rb_u)'),
('ungrouped', 'SELECT CASE WHEN x > 0 THEN (SELECT max(u.y + 12 / t.x) FROM rb_u u) + rank() OVER (ORDER BY g) END AS c FROM rb_t t'),
('ungrouped', 'SELECT count(*) OVER () AS c FROM rb_t t LEFT JOIN rb_u u ON u.g = t.g AND t.id < 5'),
('ungrouped', 'SELECT g, count(*) AS c FROM rb_t GROUP BY g'),
('ungrouped', 'SELECT s.g, sum(c) AS c FROM (SELECT g, h, count(*) AS c FROM rb_t GROUP BY g, h) s JOIN rb_u u ON u.g = s.g GROUP BY s.g'),
('ungrouped', 'SELECT g, count(*) AS c FROM rb_t FULL JOIN rb_u USING (g) GROUP BY ROLLUP (g)'),
('ungrouped', 'SELECT DISTINCT g FROM rb_t WHERE x > 0'),
('ungrouped', 'SELECT t.g, json_agg(j ORDER BY t.id) AS c FROM rb_t t LEFT JOIN (SELECT g, max(y) AS y FROM rb_u GROUP BY g) j USING (g) GROUP BY t.g');

\pset format unaligned
SELECT q.step, c.*, q.query FROM rb_queries q, rb_compare(q.step, q.query) c ORDER BY q.n;

-- One of each as text.
\pset tuples_only on
SELECT DISTINCT ON (min(q.n) OVER (PARTITION BY q.step)) E'\n' || q.step || E': ' || q.query || E'\n' || deltaview.rewritten(q.query, q.step) AS text
FROM rb_queries q WHERE deltaview.rewritten(q.query, q.step) IS NOT NULL ORDER BY min(q.n) OVER (PARTITION BY q.step), q.n;

-- A branch of a set operation that is more than a join is kept, and stays a branch.
SET client_min_messages = error;
SELECT deltaview.create_view('rb_branch', 'SELECT g, y FROM rb_u UNION ALL SELECT g, count(*)::int FROM rb_t GROUP BY g');
RESET client_min_messages;
DELETE FROM rb_t WHERE id % 7 = 0;
UPDATE rb_u SET y = 9 WHERE k = 1;
SELECT * FROM verify_both_ways('rb_branch');
SELECT deltaview.drop_view('rb_branch');

DROP FUNCTION rb_compare;
DROP TABLE rb_queries, rb_t, rb_u;
