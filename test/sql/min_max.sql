-- The smallest and largest value of a group widen with an insert, and are looked up again when the extreme leaves.
SET client_min_messages = warning;
CREATE SCHEMA min_max;
SET search_path = min_max, public;
CREATE TABLE metrics (host text, rule int, value int, seen date);
CREATE INDEX ON metrics (host);
INSERT INTO metrics VALUES ('a', 1, 5, '2024-01-01'), ('a', 1, 7, '2024-01-02'), ('a', 2, 7, '2024-01-03'), ('b', 1, NULL, NULL);
SELECT deltaview.create_view('worst', $$
  SELECT host, min(value) AS low, max(value) AS high, max(seen) AS last, count(*) AS n, max(value) - min(value) AS width
  FROM metrics GROUP BY host $$);
SELECT deltaview.create_view('all_time', 'SELECT max(value) AS high, min(host) AS host FROM metrics');
INSERT INTO metrics VALUES ('a', 1, 9, '2024-02-01'), ('b', 1, 3, '2024-02-01'), ('c', 1, 1, NULL);
SELECT host, low, high, last, n, width FROM worst ORDER BY 1;
-- the extreme leaves: by DELETE, by UPDATE of the value, by a move to another group; one of two equal extremes leaves
DELETE FROM metrics WHERE value = 9;
SELECT host, low, high, last, n, width FROM worst ORDER BY 1;
DELETE FROM metrics WHERE value = 7 AND rule = 2;
SELECT host, low, high, last, n, width FROM worst ORDER BY 1;
UPDATE metrics SET value = 6 WHERE value = 7;
UPDATE metrics SET host = 'c' WHERE value = 5;
SELECT host, low, high, last, n, width FROM worst ORDER BY 1;
SELECT * FROM verify_both_ways('worst');
-- the extreme leaves and a larger one comes, in one transaction; only NULLs are left
BEGIN;
DELETE FROM metrics WHERE host = 'c';
INSERT INTO metrics VALUES ('c', 1, 50, NULL), ('c', 1, -50, NULL);
UPDATE metrics SET value = NULL, seen = NULL WHERE host = 'b';
COMMIT;
SELECT host, low, high, last, n, width FROM worst ORDER BY 1;
SELECT high, host FROM all_time;
SELECT * FROM verify_both_ways('worst');
DELETE FROM metrics;
SELECT * FROM verify_both_ways('worst');
SELECT high, host FROM all_time;
SELECT * FROM verify_both_ways('all_time');
DROP SCHEMA min_max CASCADE;
