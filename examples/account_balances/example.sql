-- The balance of each account is the sum of its postings, and is right when the transfer commits.
CREATE SCHEMA account_balances;
SET search_path = account_balances;

CREATE TABLE postings (
	posting_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	account_id int NOT NULL,
	amount numeric(14,2) NOT NULL,
	booked date NOT NULL
);
INSERT INTO postings (account_id, amount, booked)
	SELECT 1 + n % 100, 10 + n % 7, '2024-01-01'::date + n % 365 FROM generate_series(1, 10000) n;
-- When an account's latest posting goes, its last_booked is looked for among the account's others.
CREATE INDEX ON postings (account_id);

SELECT deltaview.create_view('balances', $$
	SELECT account_id, sum(amount) AS balance, count(*) AS postings, max(booked) AS last_booked
	FROM postings GROUP BY account_id $$);
SELECT base_table, strategy, incremental FROM deltaview.explain('balances');

SELECT balance, postings, last_booked FROM balances WHERE account_id = 7;

-- A transfer: two postings, one transaction. The balances are those of the last commit until this one commits.
BEGIN;
INSERT INTO postings (account_id, amount, booked) VALUES (7, -250.00, '2025-01-02'), (8, 250.00, '2025-01-02');
SELECT balance FROM balances WHERE account_id = 7;
COMMIT;
SELECT account_id, balance, last_booked FROM balances WHERE account_id IN (7, 8) ORDER BY 1;

-- Who wants to read his own transfer earlier says so.
BEGIN;
INSERT INTO postings (account_id, amount, booked) VALUES (7, -1.50, '2025-01-03'), (8, 1.50, '2025-01-03');
SELECT deltaview.flush();
SELECT account_id, balance FROM balances WHERE account_id IN (7, 8) ORDER BY 1;
ROLLBACK;
SELECT account_id, balance FROM balances WHERE account_id IN (7, 8) ORDER BY 1;

-- A correction, a posting booked to the wrong account, an account that is closed, a new one.
UPDATE postings SET amount = amount + 0.01 WHERE posting_id = 6;
UPDATE postings SET account_id = 9 WHERE posting_id = 7;
DELETE FROM postings WHERE account_id = 100;
INSERT INTO postings (account_id, amount, booked) VALUES (101, 5.00, '2025-01-04');
SELECT account_id, balance, postings FROM balances WHERE account_id IN (7, 8, 9, 100, 101) ORDER BY 1;

SELECT * FROM deltaview.verify('balances');
