-- Accounts of 100 branches.
CREATE TABLE accounts (id int PRIMARY KEY, branch int NOT NULL, balance int NOT NULL, note int NOT NULL DEFAULT 0)
	WITH (fillfactor = 80);
INSERT INTO accounts SELECT i, i % 100, i % 1000 FROM generate_series(1, :n) i;
