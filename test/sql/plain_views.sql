-- Plain views as base: an order that one leaves open is completed, and none is replaced beneath a maintained view.
CREATE TABLE pl_t (id int PRIMARY KEY, g int, x text);
INSERT INTO pl_t SELECT i, i % 3, chr(97 + i % 5) FROM generate_series(1, 15) i;
CREATE VIEW pl_filter AS SELECT id, g FROM pl_t WHERE g > 0;
CREATE VIEW pl_open AS SELECT g, x FROM pl_t ORDER BY g OFFSET 3 LIMIT 6;
CREATE VIEW pl_lists (grp, list) AS SELECT g, array_agg(x) FROM pl_t GROUP BY g;
CREATE VIEW pl_nested AS SELECT * FROM pl_open WHERE x <> 'c';
CREATE VIEW pl_ranks AS SELECT g, x, count(*) AS n, row_number() OVER (ORDER BY count(*)) AS r FROM pl_t GROUP BY ROLLUP (g, x);

SET client_min_messages = warning;
SELECT deltaview.create_view('pl_1', 'SELECT g, count(*) AS n FROM pl_filter GROUP BY g HAVING count(*) > 1');
SET client_min_messages = error;
SELECT deltaview.create_view('pl_2', 'SELECT * FROM pl_nested');
SELECT deltaview.create_view('pl_3', 'SELECT l.grp, l.list, f.id FROM pl_lists l JOIN pl_filter f ON f.g = l.grp');
SELECT deltaview.create_view('pl_4', 'SELECT * FROM pl_ranks WHERE n > 1');
RESET client_min_messages;
-- before 16 the server names the relation of a single one, too
SELECT replace(query, 'pl_nested.', '') AS query FROM deltaview.views WHERE name = 'pl_2'::regclass;
UPDATE pl_t SET g = g WHERE id = 3;
UPDATE pl_t SET x = 'z' WHERE id % 4 = 0;
DELETE FROM pl_t WHERE id IN (1, 2);
INSERT INTO pl_t VALUES (1, 0, 'q'), (20, 2, NULL), (21, NULL, 'a');
SELECT name, verify_both_ways FROM unnest(ARRAY['pl_1', 'pl_2', 'pl_3', 'pl_4']) AS name, verify_both_ways(name);
SELECT v.view, count(s) FROM deltaview.view_catalog v LEFT JOIN LATERAL deltaview.verify_state(v.view) s ON true
	WHERE v.view::text LIKE '%pl\_%' GROUP BY v.view HAVING count(s) > 0;

\set VERBOSITY default
CREATE OR REPLACE VIEW pl_filter AS SELECT id, g FROM pl_t WHERE g < 2;
CREATE OR REPLACE VIEW pl_open AS SELECT g, x FROM pl_t ORDER BY g, id LIMIT 1; -- expanded where it was read
CREATE OR REPLACE VIEW pl_filter2 AS SELECT id FROM pl_t;
SELECT name, verify_both_ways FROM unnest(ARRAY['pl_1', 'pl_2', 'pl_3', 'pl_4']) AS name, verify_both_ways(name);
SET client_min_messages = warning;
DROP TABLE pl_t CASCADE;
