-- Triggers and functions write to other base tables in the middle of a statement; triggers on views are part of the commit.
SET client_min_messages = warning;
CREATE SCHEMA trigger_writes;
SET search_path = trigger_writes, public;
CREATE TABLE orders (id int PRIMARY KEY, customer int);
CREATE TABLE items (order_id int, product int, qty int);
CREATE TABLE audit (id int, what text);
SELECT deltaview.create_view('l', 'SELECT o.customer, i.product, a.what FROM orders o JOIN items i ON i.order_id = o.id JOIN audit a ON a.id = o.id');
SELECT deltaview.create_view('a', 'SELECT o.customer, count(*) AS n, sum(i.qty) AS qty FROM orders o JOIN items i ON i.order_id = o.id GROUP BY o.customer');
SELECT deltaview.create_view('k', 'SELECT o.id, i.product FROM orders o LEFT JOIN items i ON i.order_id = o.id');
SELECT deltaview.create_view('now', 'SELECT o.id, count(i.qty) AS n FROM orders o LEFT JOIN items i ON i.order_id = o.id GROUP BY o.id', refresh => 'on statement');

-- before the row is there, after it, and after the statement
CREATE FUNCTION before_row() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO items VALUES (NEW.id, 1, 10); UPDATE items SET qty = qty + 1 WHERE order_id < NEW.id; RETURN NEW; END $$;
CREATE FUNCTION after_row() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO items VALUES (NEW.id, 2, 20); INSERT INTO audit VALUES (NEW.id, TG_OP); RETURN NULL; END $$;
CREATE FUNCTION after_statement() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  DELETE FROM items WHERE product = 1 AND qty > 11; RETURN NULL; END $$;
CREATE TRIGGER before_row BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION before_row();
CREATE TRIGGER after_row AFTER INSERT OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION after_row();
CREATE TRIGGER a_after_statement AFTER INSERT ON orders FOR EACH STATEMENT EXECUTE FUNCTION after_statement();
CREATE TRIGGER z_after_statement AFTER INSERT ON orders FOR EACH STATEMENT EXECUTE FUNCTION after_statement();
INSERT INTO orders VALUES (1, 1), (2, 1), (3, 2);
SELECT customer, n, qty FROM a ORDER BY 1;
SELECT * FROM now ORDER BY 1;
UPDATE orders SET customer = 2 WHERE id = 1;
SELECT * FROM verify_both_ways('l');
SELECT * FROM verify_both_ways('a');
SELECT * FROM verify_both_ways('k');
SELECT * FROM verify_both_ways('now');
-- a function in a query that writes while an UPDATE of another table runs; one that undoes its own writes
CREATE FUNCTION touch(n int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO orders VALUES (n, 9) ON CONFLICT DO NOTHING; UPDATE items SET product = 7 WHERE order_id = n; RETURN 1; END $$;
CREATE FUNCTION touch_and_fail(n int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN
  DELETE FROM items; RAISE EXCEPTION 'no'; EXCEPTION WHEN raise_exception THEN RETURN 0; END $$;
UPDATE audit SET what = what || touch(id + 100) || touch_and_fail(id);
SELECT * FROM verify_both_ways('l');
SELECT * FROM verify_both_ways('a');
SELECT * FROM verify_both_ways('k');
SELECT * FROM verify_both_ways('now');
-- the trigger writes to the table that the statement is on
CREATE FUNCTION same_table() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF NEW.product < 3 THEN INSERT INTO items VALUES (NEW.order_id, NEW.product + 1, 0); END IF; RETURN NULL; END $$;
CREATE TRIGGER same_table AFTER INSERT ON items FOR EACH ROW EXECUTE FUNCTION same_table();
INSERT INTO items VALUES (1, 0, 5), (2, 1, 5);
INSERT INTO orders VALUES (10, 3);
SELECT * FROM verify_both_ways('l');
SELECT * FROM verify_both_ways('a');
SELECT * FROM verify_both_ways('k');
SELECT * FROM verify_both_ways('now');
-- a BEFORE trigger that changes the row, and one that refuses it
CREATE FUNCTION bend() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF NEW.what = 'no' THEN RETURN NULL; END IF; NEW.what := upper(NEW.what); RETURN NEW; END $$;
CREATE TRIGGER bend BEFORE INSERT OR UPDATE ON audit FOR EACH ROW EXECUTE FUNCTION bend();
INSERT INTO audit VALUES (1, 'bent'), (2, 'no'), (3, 'too');
UPDATE audit SET what = CASE id WHEN 1 THEN 'no' ELSE 'again' END;
SELECT * FROM verify_both_ways('l');
-- deferred triggers run before the commit, and what they write is in the views
CREATE FUNCTION deferred() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO items VALUES (NEW.id, 50, 50); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER deferred AFTER INSERT ON orders DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION deferred();
BEGIN;
INSERT INTO orders VALUES (11, 4);
SELECT deltaview.flush();
SELECT customer, n, qty FROM a WHERE customer = 4;
COMMIT;
SELECT customer, n, qty FROM a WHERE customer = 4;
SELECT * FROM verify_both_ways('a');
SELECT * FROM verify_both_ways('k');
SELECT * FROM verify_both_ways('now');
DROP SCHEMA trigger_writes CASCADE;
