-- Text that is equal without being the same, by a collation that ignores case, is one group and one join key.
SELECT NOT EXISTS (SELECT FROM pg_collation WHERE collname = 'und-x-icu') AS no_icu \gset
\if :no_icu
\quit
\endif
SET client_min_messages = warning;
CREATE SCHEMA collation_;
SET search_path = collation_, public;
CREATE COLLATION ignore_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE TABLE words (w text COLLATE ignore_case, n int);
INSERT INTO words VALUES ('a', 1), ('B', 2);
CREATE TABLE marks (w text COLLATE ignore_case, m int);
SELECT deltaview.create_view('joined', 'SELECT words.n, m FROM words LEFT JOIN marks USING (w)');
SELECT deltaview.create_view('by_word', 'SELECT w, count(*) AS c, sum(n) AS n FROM words GROUP BY w');
INSERT INTO words VALUES ('A', 3), ('b', 4), ('c', 5);
SELECT lower(w) AS w, c, n FROM by_word ORDER BY 1;
DELETE FROM words WHERE n < 3;
SELECT lower(w) AS w, c, n FROM by_word ORDER BY 1;
INSERT INTO marks VALUES ('C', 1), ('B', 2);
UPDATE words SET w = 'X' WHERE n = 4;
SELECT n, m FROM joined ORDER BY n;
SELECT * FROM verify_both_ways('by_word');
SELECT * FROM verify_both_ways('joined');
DROP SCHEMA collation_ CASCADE;
