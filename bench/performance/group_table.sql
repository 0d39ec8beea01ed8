CREATE TABLE v (customer int PRIMARY KEY, items bigint, amount bigint) WITH (fillfactor = 50);
