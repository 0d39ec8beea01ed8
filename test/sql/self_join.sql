-- A table joined with itself: one change is a change of both sides at once.
SET client_min_messages = warning;
CREATE SCHEMA self_join;
SET search_path = self_join, public;
CREATE TABLE staff (id int PRIMARY KEY, boss int, name text);
CREATE TABLE pairs (a int, b int);
INSERT INTO staff VALUES (1, NULL, 'Ada'), (2, 1, 'Bob'), (3, 1, 'Cyd'), (4, 2, 'Dot');
INSERT INTO pairs VALUES (1, 2), (2, 3), (2, 3), (3, 1);
SELECT deltaview.create_view('chain', $$
  SELECT s.name, b.name AS boss, bb.name AS above FROM staff s JOIN staff b ON s.boss = b.id JOIN staff bb ON b.boss = bb.id $$);
SELECT deltaview.create_view('paths', 'SELECT p.a, q.b FROM pairs p JOIN pairs q ON p.b = q.a');
SELECT deltaview.create_view('ways', 'SELECT p.a, count(*) AS n FROM pairs p JOIN pairs q ON p.b = q.a GROUP BY p.a');
-- a row that joins itself
INSERT INTO staff VALUES (5, 5, 'Eve');
INSERT INTO pairs VALUES (7, 7), (7, 7);
SELECT a, b FROM paths WHERE a = 7;
SELECT * FROM ways ORDER BY 1;
SELECT * FROM verify_both_ways('paths');
-- both sides change at once
UPDATE staff SET boss = 4 WHERE id IN (3, 5);
UPDATE pairs SET a = b, b = a;
SELECT * FROM verify_both_ways('paths');
DELETE FROM pairs WHERE a = 7 OR a = 3;
DELETE FROM staff WHERE id = 2;
SELECT name, boss, above FROM chain ORDER BY 1;
SELECT * FROM verify_both_ways('chain');
SELECT * FROM verify_both_ways('paths');
SELECT * FROM verify_both_ways('ways');
DROP SCHEMA self_join CASCADE;
