-- An output named like another column of the only table keeps its place in ORDER BY of the stored query.
SET client_min_messages = error;
CREATE SCHEMA output_names;
SET search_path = output_names, public;
CREATE TABLE t (id int PRIMARY KEY, c2 int, c3 int);
INSERT INTO t VALUES (1, 3, 9), (2, 3, 1), (3, 2, 5), (4, NULL, 7), (5, 1, 1);
SELECT deltaview.create_view('v', 'SELECT x.c2 + x.c2 AS c1, x.c3 AS c2, x.c2 % 3 AS c3 FROM t x ORDER BY c1, c2, c3 DESC LIMIT 3');
SELECT c1, c2, c3 FROM v ORDER BY 1, 2, 3;
UPDATE t SET c2 = 0, c3 = 4 WHERE id = 1;
DELETE FROM t WHERE id = 5;
SELECT c1, c2, c3 FROM v ORDER BY 1, 2, 3;
SELECT * FROM deltaview.verify('v');
SELECT c1, c2, c3 FROM v
EXCEPT ALL (SELECT x.c2 + x.c2 AS c1, x.c3 AS c2, x.c2 % 3 AS c3 FROM t x ORDER BY c1, c2, c3 DESC LIMIT 3);
(SELECT x.c2 + x.c2 AS c1, x.c3 AS c2, x.c2 % 3 AS c3 FROM t x ORDER BY c1, c2, c3 DESC LIMIT 3)
EXCEPT ALL SELECT c1, c2, c3 FROM v;
DROP SCHEMA output_names CASCADE;
