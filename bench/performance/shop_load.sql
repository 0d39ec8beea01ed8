INSERT INTO items SELECT i % :n + 1, 1000 + i / :n, i % 500 + 1, i % 300 + 1, 1, 50 FROM generate_series(0, :rows - 1) i
