-- Window functions are computed again for the partitions that a change touches, in the one they leave as in the one they enter.
SET client_min_messages = error;
CREATE SCHEMA window_;
SET search_path = window_, public;
CREATE TABLE pay (id int PRIMARY KEY, dept int, salary int);
CREATE TABLE log (who int, at int); -- no key, ties likely
INSERT INTO pay SELECT i, i % 3, 100 + i % 4 FROM generate_series(1, 12) i;
INSERT INTO log SELECT i % 2, i % 3 FROM generate_series(1, 8) i;
SELECT deltaview.create_view('places', $$
  SELECT id, dept, salary, rank() OVER w AS place, row_number() OVER w AS no, sum(salary) OVER (PARTITION BY dept) AS total
  FROM pay WINDOW w AS (PARTITION BY dept ORDER BY salary DESC) $$);
SELECT deltaview.create_view('steps', 'SELECT who, at, row_number() OVER (PARTITION BY who ORDER BY at) AS no, lag(at) OVER (PARTITION BY who ORDER BY at) AS before FROM log');
SELECT deltaview.create_view('two_windows', 'SELECT id, rank() OVER (PARTITION BY dept ORDER BY salary) AS a, count(*) OVER (PARTITION BY salary) AS b FROM pay');
SELECT deltaview.create_view('best', 'SELECT * FROM (SELECT id, dept, row_number() OVER (PARTITION BY dept ORDER BY salary DESC, id) AS no FROM pay) p WHERE no <= 2');
SELECT base_table, strategy FROM deltaview.view_tables WHERE view = 'places'::regclass;
INSERT INTO pay VALUES (20, 1, 500), (21, NULL, 1), (22, NULL, 1);
SELECT * FROM places ORDER BY dept, no;
UPDATE pay SET dept = 2 WHERE id = 20;
SELECT id, dept, no FROM best ORDER BY dept, no;
DELETE FROM pay WHERE id IN (21, 3);
UPDATE pay SET salary = salary + 1 WHERE dept = 0;
INSERT INTO log VALUES (1, 1), (NULL, 1), (NULL, 1);
DELETE FROM log WHERE at = 2;
SELECT * FROM verify_both_ways('places');
SELECT * FROM verify_both_ways('steps');
SELECT * FROM verify_both_ways('two_windows');
SELECT * FROM verify_both_ways('best');
DROP SCHEMA window_ CASCADE;
