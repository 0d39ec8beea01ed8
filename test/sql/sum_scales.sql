-- Sums of numbers of several scales: digits that rows showed go with them, wherever something is computed from the sum.
CREATE TABLE sc_o (id int PRIMARY KEY, g int);
CREATE TABLE sc_i (o int, n int, x numeric(12,2), y numeric, PRIMARY KEY (o, n));
INSERT INTO sc_o SELECT i, i % 3 FROM generate_series(1, 30) i;
INSERT INTO sc_i SELECT i, j, i + j, i * 1.5 FROM generate_series(1, 30) i, generate_series(1, 3) j;

CREATE TABLE sc_queries (name text PRIMARY KEY, query text);
INSERT INTO sc_queries VALUES
('sc_share', 'SELECT g, 100 * sum(CASE WHEN n = 2 THEN x * (1 - 0.1) ELSE 0 END) / sum(x) AS share, sum(CASE WHEN n = 2 THEN x ELSE 0 END)::text AS shown, max(x) AS m FROM sc_o JOIN sc_i ON o = id GROUP BY g'),
('sc_having', 'SELECT g, sum(y) AS s, sum(y)::text AS shown FROM sc_o JOIN sc_i ON o = id GROUP BY g HAVING sum(y)::text <> ''3'''),
('sc_avg', 'SELECT g, avg(x * x)::text AS a, avg(-x)::text AS b, avg(coalesce(x, 0))::text AS c, avg(y)::text AS d FROM sc_o JOIN sc_i ON o = id GROUP BY g'),
('sc_all', 'SELECT sum(CASE n WHEN 1 THEN x WHEN 2 THEN 1.5 ELSE NULL END)::text AS s, scale(sum(y)) AS d FROM sc_i'),
('sc_part', 'SELECT s::text AS s, count(*) AS n FROM (SELECT g, sum(CASE WHEN n = 3 THEN y ELSE 1 END) AS s FROM sc_o JOIN sc_i ON o = id GROUP BY g) q GROUP BY s');

SET client_min_messages = warning;
SELECT name, deltaview.create_view(name, query) FROM sc_queries ORDER BY name;
CREATE FUNCTION sc_check() RETURNS TABLE (name text, wrong bigint, shown bigint) LANGUAGE plpgsql AS $$
DECLARE
  q record;
BEGIN
  FOR q IN SELECT * FROM sc_queries ORDER BY 1 LOOP
    name := q.name;
    SELECT count(*) INTO wrong FROM deltaview.verify(q.name::regclass);
    EXECUTE format('SELECT count(*) FROM (SELECT to_jsonb(q)::text FROM (%1$s) q EXCEPT SELECT to_jsonb(v)::text FROM (SELECT %2$s FROM %3$I) v) d',
      q.query, (SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute WHERE attrelid = q.name::regclass AND attnum > 0 AND attname NOT LIKE '\_\_dv\_%'), q.name) INTO shown;
    IF wrong > 0 OR shown > 0 THEN
      RETURN NEXT;
    END IF;
  END LOOP;
END $$;
SELECT * FROM sc_check();
UPDATE sc_i SET y = 2.00000 WHERE o = 5 AND n = 3;
SELECT * FROM sc_check();
DELETE FROM sc_i WHERE o = 5;
SELECT * FROM sc_check();
BEGIN;
INSERT INTO sc_o VALUES (100, 1), (101, 7);
INSERT INTO sc_i VALUES (100, 2, 5, 1.123456), (100, 3, 6, 2), (101, 3, NULL, 7.000);
COMMIT;
SELECT * FROM sc_check();
DELETE FROM sc_i WHERE n = 2;
SELECT * FROM sc_check();
UPDATE sc_i SET y = 'NaN' WHERE o = 9;
SELECT * FROM sc_check();
DELETE FROM sc_i WHERE o = 9;
UPDATE sc_o SET g = 2 WHERE g = 1;
SELECT * FROM sc_check();
SELECT view, complete FROM deltaview.stats WHERE view = 'sc_share'::regclass;
DROP TABLE sc_o, sc_i CASCADE;
DROP TABLE sc_queries;
DROP FUNCTION sc_check;
