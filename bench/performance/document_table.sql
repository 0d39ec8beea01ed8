CREATE TABLE v (id int PRIMARY KEY, document jsonb) WITH (fillfactor = 80);
