CREATE TABLE v (branch int PRIMARY KEY, accounts bigint, balance bigint) WITH (fillfactor = 50);
