-- MERGE inserts, updates and deletes in one statement.
SET client_min_messages = warning;
CREATE SCHEMA merge_;
SET search_path = merge_, public;
CREATE TABLE stock (id int PRIMARY KEY, qty int);
CREATE TABLE moves (id int, qty int);
INSERT INTO stock VALUES (1, 5), (2, 5), (3, 5);
SELECT deltaview.create_view('l', 'SELECT s.id, s.qty, m.qty AS move FROM stock s JOIN moves m USING (id)');
SELECT deltaview.create_view('a', 'SELECT qty, count(*) AS n FROM stock GROUP BY qty');
SELECT deltaview.create_view('now', 'SELECT sum(qty) AS qty FROM stock', refresh => 'on statement');
INSERT INTO moves VALUES (1, 3), (2, -5), (4, 9);
MERGE INTO stock s USING moves m ON s.id = m.id
  WHEN MATCHED AND s.qty + m.qty = 0 THEN DELETE
  WHEN MATCHED THEN UPDATE SET qty = s.qty + m.qty
  WHEN NOT MATCHED THEN INSERT VALUES (m.id, m.qty);
SELECT id, qty, move FROM l ORDER BY id;
SELECT * FROM a ORDER BY qty;
SELECT qty FROM now;
BEGIN;
DELETE FROM moves WHERE id = 4;
MERGE INTO moves m USING stock s ON s.id = m.id
  WHEN MATCHED THEN DO NOTHING
  WHEN NOT MATCHED THEN INSERT VALUES (s.id, 1);
MERGE INTO stock s USING moves m ON s.id = m.id WHEN MATCHED AND m.qty > 1 THEN DELETE WHEN MATCHED THEN UPDATE SET id = s.id + 10;
SAVEPOINT s;
MERGE INTO stock s USING moves m ON s.id = m.id WHEN NOT MATCHED THEN INSERT VALUES (m.id, 0);
ROLLBACK TO s;
COMMIT;
SELECT * FROM stock ORDER BY id;
SELECT * FROM verify_both_ways('l');
SELECT * FROM verify_both_ways('a');
SELECT * FROM verify_both_ways('now');
DROP SCHEMA merge_ CASCADE;
