-- What came with PostgreSQL 17: MERGE by source and with RETURNING, SET EXPRESSION of a stored column.
SELECT current_setting('server_version_num')::int < 170000 AS earlier \gset
\if :earlier
\quit
\endif
SET client_min_messages = warning;
CREATE SCHEMA since_17;
SET search_path = since_17, public;
CREATE TABLE stock (id int PRIMARY KEY, qty int, twice int GENERATED ALWAYS AS (qty * 2) STORED);
CREATE TABLE moves (id int PRIMARY KEY, qty int);
INSERT INTO stock VALUES (1, 5), (2, 5), (3, 5), (5, 9);
INSERT INTO moves VALUES (1, 3), (2, -5), (4, 9);
SELECT deltaview.create_view('l', 'SELECT s.id, s.twice, m.qty AS move FROM stock s JOIN moves m USING (id)');
SELECT deltaview.create_view('o', 'SELECT m.id, m.qty, s.twice FROM moves m LEFT JOIN stock s USING (id)');
SELECT deltaview.create_view('a', 'SELECT twice, count(*) AS n, max(qty) AS most FROM stock GROUP BY twice');
SELECT deltaview.create_view('s', 'SELECT sum(twice) AS twice FROM stock', refresh => 'on statement');
SELECT deltaview.create_view('w', 'SELECT s.id, to_jsonb(s) AS row FROM stock s');

MERGE INTO stock s USING moves m ON s.id = m.id
  WHEN MATCHED AND s.qty + m.qty = 0 THEN DELETE
  WHEN MATCHED THEN UPDATE SET qty = s.qty + m.qty
  WHEN NOT MATCHED BY TARGET THEN INSERT (id, qty) VALUES (m.id, m.qty)
  WHEN NOT MATCHED BY SOURCE AND s.id = 5 THEN DELETE
  WHEN NOT MATCHED BY SOURCE THEN UPDATE SET qty = -s.qty
  RETURNING merge_action(), s.id, s.qty;
SELECT twice FROM s;
SELECT * FROM wrong_views();
WITH merged AS (
  MERGE INTO stock s USING moves m ON s.id = m.id
  WHEN MATCHED THEN UPDATE SET qty = 7
  WHEN NOT MATCHED BY SOURCE THEN DELETE RETURNING merge_action() AS action, s.id)
INSERT INTO moves SELECT id + 10, 1 FROM merged;
SELECT * FROM o ORDER BY id;
SELECT * FROM wrong_views();

-- all rows are computed anew, and no trigger sees it
ALTER TABLE stock ALTER COLUMN twice SET EXPRESSION AS (qty * 2 + 1);
SELECT * FROM l ORDER BY id;
SELECT * FROM wrong_views();
BEGIN;
INSERT INTO stock VALUES (20, 1);
ALTER TABLE stock ALTER COLUMN twice SET EXPRESSION AS (qty * 3);
INSERT INTO stock VALUES (21, 1);
COMMIT;
UPDATE stock SET qty = qty + 1 WHERE id > 4;
SELECT * FROM a ORDER BY twice;
SELECT * FROM wrong_views();

DROP SCHEMA since_17 CASCADE;
