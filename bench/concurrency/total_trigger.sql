CREATE TABLE v (accounts bigint, balance bigint) WITH (fillfactor = 90);
INSERT INTO v :query;

CREATE FUNCTION inserted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	UPDATE v SET accounts = v.accounts + d.accounts, balance = coalesce(v.balance, 0) + d.balance
	FROM (SELECT count(*) AS accounts, sum(balance) AS balance FROM new_rows HAVING count(*) > 0) d;
	RETURN NULL;
END $$;
CREATE FUNCTION deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	UPDATE v SET accounts = v.accounts - d.accounts,
		balance = CASE WHEN v.accounts <> d.accounts THEN v.balance - d.balance END
	FROM (SELECT count(*) AS accounts, sum(balance) AS balance FROM old_rows HAVING count(*) > 0) d;
	RETURN NULL;
END $$;
CREATE FUNCTION updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	UPDATE v SET balance = v.balance + d.balance
	FROM (SELECT (SELECT sum(balance) FROM new_rows) - (SELECT sum(balance) FROM old_rows) AS balance) d
	WHERE d.balance <> 0;
	RETURN NULL;
END $$;

CREATE TRIGGER inserted AFTER INSERT ON accounts REFERENCING NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION inserted();
CREATE TRIGGER deleted AFTER DELETE ON accounts REFERENCING OLD TABLE AS old_rows
	FOR EACH STATEMENT EXECUTE FUNCTION deleted();
CREATE TRIGGER updated AFTER UPDATE ON accounts REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION updated();
