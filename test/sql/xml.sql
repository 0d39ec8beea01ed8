-- Columns of type xml, which has no equality operator, in a view or not.
CREATE FUNCTION pg_temp.no_xml() RETURNS bool LANGUAGE plpgsql AS
$$ BEGIN PERFORM '<a/>'::xml; RETURN false; EXCEPTION WHEN feature_not_supported THEN RETURN true; END $$;
SELECT pg_temp.no_xml() AS no_xml \gset
\if :no_xml
\quit
\endif
SET client_min_messages = warning;
CREATE SCHEMA xml_;
SET search_path = xml_, public;
CREATE TABLE t (id int PRIMARY KEY, x xml, g int);
CREATE TABLE keyless (g int, x xml);
INSERT INTO t VALUES (1, '<a/>', 1), (2, NULL, 1), (3, '<b>text</b>', 2);
INSERT INTO keyless VALUES (1, '<k/>'), (1, '<k/>'), (2, NULL);
SELECT deltaview.create_view('l', 'SELECT id, x FROM t');
SELECT deltaview.create_view('bare', 'SELECT k.x AS raw_x, t.x FROM t JOIN keyless k USING (g)');
SELECT deltaview.create_view('o', 'SELECT t.id, k.x FROM t LEFT JOIN keyless k USING (g)');
SELECT deltaview.create_view('a', 'SELECT g, count(x) AS n, xmlagg(x ORDER BY id) AS raw_all FROM t GROUP BY g');
SELECT deltaview.create_view('tabled', $$
  SELECT t.id, e.n, e.v FROM t, XMLTABLE('/r/e' PASSING xmlparse(document '<r><e>1</e><e>' || t.g || '</e></r>')
    COLUMNS n FOR ORDINALITY, v int PATH '.' DEFAULT t.id) e WHERE e.v < 3 $$);
SELECT deltaview.create_view('unused', 'SELECT g, count(*) AS n FROM t GROUP BY g');
INSERT INTO keyless VALUES (1, '<k />'), (2, '<l/>');
UPDATE t SET x = '<a></a>' WHERE id = 1;
DELETE FROM keyless WHERE ctid = (SELECT min(ctid) FROM keyless WHERE x::text = '<k/>');
SELECT id, x FROM l ORDER BY id;
SELECT g, n, raw_all FROM a ORDER BY g;
INSERT INTO t VALUES (4, '<c/>', 2), (5, '<d/>', NULL);
DELETE FROM t WHERE id = 3;
SELECT * FROM verify_both_ways('l');
SELECT * FROM verify_both_ways('bare');
SELECT * FROM verify_both_ways('o');
SELECT * FROM verify_both_ways('a');
SELECT * FROM verify_both_ways('tabled');
SELECT DISTINCT strategy FROM deltaview.explain('tabled');
SELECT * FROM verify_both_ways('unused');
DROP SCHEMA xml_ CASCADE;
