SELECT branch, count(*) AS accounts, sum(balance) AS balance FROM accounts GROUP BY branch
