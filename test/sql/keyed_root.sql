-- Queries whose root, the table at the top that lends them its key, has no primary key, or whose keys are reached by
-- chains of equalities: keyed by the columns by which others are joined to it, or by all that it has.
CREATE TABLE kr_a (g int, h numeric, x text, pt point);
CREATE TABLE kr_b (g int, y int, name text);
CREATE TABLE kr_c (h numeric(6,2), y bigint);
CREATE TABLE kr_d (id int PRIMARY KEY, g int, name text);
INSERT INTO kr_a VALUES (1, 1.0, 'one', '(1,1)'), (1, 1.00, 'one', '(1,1)'), (2, 2, 'two', NULL), (NULL, 1.0, 'none', '(0,0)'),
	(NULL, NULL, NULL, NULL), (3, 'NaN', 'three', '(3,3)');
INSERT INTO kr_b VALUES (1, 10, 'One'), (1, 11, 'uno'), (2, NULL, 'TWO'), (NULL, 5, NULL), (4, 40, 'four');
INSERT INTO kr_c VALUES (1, 10), (2, 11), (NULL, 5), (1, 1);
INSERT INTO kr_d VALUES (1, 1, 'a'), (2, 1, 'b'), (3, 2, 'two'), (4, NULL, 'd');

CREATE TABLE kr_queries (name text PRIMARY KEY, query text);
INSERT INTO kr_queries VALUES
('kr_left', 'SELECT a.x, b.y FROM kr_a a LEFT JOIN kr_b b ON b.g = a.g'),
('kr_left_visible', 'SELECT a.g, b.y, a.pt FROM kr_a a LEFT JOIN kr_b b ON b.g = a.g'),
('kr_left_two', 'SELECT a.x, b.y, c.y AS z FROM kr_a a LEFT JOIN kr_b b ON b.g = a.g LEFT JOIN kr_c c ON c.h = a.h'),
('kr_left_chain', 'SELECT a.x, b.y, c.h FROM kr_a a LEFT JOIN kr_b b ON b.g = a.g LEFT JOIN kr_c c ON c.y = b.y'),
('kr_text', 'SELECT b.y, d.id FROM kr_b b LEFT JOIN kr_d d ON d.name = b.name WHERE b.g > 0'),
('kr_exists', 'SELECT x FROM kr_a a WHERE EXISTS (SELECT 1 FROM kr_b b WHERE b.g = a.g AND b.y > 10)'),
('kr_not_exists', 'SELECT x FROM kr_a a WHERE NOT EXISTS (SELECT 1 FROM kr_b b WHERE b.g = a.g)'),
('kr_in', 'SELECT x, pt FROM kr_a WHERE g IN (SELECT g FROM kr_b WHERE y IN (SELECT y FROM kr_c))'),
('kr_not_in', 'SELECT x, g FROM kr_a WHERE g NOT IN (SELECT g FROM kr_b WHERE y > 10)'),
('kr_document', 'SELECT a.g, (SELECT jsonb_agg(b.name ORDER BY b.y, b.name) FROM kr_b b WHERE b.g = a.g) AS names FROM kr_a a'),
('kr_nested', 'SELECT a.h, (SELECT jsonb_agg(c.y ORDER BY c.y, (SELECT count(*) FROM kr_b b WHERE b.y = c.y)) FROM kr_c c WHERE c.h = a.h) AS l FROM kr_a a'),
('kr_lateral', 'SELECT a.x, s.y FROM kr_a a CROSS JOIN LATERAL (SELECT b.y FROM kr_b b WHERE b.g = a.g ORDER BY b.y DESC LIMIT 1) s'),
('kr_all', 'SELECT x, (SELECT max(y) FROM kr_b) AS m FROM kr_a WHERE g > 0'),
('kr_grouped', 'SELECT a.x, s.n FROM kr_a a JOIN (SELECT g, count(*) AS n, json_agg(y ORDER BY y) AS l FROM kr_b GROUP BY g) s ON s.g = a.g'),
('kr_window', 'SELECT a.x, s.p FROM kr_a a JOIN (SELECT g, rank() OVER (PARTITION BY g ORDER BY y) AS p FROM kr_b) s ON s.g = a.g'),
('kr_chain', 'SELECT d.id, b.y FROM kr_d d JOIN kr_b b ON b.g = d.id LEFT JOIN kr_a a ON a.g = b.g'),
('kr_chain_in', 'SELECT d.id, b.y FROM kr_d d JOIN kr_b b ON b.g = d.id WHERE b.g IN (SELECT g FROM kr_a WHERE h > 0)'),
('kr_fine', 'SELECT d.name, b.y, (SELECT count(*) FROM kr_a a WHERE a.g = d.g) AS n FROM kr_b b JOIN kr_d d ON d.id = b.g'),
('kr_later', 'SELECT a.x, d.name, (SELECT count(*) FROM kr_b b WHERE b.g = d.id) AS n FROM kr_a a JOIN kr_d d ON d.g = a.g');

SET client_min_messages = error;
SELECT name, deltaview.create_view(name, query) FROM kr_queries ORDER BY name;
RESET client_min_messages;
SELECT name, base_table, strategy, CASE WHEN strategy = 'keyed' THEN split_part(delta_sql, E';\n', 1) END AS trace
FROM kr_queries, deltaview.explain(name::regclass) ORDER BY name, base_table::text;
SELECT attrelid::regclass, string_agg(attname, ' ' ORDER BY attnum) AS hidden FROM pg_attribute
WHERE attrelid IN (SELECT name::regclass FROM kr_queries) AND attname LIKE '\_\_dv%' GROUP BY 1 ORDER BY 1::text;

CREATE VIEW kr_wrong AS SELECT name, only_in_view, only_in_query, verify FROM kr_queries, verify_both_ways(name::regclass)
WHERE (only_in_view, only_in_query, verify) <> (0, 0, 0);
BEGIN;
INSERT INTO kr_a VALUES (1, 1.000, 'one', '(1,1)'), (4, 0, 'four', NULL), (NULL, 2, 'none', NULL);
INSERT INTO kr_b VALUES (3, 10, 'three'), (NULL, NULL, 'nobody');
INSERT INTO kr_c VALUES (0, 40), (2, NULL);
COMMIT;
TABLE kr_wrong;
-- keys move, to NULL and back
UPDATE kr_a SET g = NULL WHERE x = 'two';
UPDATE kr_a SET g = 2, h = h * 1.00 WHERE x = 'none';
TABLE kr_wrong;
BEGIN;
UPDATE kr_b SET g = CASE WHEN g = 1 THEN 2 WHEN g = 2 THEN 1 ELSE g END, y = y + 1;
UPDATE kr_a SET g = g + 1;
UPDATE kr_c SET h = h - 1, y = y + 1;
UPDATE kr_d SET g = id, id = id + 1 WHERE id > 3;
COMMIT;
TABLE kr_wrong;
UPDATE kr_b SET g = NULL WHERE y = 11;
UPDATE kr_b SET g = 3 WHERE g IS NULL;
TABLE kr_wrong;
DELETE FROM kr_a WHERE ctid IN (SELECT min(ctid) FROM kr_a GROUP BY g);
DELETE FROM kr_b WHERE g IS NULL OR y = 10;
TABLE kr_wrong;

-- A view keeps the key that it was made with when its tables get primary keys.
DELETE FROM kr_b WHERE g IS NULL;
DELETE FROM kr_b b USING kr_b c WHERE b.g = c.g AND b.ctid < c.ctid;
ALTER TABLE kr_b ADD PRIMARY KEY (g);
ALTER TABLE kr_a ADD COLUMN id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY;
\c
INSERT INTO kr_a VALUES (1, 3, 'new', NULL), (NULL, 3, 'new', NULL);
INSERT INTO kr_b VALUES (7, 7, 'seven');
UPDATE kr_a SET g = g + 1, h = h + 1;
UPDATE kr_b SET g = g + 10 WHERE g < 3;
TABLE kr_wrong;
SELECT DISTINCT name, strategy FROM kr_queries, deltaview.explain(name::regclass) WHERE strategy = 'complete' ORDER BY 1;
DELETE FROM kr_b;
TABLE kr_wrong;
SELECT name, view_rows FROM kr_queries, verify_both_ways(name::regclass) ORDER BY name;

SET client_min_messages = warning;
DROP VIEW kr_wrong;
DROP TABLE kr_a, kr_b, kr_c, kr_d CASCADE;
DROP TABLE kr_queries;
