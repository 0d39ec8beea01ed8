-- What came with PostgreSQL 16 and 17: any_value, SQL/JSON, MERGE by source and with RETURNING, SET EXPRESSION of a
-- stored column.
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

-- JSON is made, and read, under the settings of the view
CREATE TABLE d (id int PRIMARY KEY, g int, x int, ts timestamptz, j jsonb);
INSERT INTO d SELECT i, i % 3, 100 - i, '2026-01-01 00:00+00'::timestamptz + i * interval '1 day',
  jsonb_build_object('a', i, 'd', '2026-01-0' || i) FROM generate_series(1, 9) i;
SELECT deltaview.create_view('d_any', 'SELECT g, any_value(x) AS v FROM d GROUP BY g');
SELECT deltaview.create_view('d_any_over', 'SELECT id, any_value(x) OVER (PARTITION BY g) AS v FROM d');
SELECT deltaview.create_view('d_array', 'SELECT g, JSON_ARRAYAGG(x) AS v, JSON_ARRAYAGG(ts ORDER BY x RETURNING jsonb) AS w FROM d GROUP BY g');
SELECT deltaview.create_view('d_object', 'SELECT id, JSON_OBJECT(''at'': ts) AS v, JSON_ARRAY(ts, x) AS w, JSON_SCALAR(ts) AS s FROM d');
SELECT deltaview.create_view('d_value', 'SELECT id, JSON_VALUE(j, ''$.d'' RETURNING timestamptz) AS v, JSON_EXISTS(j, ''$.a ? (@ > 3)'') AS e, j IS JSON OBJECT AS o FROM d');
SELECT deltaview.create_view('d_path', 'SELECT id, JSON_VALUE(j, ''$.d.timestamp_tz()'' RETURNING timestamptz) AS v, JSON_QUERY(j, ''$.a'') AS q FROM d');
SELECT deltaview.create_view('d_table', 'SELECT d.id, t.* FROM d, JSON_TABLE(j, ''$'' COLUMNS (a int PATH ''$.a'', d timestamptz PATH ''$.d'')) t');
SELECT deltaview.create_view('x', 'SELECT g, JSON_OBJECTAGG(id: x) FROM d GROUP BY g');
SELECT deltaview.create_view('x', 'SELECT id, ts AT LOCAL FROM d');
SET TimeZone = 'Asia/Tokyo';
SET DateStyle = 'German';
UPDATE d SET x = x + 1 WHERE id = 1;
UPDATE d SET ts = ts + interval '1 hour', j = j || '{"z": 1}';
INSERT INTO d VALUES (10, 1, 5, '2026-02-01 00:00+00', '{"a": 4, "d": "2026-02-03"}');
DELETE FROM d WHERE id = 4;
RESET TimeZone;
RESET DateStyle;
SELECT * FROM d_any ORDER BY g;
SELECT * FROM d_array ORDER BY g;
SELECT v, w, s FROM d_object WHERE id < 3 ORDER BY id;
SELECT v, e, o FROM d_value WHERE id < 3 ORDER BY id;
SELECT * FROM wrong_views();

DROP SCHEMA since_17 CASCADE;
