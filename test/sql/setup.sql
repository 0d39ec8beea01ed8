-- Makes the extension and the function that every test ends with.
CREATE EXTENSION pg_deltaview;

-- A view beside its own stored query, both ways and with duplicates, and what deltaview.verify says.
-- Columns whose type has no "=" compare by their text.
CREATE FUNCTION public.verify_both_ways(view regclass)
RETURNS TABLE (view_rows bigint, only_in_view bigint, only_in_query bigint, verify bigint)
LANGUAGE plpgsql AS $$
DECLARE
	query text;
	columns text;
	select_view text;
	select_query text;
BEGIN
	verify := (SELECT count(*) FROM deltaview.verify(view));
	query := (SELECT rtrim(v.query, E' ;\n') FROM deltaview.views v WHERE v.name = view);
	SELECT string_agg(quote_ident(attname) || CASE WHEN t.typname IN ('json', 'xml', 'point')
		OR attname LIKE 'raw%' THEN '::text' ELSE '' END, ', ' ORDER BY attnum)
	INTO columns
	FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
	WHERE attrelid = view AND attnum > 0 AND NOT attisdropped AND attname NOT LIKE '\_\_dv\_%';
	select_view := format('SELECT %s FROM %s', columns, view);
	select_query := format('SELECT %s FROM (%s) q', columns, query);
	EXECUTE format('SELECT (SELECT count(*) FROM %s), (SELECT count(*) FROM (%s EXCEPT ALL %s) d), '
		'(SELECT count(*) FROM (%s EXCEPT ALL %s) d)', view, select_view, select_query, select_query, select_view)
	INTO view_rows, only_in_view, only_in_query;
	RETURN NEXT;
END $$;

-- The views of the current schema that differ from their queries.
CREATE FUNCTION public.wrong_views() RETURNS TABLE (view text, only_in_view bigint, only_in_query bigint, verify bigint) LANGUAGE sql AS $$
  SELECT c.relname, b.only_in_view, b.only_in_query, b.verify FROM pg_class c, verify_both_ways(c.oid) b
  WHERE c.relnamespace = current_schema()::regnamespace AND c.oid IN (SELECT name FROM deltaview.views)
  AND (b.only_in_view, b.only_in_query, b.verify) <> (0, 0, 0) ORDER BY 1 $$;

-- What of the extension is on a table; what is left of views altogether.
CREATE FUNCTION public.traces(tab regclass) RETURNS bigint LANGUAGE sql AS
$$ SELECT count(*) FROM pg_trigger WHERE tgrelid = tab AND tgname LIKE '\_\_dv\_%' $$;

CREATE FUNCTION public.leftovers()
RETURNS TABLE (views bigint, view_tables bigint, triggers bigint, definitions bigint)
LANGUAGE sql AS $$
	SELECT (SELECT count(*) FROM deltaview.views), (SELECT count(*) FROM deltaview.view_tables),
		(SELECT count(*) FROM pg_trigger WHERE tgname LIKE '\_\_dv\_%'),
		(SELECT count(*) FROM pg_class c WHERE c.relnamespace = 'deltaview'::regnamespace AND c.relkind IN ('v', 'r')
			AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'))
$$;
