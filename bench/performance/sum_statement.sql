-- The same sums by triggers per statement.
CREATE FUNCTION inserted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO v SELECT branch, count(*), sum(balance) FROM new_rows GROUP BY branch
	ON CONFLICT (branch) DO UPDATE SET accounts = v.accounts + excluded.accounts, balance = v.balance + excluded.balance;
	RETURN NULL;
END $$;
CREATE FUNCTION deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	UPDATE v SET accounts = v.accounts - d.accounts, balance = v.balance - d.balance
	FROM (SELECT branch, count(*) AS accounts, sum(balance) AS balance FROM old_rows GROUP BY branch) d
	WHERE v.branch = d.branch;
	DELETE FROM v WHERE accounts = 0 AND branch IN (SELECT branch FROM old_rows);
	RETURN NULL;
END $$;
CREATE FUNCTION updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO v SELECT branch, sum(n), sum(balance)
	FROM (SELECT branch, 1 AS n, balance FROM new_rows UNION ALL SELECT branch, -1, -balance FROM old_rows) d
	GROUP BY branch HAVING sum(n) <> 0 OR sum(balance) <> 0
	ON CONFLICT (branch) DO UPDATE SET accounts = v.accounts + excluded.accounts, balance = v.balance + excluded.balance;
	IF EXISTS (SELECT branch FROM old_rows EXCEPT SELECT branch FROM new_rows) THEN
		DELETE FROM v WHERE accounts = 0 AND branch IN (SELECT branch FROM old_rows);
	END IF;
	RETURN NULL;
END $$;

CREATE TRIGGER inserted AFTER INSERT ON accounts REFERENCING NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION inserted();
CREATE TRIGGER deleted AFTER DELETE ON accounts REFERENCING OLD TABLE AS old_rows
	FOR EACH STATEMENT EXECUTE FUNCTION deleted();
CREATE TRIGGER updated AFTER UPDATE ON accounts REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION updated();
