-- The same sums by triggers per row.
CREATE FUNCTION follow() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
	remaining bigint;
BEGIN
	IF TG_OP = 'UPDATE' AND NEW.branch = OLD.branch THEN
		UPDATE v SET balance = balance + NEW.balance - OLD.balance WHERE branch = NEW.branch;
		RETURN NULL;
	END IF;
	IF TG_OP <> 'INSERT' THEN
		UPDATE v SET accounts = accounts - 1, balance = balance - OLD.balance WHERE branch = OLD.branch
		RETURNING accounts INTO remaining;
		IF remaining = 0 THEN
			DELETE FROM v WHERE branch = OLD.branch AND accounts = 0;
		END IF;
	END IF;
	IF TG_OP <> 'DELETE' THEN
		UPDATE v SET accounts = accounts + 1, balance = balance + NEW.balance WHERE branch = NEW.branch;
		IF NOT FOUND THEN
			INSERT INTO v VALUES (NEW.branch, 1, NEW.balance)
			ON CONFLICT (branch) DO UPDATE SET accounts = v.accounts + 1, balance = v.balance + excluded.balance;
		END IF;
	END IF;
	RETURN NULL;
END $$;

CREATE TRIGGER follow AFTER INSERT OR DELETE OR UPDATE OF branch, balance ON accounts
	FOR EACH ROW EXECUTE FUNCTION follow();
