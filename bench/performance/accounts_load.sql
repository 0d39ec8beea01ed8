INSERT INTO accounts SELECT 100000000 + i, i % 100, i % 1000 FROM generate_series(1, :rows) i
