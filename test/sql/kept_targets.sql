-- What a session keeps of a view between flushes, while things change under it.
SET client_min_messages = error;
CREATE SCHEMA kept;
SET search_path = kept, public;
CREATE TABLE orders (id int PRIMARY KEY, customer text, factor int);
CREATE TABLE items (order_id int, no int, qty int, body text, note int, PRIMARY KEY (order_id, no));
INSERT INTO orders SELECT i, 'c' || i, 1 FROM generate_series(1, 5) i;
INSERT INTO items SELECT i, no, i, 'body', 0 FROM generate_series(1, 6) i, generate_series(1, 2) no;
ALTER TABLE items ALTER body SET STORAGE EXTERNAL;
SELECT deltaview.create_view('v', 'SELECT i.order_id, i.no, o.customer, 100 / i.qty AS share, i.body FROM orders o JOIN items i ON i.order_id = o.id');
SELECT deltaview.create_view('w', 'SELECT i.order_id, i.no, o.customer, 100 / i.qty AS share FROM orders o JOIN items i ON i.order_id = o.id');
SELECT deltaview.create_view('above', 'SELECT w.order_id, w.no, w.share, o.factor FROM w JOIN orders o ON o.id = w.order_id');
SELECT deltaview.create_view('total', 'SELECT customer, sum(qty) AS qty FROM orders o JOIN items i ON i.order_id = o.id GROUP BY 1');
-- One change of each kind, one row each.
CREATE PROCEDURE change(n int) LANGUAGE plpgsql AS $$
BEGIN
  UPDATE items SET qty = qty + 1 WHERE order_id = 1 AND no = 1;
  COMMIT;
  INSERT INTO items VALUES (2, n, n, repeat('long', 2000), 0);
  COMMIT;
  UPDATE items SET qty = qty + 2 WHERE order_id = 2 AND no = n;
  COMMIT;
  DELETE FROM items WHERE order_id = 2 AND no = n - 1 AND n > 10;
  COMMIT;
  UPDATE orders SET customer = customer || n WHERE id = 2;
  COMMIT;
END $$;
CALL change(10);
SELECT * FROM wrong_views();

-- a flush that fails, in a subtransaction and in a transaction, and flushes after it
BEGIN;
SAVEPOINT s;
UPDATE items SET qty = 0 WHERE order_id = 3 AND no = 1;
SELECT deltaview.flush();
ROLLBACK TO s;
UPDATE items SET qty = 7 WHERE order_id = 3 AND no = 1;
SELECT deltaview.flush();
SELECT order_id, no, share FROM v WHERE order_id = 3 ORDER BY 2;
SAVEPOINT t;
INSERT INTO items VALUES (3, 9, 0, NULL, 0);
SELECT deltaview.flush();
ROLLBACK TO t;
INSERT INTO items VALUES (3, 9, 1, NULL, 0);
COMMIT;
BEGIN;
UPDATE items SET qty = 0 WHERE order_id = 4 AND no = 1;
COMMIT;
UPDATE items SET qty = 5 WHERE order_id = 4 AND no = 1;
DO $$
BEGIN
  FOR i IN 1..3 LOOP
    BEGIN
      UPDATE items SET qty = 0 WHERE order_id = i AND no = 1;
      PERFORM deltaview.flush();
    EXCEPTION WHEN division_by_zero THEN
      UPDATE items SET qty = 20 + i WHERE order_id = i AND no = 1;
    END;
    PERFORM deltaview.flush();
  END LOOP;
END $$;
SELECT * FROM wrong_views();

-- what the view has of its own: indexes, constraints, triggers, keys that lead to it
CREATE INDEX ON v (share);
CALL change(11);
CREATE UNIQUE INDEX own ON v (order_id, no, share);
CALL change(12);
CREATE INDEX ON v ((share + 1)) WHERE share > 0;
CALL change(13);
SELECT * FROM wrong_views();
ALTER TABLE v ADD CONSTRAINT enough CHECK (share > 0);
CALL change(14);
UPDATE items SET qty = 1000 WHERE order_id = 3 AND no = 2;
CALL change(15);
ALTER TABLE v DROP CONSTRAINT enough;
UPDATE items SET qty = 1000 WHERE order_id = 3 AND no = 2;
SELECT * FROM wrong_views();
CREATE TABLE heard (what text, old int, new int);
CREATE FUNCTION hear() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN INSERT INTO kept.heard VALUES (TG_OP, CASE WHEN TG_OP <> 'INSERT' THEN OLD.share END, CASE WHEN TG_OP <> 'DELETE' THEN NEW.share END); RETURN NULL; END $$;
CREATE TRIGGER hear AFTER INSERT OR UPDATE OR DELETE ON v FOR EACH ROW EXECUTE FUNCTION hear();
CALL change(16);
DROP TRIGGER hear ON v;
CALL change(17);
TABLE heard;
CREATE CONSTRAINT TRIGGER hear AFTER UPDATE ON v DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION hear();
UPDATE items SET qty = 50 WHERE order_id = 5 AND no = 1;
DROP TRIGGER hear ON v;
UPDATE items SET qty = 25 WHERE order_id = 5 AND no = 1;
SELECT * FROM heard WHERE new = 2;
DROP INDEX own;
CALL change(18);
SELECT * FROM wrong_views();

-- the base tables, and their indexes
ALTER TABLE orders ADD COLUMN region text DEFAULT 'north';
CALL change(19);
ALTER TABLE items DROP COLUMN note, ADD COLUMN late int DEFAULT 3;
CREATE OR REPLACE PROCEDURE change(n int) LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO items VALUES (2, n, n, repeat('long', 2000));
  COMMIT;
  UPDATE items SET qty = qty + 2 WHERE order_id = 2 AND no = n;
  COMMIT;
  DELETE FROM items WHERE order_id = 2 AND no = n - 1;
  COMMIT;
  UPDATE orders SET customer = customer || n WHERE id = 2;
END $$;
CALL change(20);
REINDEX TABLE orders;
CALL change(21);
REINDEX TABLE v;
CALL change(22);
VACUUM FULL orders;
VACUUM FULL items;
CALL change(23);
TRUNCATE items;
CALL change(24);
SELECT * FROM wrong_views();
BEGIN;
ALTER TABLE orders DROP COLUMN region;
INSERT INTO items VALUES (1, 1, 1, 'one');
ROLLBACK;
CALL change(25);
SELECT * FROM wrong_views();

-- what leaves the view's row as it was does not write it, out-of-line values are not written anew
INSERT INTO items VALUES (1, 1, 30, repeat('wide', 3000));
SELECT v.ctid AS before, pg_relation_size(reltoastrelid) AS toast FROM v, pg_class WHERE oid = 'v'::regclass AND order_id = 1 AND no = 1 \gset
UPDATE items SET qty = 31 WHERE order_id = 1;
SELECT ctid = :'before' AS same FROM v WHERE order_id = 1 AND no = 1;
BEGIN;
UPDATE items SET qty = 10 WHERE order_id = 1;
UPDATE items SET qty = 32 WHERE order_id = 1;
COMMIT;
SELECT ctid = :'before' AS same FROM v WHERE order_id = 1 AND no = 1;
UPDATE items SET qty = 10 WHERE order_id = 1;
SELECT v.ctid = :'before' AS same, share, length(body), pg_relation_size(reltoastrelid) = :toast AS not_again
FROM v, pg_class WHERE oid = 'v'::regclass AND order_id = 1 AND no = 1;

-- a delta that is read by several at once
CREATE TABLE nodes (id int PRIMARY KEY, up int, name text);
CREATE INDEX ON nodes (up);
INSERT INTO nodes SELECT i, i / 2, 'n' || i FROM generate_series(1, 30) i;
SELECT deltaview.create_view('lines', $$SELECT a.id, b.id AS up, c.id AS top, d.id AS above_top, a.name || b.name || c.name || d.name AS path
  FROM nodes a JOIN nodes b ON b.id = a.up JOIN nodes c ON c.id = b.up JOIN nodes d ON d.id = c.up$$);
UPDATE nodes SET name = upper(name) WHERE id = 3;
UPDATE nodes SET up = 4 WHERE id IN (3, 12, 13);
DELETE FROM nodes WHERE id = 2;
BEGIN;
INSERT INTO nodes VALUES (2, 1, 'again'), (40, 30, 'leaf');
UPDATE nodes SET up = 15 WHERE id = 29;
COMMIT;
SELECT * FROM wrong_views();
RESET search_path;
DROP SCHEMA kept CASCADE;
