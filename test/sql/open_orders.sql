-- Where a query leaves the order of rows open, the stored one completes it, or the query is refused.
CREATE TABLE oo_t (id int PRIMARY KEY, g int, o int, x text, doc json);
CREATE TABLE oo_d (g int, o int, x text);
INSERT INTO oo_t SELECT i, i % 3, i % 2, chr(96 + i), to_json(i % 4) FROM generate_series(1, 12) i;
INSERT INTO oo_d SELECT i % 3, i % 2, chr(96 + i % 5) FROM generate_series(1, 14) i;

CREATE TABLE oo_queries (name text PRIMARY KEY, query text);
INSERT INTO oo_queries VALUES
('oo_list', 'SELECT g, array_agg(x) AS a, array_agg(x ORDER BY o) AS b FROM oo_d GROUP BY g'),
('oo_number', 'SELECT g, x, row_number() OVER (PARTITION BY g ORDER BY o) AS r, rank() OVER (PARTITION BY g ORDER BY o) AS k FROM oo_t'),
('oo_number_all', 'SELECT x, row_number() OVER () AS r FROM oo_d'),
('oo_lag', 'SELECT g, x, lag(x) OVER w AS l, sum(o) OVER w AS s FROM oo_t WINDOW w AS (PARTITION BY g ORDER BY o RANGE BETWEEN 1 PRECEDING AND 1 FOLLOWING)'),
('oo_partition', 'SELECT g, x, array_agg(x) OVER (PARTITION BY g) AS a, last_value(x) OVER (PARTITION BY g) AS l FROM oo_d'),
('oo_whole', 'SELECT g, x, string_agg(x, '''') OVER (PARTITION BY g ORDER BY o RANGE BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE CURRENT ROW) AS a FROM oo_t'),
('oo_rows', 'SELECT g, x, last_value(x) OVER (PARTITION BY g ORDER BY o ROWS BETWEEN CURRENT ROW AND 1 FOLLOWING) AS l FROM oo_d'),
('oo_by_key', 'SELECT g, x, string_agg(x, '''') OVER (PARTITION BY g ORDER BY o, id) AS a, last_value(o) OVER (PARTITION BY g ORDER BY o) AS l FROM oo_t'),
('oo_groups', 'SELECT g, count(*) AS n, row_number() OVER (ORDER BY count(*)) AS r, lag(max(x)) OVER (ORDER BY count(*)) AS l FROM oo_t GROUP BY g'),
('oo_first', 'SELECT DISTINCT ON (g) g, x, doc FROM oo_t'),
('oo_first_json', 'SELECT DISTINCT ON (g) doc, o FROM oo_t ORDER BY g, o'),
('oo_edges', 'SELECT g, x, last_value(x) OVER (PARTITION BY g ORDER BY o) AS l, first_value(x) OVER (PARTITION BY g ORDER BY o GROUPS BETWEEN CURRENT ROW AND 1 FOLLOWING) AS f, first_value(x) OVER (PARTITION BY g ORDER BY o RANGE BETWEEN UNBOUNDED PRECEDING AND 1 FOLLOWING) AS u, last_value(x) OVER (PARTITION BY g ORDER BY o GROUPS BETWEEN 1 PRECEDING AND UNBOUNDED FOLLOWING) AS e FROM oo_d'),
('oo_array', 'SELECT id, ARRAY(SELECT x FROM oo_t u WHERE u.g = t.g) AS a, ARRAY(SELECT x FROM oo_d d WHERE d.g = t.g) AS b FROM oo_t t'),
('oo_limit', 'SELECT o, doc FROM oo_t ORDER BY o LIMIT 5');

SET client_min_messages = error;
SELECT name, deltaview.create_view(name, query) FROM oo_queries ORDER BY name;
RESET client_min_messages;
UPDATE oo_t SET o = o, x = x || 'x' WHERE id % 5 = 0;
UPDATE oo_d SET x = x || 'y' WHERE o = 1;
SELECT name, verify FROM oo_queries, LATERAL (SELECT count(*) AS verify FROM deltaview.verify(name::regclass)) v WHERE verify <> 0;
DELETE FROM oo_t WHERE id IN (2, 3, 9);
INSERT INTO oo_t VALUES (3, 1, 1, 'c', '0'), (2, 1, 1, 'c', '"b"'), (20, 0, NULL, NULL, NULL);
INSERT INTO oo_d SELECT g, o, x FROM oo_d WHERE g < 2;
SELECT name, verify FROM oo_queries, LATERAL (SELECT count(*) AS verify FROM deltaview.verify(name::regclass)) v ORDER BY name;

\set VERBOSITY default
SELECT deltaview.create_view('oo_refused', 'SELECT x, nth_value(x, 2) OVER (PARTITION BY g ORDER BY o) AS l FROM oo_t');
SELECT deltaview.create_view('oo_refused', 'SELECT x, array_agg(x) OVER (ORDER BY o) AS l FROM oo_d');
CREATE AGGREGATE oo_chain(text) (SFUNC = textcat, STYPE = text, INITCOND = '');
SELECT deltaview.create_view('oo_refused', 'SELECT x, oo_chain(x) OVER (ORDER BY o) AS l FROM oo_d');
SET client_min_messages = error;
SELECT deltaview.create_view('oo_chained', 'SELECT x, oo_chain(x) OVER (PARTITION BY g ORDER BY o ROWS 2 PRECEDING) AS l, oo_chain(x) OVER (PARTITION BY g) AS m FROM oo_d');
RESET client_min_messages;
INSERT INTO oo_d VALUES (1, 1, 'p'), (1, 1, 'q');
SELECT only_in_view, only_in_query, verify FROM verify_both_ways('oo_chained');
SELECT deltaview.create_view('oo_refused', 'SELECT x FROM oo_t ORDER BY o OFFSET 1 FETCH FIRST 2 ROWS WITH TIES');

-- A key that completes an order stays as long as the view.
CREATE TABLE oo_key (id int PRIMARY KEY, g int, x text);
CREATE TABLE oo_unique (id int, g int, x text);
CREATE UNIQUE INDEX oo_unique_id ON oo_unique (id) NULLS NOT DISTINCT;
SET client_min_messages = warning;
SELECT deltaview.create_view('oo_of_key', 'SELECT g, array_agg(x) AS a FROM oo_key GROUP BY g');
SELECT deltaview.create_view('oo_of_unique', 'SELECT x, row_number() OVER (PARTITION BY g) AS r FROM oo_unique');
ALTER TABLE oo_key DROP CONSTRAINT oo_key_pkey;
ALTER TABLE oo_key DROP CONSTRAINT oo_key_pkey, ADD PRIMARY KEY (id);
DROP INDEX oo_unique_id;
DROP TABLE oo_key, oo_unique CASCADE;

CREATE TABLE oo_i (x int NOT NULL, g int, y int);
CREATE UNIQUE INDEX oo_ix ON oo_i (x);
ALTER TABLE oo_i REPLICA IDENTITY USING INDEX oo_ix;
CREATE INDEX oo_ig ON oo_i (g);
SELECT deltaview.create_view('oo_v', 'SELECT g, array_agg(y) AS a FROM oo_i GROUP BY g');
DROP INDEX oo_ig, oo_ix;
DROP INDEX CONCURRENTLY oo_ix;
DROP INDEX oo_ig;
SET client_min_messages = warning;
DROP TABLE oo_i CASCADE;
DROP TABLE oo_t, oo_d CASCADE;
DROP TABLE oo_queries;
DROP AGGREGATE oo_chain(text);
