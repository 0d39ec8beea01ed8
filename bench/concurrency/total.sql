SELECT count(*) AS accounts, sum(balance) AS balance FROM accounts
