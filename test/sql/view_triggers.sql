-- A view may have triggers and constraints of its own: they fire in the commit, and one that fails makes the commit fail.
SET client_min_messages = warning;
CREATE SCHEMA view_triggers;
SET search_path = view_triggers, public;
CREATE TABLE moves (product int, qty int);
CREATE TABLE alerts (at serial, what text);
CREATE TABLE products (id int PRIMARY KEY);
INSERT INTO products VALUES (1), (2);
INSERT INTO moves VALUES (1, 10), (2, 5);
SELECT deltaview.create_view('stock', 'SELECT product, sum(qty) AS qty FROM moves GROUP BY product');
SELECT deltaview.create_view('alert_count', 'SELECT count(*) AS n FROM alerts');
-- a CHECK forbids overselling: at COMMIT, not before
ALTER TABLE stock ADD CONSTRAINT not_oversold CHECK (qty >= 0);
BEGIN;
INSERT INTO moves VALUES (1, -11);
INSERT INTO moves VALUES (1, 1);
COMMIT;
BEGIN;
INSERT INTO moves VALUES (1, -11);
COMMIT;
INSERT INTO moves VALUES (2, -6);
SELECT product, qty FROM stock ORDER BY 1;
SELECT * FROM verify_both_ways('stock');
-- in flush() it fails there, and the savepoint before it is good again
BEGIN;
SAVEPOINT s;
INSERT INTO moves VALUES (1, -100);
SELECT deltaview.flush();
ROLLBACK TO s;
INSERT INTO moves VALUES (1, 7);
COMMIT;
SELECT product, qty FROM stock ORDER BY 1;
-- AFTER triggers: per row, per statement with transition tables, deferred; what they write to base tables is followed, too
CREATE FUNCTION row_alert() RETURNS trigger LANGUAGE plpgsql SET search_path = view_triggers AS $$ BEGIN
  INSERT INTO alerts (what) VALUES (format('row %s %s -> %s', TG_OP, OLD.qty, NEW.qty)); RETURN NULL; END $$;
CREATE FUNCTION statement_alert() RETURNS trigger LANGUAGE plpgsql SET search_path = view_triggers AS $$ BEGIN
  INSERT INTO alerts (what) SELECT format('statement %s -> %s', o.qty, n.qty) FROM o FULL JOIN n USING (product) ORDER BY product; RETURN NULL; END $$;
CREATE FUNCTION late_alert() RETURNS trigger LANGUAGE plpgsql SET search_path = view_triggers AS $$ BEGIN
  INSERT INTO alerts (what) VALUES (format('late %s', NEW.qty)); RETURN NULL; END $$;
CREATE TRIGGER a_row AFTER INSERT OR UPDATE OR DELETE ON stock FOR EACH ROW EXECUTE FUNCTION row_alert();
CREATE TRIGGER b_statement AFTER UPDATE ON stock REFERENCING OLD TABLE AS o NEW TABLE AS n FOR EACH STATEMENT EXECUTE FUNCTION statement_alert();
CREATE CONSTRAINT TRIGGER c_late AFTER INSERT OR UPDATE ON stock DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION late_alert();
BEGIN;
INSERT INTO moves VALUES (1, 1), (1, 2);
INSERT INTO moves VALUES (3, 3);
SELECT count(*) FROM alerts;
COMMIT;
SELECT what FROM alerts ORDER BY what;
SELECT * FROM alert_count;
DELETE FROM moves WHERE product = 3;
SELECT what FROM alerts WHERE what LIKE 'row DELETE%';
SELECT * FROM verify_both_ways('stock');
SELECT * FROM verify_both_ways('alert_count');
-- a trigger on the view that writes to the view's own base table, with an end
CREATE FUNCTION restock() RETURNS trigger LANGUAGE plpgsql SET search_path = view_triggers AS $$ BEGIN
  IF NEW.qty < 3 THEN INSERT INTO moves VALUES (NEW.product, 10); END IF; RETURN NULL; END $$;
CREATE TRIGGER restock AFTER UPDATE ON stock FOR EACH ROW EXECUTE FUNCTION restock();
INSERT INTO moves VALUES (2, -4);
SELECT product, qty FROM stock ORDER BY 1;
SELECT * FROM verify_both_ways('stock');
-- and one without an end: refused in the end
CREATE FUNCTION forever() RETURNS trigger LANGUAGE plpgsql SET search_path = view_triggers AS $$ BEGIN
  INSERT INTO moves VALUES (NEW.product, 1); RETURN NULL; END $$;
CREATE TRIGGER zz_forever AFTER UPDATE ON stock FOR EACH ROW EXECUTE FUNCTION forever();
DO $$ BEGIN
  INSERT INTO moves VALUES (2, 1);
  PERFORM deltaview.flush();
EXCEPTION WHEN OTHERS THEN
  RAISE WARNING 'refused: %', SQLSTATE;
END $$;
INSERT INTO moves VALUES (2, 1);
DROP TRIGGER zz_forever ON stock;
SELECT * FROM verify_both_ways('stock');
-- a deferred foreign key from the view commits no orphan; one that refers to the view is looked after as well
ALTER TABLE stock ADD FOREIGN KEY (product) REFERENCES products DEFERRABLE INITIALLY DEFERRED;
INSERT INTO moves VALUES (9, 1);
BEGIN;
INSERT INTO moves VALUES (9, 1);
INSERT INTO products VALUES (9);
COMMIT;
SELECT product, qty FROM stock ORDER BY 1;
SELECT * FROM verify_both_ways('stock');
-- BEFORE ROW triggers on a view are refused
CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql SET search_path = view_triggers AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER early BEFORE INSERT OR UPDATE ON stock FOR EACH ROW EXECUTE FUNCTION nothing();
INSERT INTO moves VALUES (1, 1);
DROP TRIGGER IF EXISTS early ON stock;
INSERT INTO moves VALUES (1, 1);
SELECT * FROM verify_both_ways('stock');
DROP SCHEMA view_triggers CASCADE;
