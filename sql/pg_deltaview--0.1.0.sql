-- Views that are kept current by their writers.
\echo Use "CREATE EXTENSION pg_deltaview" to load this file. \quit

CREATE SCHEMA deltaview;
GRANT USAGE ON SCHEMA deltaview TO PUBLIC;
COMMENT ON SCHEMA deltaview IS 'views that are kept current by their writers';

--
-- Catalog
--
CREATE TABLE deltaview.view_catalog (
	view regclass PRIMARY KEY,
	definition regclass NOT NULL,
	maintained regclass NOT NULL,
	part_of regclass,
	refresh text NOT NULL,
	method text NOT NULL,
	state text NOT NULL,
	rank int NOT NULL,
	settings text[] NOT NULL,
	last_refresh timestamptz,
	key_columns int2[],
	document_types jsonb
) WITH (user_catalog_table = true); -- logical decoding reads it, and cannot rely on what is in a table beside it
ALTER TABLE deltaview.view_catalog ALTER document_types SET STORAGE MAIN;
COMMENT ON TABLE deltaview.view_catalog IS 'internal: one row per view; see deltaview.views';

CREATE TABLE deltaview.table_catalog (
	view regclass NOT NULL,
	base regclass NOT NULL,
	strategy text NOT NULL,
	incremental bool NOT NULL,
	reason text NOT NULL,
	watched bool NOT NULL,
	PRIMARY KEY (view, base)
);
CREATE INDEX table_catalog_base ON deltaview.table_catalog (base);
COMMENT ON TABLE deltaview.table_catalog IS 'internal: one row per view and base table; see deltaview.view_tables';

-- Writers append, refresh deletes what it saw: nobody waits for anybody.
CREATE TABLE deltaview.stale_marks (
	view regclass NOT NULL,
	since timestamptz NOT NULL
);
COMMENT ON TABLE deltaview.stale_marks IS 'internal: views on demand whose base tables have changed since their refresh';

-- What document views are declared to be; before its start one has a schema and a name instead of a view.
CREATE TABLE deltaview.document_catalog (
	id int PRIMARY KEY,
	view regclass,
	schema text,
	name text,
	owner regrole NOT NULL,
	root regclass NOT NULL,
	columns text[],
	keys text[],
	filter text,
	refresh text NOT NULL
);
COMMENT ON TABLE deltaview.document_catalog IS 'internal: one row per document view; see deltaview.documents';

CREATE TABLE deltaview.embed_catalog (
	document int NOT NULL,
	path text NOT NULL,
	child regclass NOT NULL,
	type text NOT NULL,
	parent_columns text[] NOT NULL,
	child_columns text[] NOT NULL,
	columns text[],
	keys text[],
	filter text,
	order_by text,
	PRIMARY KEY (document, path)
);
COMMENT ON TABLE deltaview.embed_catalog IS 'internal: one row per path of a document view; see deltaview.embeds';

GRANT SELECT ON deltaview.view_catalog, deltaview.table_catalog, deltaview.stale_marks, deltaview.document_catalog,
	deltaview.embed_catalog TO PUBLIC;

SELECT pg_catalog.pg_extension_config_dump('deltaview.view_catalog', '');
SELECT pg_catalog.pg_extension_config_dump('deltaview.table_catalog', '');
SELECT pg_catalog.pg_extension_config_dump('deltaview.stale_marks', '');
SELECT pg_catalog.pg_extension_config_dump('deltaview.document_catalog', '');
SELECT pg_catalog.pg_extension_config_dump('deltaview.embed_catalog', '');

-- For changes that are not made by our own functions: a restore.
CREATE FUNCTION deltaview.catalog_changed() RETURNS trigger
	AS 'MODULE_PATHNAME', 'dv_catalog_changed' LANGUAGE C;
COMMENT ON FUNCTION deltaview.catalog_changed() IS 'internal: makes every session read the catalog anew';
CREATE TRIGGER changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON deltaview.view_catalog
	FOR EACH STATEMENT EXECUTE FUNCTION deltaview.catalog_changed();
CREATE TRIGGER changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON deltaview.table_catalog
	FOR EACH STATEMENT EXECUTE FUNCTION deltaview.catalog_changed();
CREATE TRIGGER changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON deltaview.stale_marks
	FOR EACH STATEMENT EXECUTE FUNCTION deltaview.catalog_changed();
ALTER TABLE deltaview.view_catalog ENABLE ALWAYS TRIGGER changed;
ALTER TABLE deltaview.table_catalog ENABLE ALWAYS TRIGGER changed;
ALTER TABLE deltaview.stale_marks ENABLE ALWAYS TRIGGER changed;

--
-- Triggers on base tables and on views
--
CREATE FUNCTION deltaview.capture() RETURNS trigger
	AS 'MODULE_PATHNAME', 'dv_capture' LANGUAGE C;
COMMENT ON FUNCTION deltaview.capture() IS 'internal: trigger on base tables that records their changes';

CREATE FUNCTION deltaview.protect() RETURNS trigger
	AS 'MODULE_PATHNAME', 'dv_protect' LANGUAGE C;
COMMENT ON FUNCTION deltaview.protect() IS 'internal: trigger on views that refuses direct changes';

--
-- Functions
--
CREATE FUNCTION deltaview.create_view(name text, query text, refresh text DEFAULT 'on commit',
		method text DEFAULT 'force', with_data bool DEFAULT true) RETURNS regclass
	AS 'MODULE_PATHNAME', 'dv_create_view' LANGUAGE C;
COMMENT ON FUNCTION deltaview.create_view(text, text, text, text, bool) IS
	'makes a table that holds the result of a query and keeps it current';

CREATE FUNCTION deltaview.drop_view(name regclass, cascade bool DEFAULT false) RETURNS void
	AS 'MODULE_PATHNAME', 'dv_drop_view' LANGUAGE C;
COMMENT ON FUNCTION deltaview.drop_view(regclass, bool) IS 'drops a view, as DROP TABLE does';

-- What is declared only has no regclass yet.
CREATE FUNCTION deltaview.drop_view(name text, cascade bool DEFAULT false) RETURNS void
	AS 'MODULE_PATHNAME', 'dv_drop_by_name' LANGUAGE C;
COMMENT ON FUNCTION deltaview.drop_view(text, bool) IS 'drops a view, or a document view that is declared and not started';

CREATE FUNCTION deltaview.refresh(name regclass, method text DEFAULT 'force') RETURNS bigint
	AS 'MODULE_PATHNAME', 'dv_refresh' LANGUAGE C;
COMMENT ON FUNCTION deltaview.refresh(regclass, text) IS
	'brings a view up to date by hand; returns the number of its rows that changed';

CREATE FUNCTION deltaview.flush() RETURNS void
	AS 'MODULE_PATHNAME', 'dv_flush' LANGUAGE C;
COMMENT ON FUNCTION deltaview.flush() IS 'applies what this transaction has pending to the views';

CREATE FUNCTION deltaview.pause(name regclass) RETURNS void
	AS 'MODULE_PATHNAME', 'dv_pause' LANGUAGE C;
COMMENT ON FUNCTION deltaview.pause(regclass) IS 'stops keeping a view current, until resume';

CREATE FUNCTION deltaview.resume(name regclass) RETURNS bigint
	AS 'MODULE_PATHNAME', 'dv_resume' LANGUAGE C;
COMMENT ON FUNCTION deltaview.resume(regclass) IS
	'recomputes a paused view and keeps it current again; returns the number of its rows that changed';

CREATE FUNCTION deltaview.create_document_view(name text, root regclass, columns text[] DEFAULT NULL,
		filter text DEFAULT NULL, refresh text DEFAULT 'on commit') RETURNS void
	AS 'MODULE_PATHNAME', 'dv_create_document_view' LANGUAGE C;
COMMENT ON FUNCTION deltaview.create_document_view(text, regclass, text[], text, text) IS
	'declares a view with one document per row of a table';

CREATE FUNCTION deltaview.embed(name text, child regclass, path text, type text, relation text[],
		columns text[] DEFAULT NULL, filter text DEFAULT NULL, order_by text DEFAULT NULL) RETURNS void
	AS 'MODULE_PATHNAME', 'dv_embed' LANGUAGE C;
COMMENT ON FUNCTION deltaview.embed(text, regclass, text, text, text[], text[], text, text) IS
	'embeds the rows of a table in a document view, as an object or an array';

CREATE FUNCTION deltaview.unembed(name text, path text) RETURNS void
	AS 'MODULE_PATHNAME', 'dv_unembed' LANGUAGE C;
COMMENT ON FUNCTION deltaview.unembed(text, text) IS 'takes a path, and what is in it, out of a document view';

CREATE FUNCTION deltaview.start(name text) RETURNS regclass
	AS 'MODULE_PATHNAME', 'dv_start' LANGUAGE C;
COMMENT ON FUNCTION deltaview.start(text) IS 'makes a declared document view and keeps it current';

CREATE FUNCTION deltaview.explain(name regclass, OUT base_table regclass, OUT strategy text, OUT incremental bool,
		OUT reason text, OUT delta_sql text, OUT advice text) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'dv_explain' LANGUAGE C;
COMMENT ON FUNCTION deltaview.explain(regclass) IS 'how a view follows each of its base tables, and why';

CREATE FUNCTION deltaview.explain_query(query text, OUT base_table regclass, OUT strategy text, OUT incremental bool,
		OUT reason text, OUT delta_sql text, OUT advice text) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'dv_explain_query' LANGUAGE C;
COMMENT ON FUNCTION deltaview.explain_query(text) IS 'how a view of this query would follow each of its base tables, and why';

CREATE FUNCTION deltaview.verify(name regclass, OUT copies bigint, OUT content jsonb) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'dv_verify' LANGUAGE C;
COMMENT ON FUNCTION deltaview.verify(regclass) IS
	'compares a view with its query: copies in the view minus copies in the query, for each row that differs';

CREATE FUNCTION deltaview.verify_state(name regclass, OUT copies bigint, OUT content jsonb) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'dv_verify_state' LANGUAGE C;
COMMENT ON FUNCTION deltaview.verify_state(regclass) IS 'internal: as verify, with the hidden columns';

CREATE FUNCTION deltaview.rewritten(query text, step text DEFAULT NULL) RETURNS text
	AS 'MODULE_PATHNAME', 'dv_rewritten' LANGUAGE C;
COMMENT ON FUNCTION deltaview.rewritten(text, text) IS
	'internal: the query after one step (by name, else the first that applies) towards one that can be maintained; null if none does';

CREATE FUNCTION deltaview.read_stats(name regclass, OUT flushes bigint, OUT incremental bigint, OUT complete bigint,
		OUT rows_in bigint, OUT rows_out bigint, OUT time_ms double precision, OUT lock_waits bigint,
		OUT escalations bigint, OUT last_error text)
	AS 'MODULE_PATHNAME', 'dv_read_stats' LANGUAGE C;
COMMENT ON FUNCTION deltaview.read_stats(regclass) IS 'internal: see deltaview.stats';

--
-- What there is
--
CREATE VIEW deltaview.views AS
	SELECT v.view AS name,
		pg_catalog.pg_get_viewdef(v.definition) AS query,
		v.refresh,
		v.method,
		CASE WHEN v.state = 'fresh' AND s.since IS NOT NULL THEN 'stale' ELSE v.state END AS state,
		pg_catalog.pg_get_userbyid(c.relowner) AS owner,
		v.last_refresh,
		s.since AS stale_since,
		c.reltuples::bigint AS rows_estimate
	FROM deltaview.view_catalog v
		JOIN pg_catalog.pg_class c ON c.oid = v.view
		LEFT JOIN LATERAL (
			SELECT min(m.since) AS since
			FROM (SELECT m.since FROM deltaview.stale_marks m WHERE m.view = v.view
				UNION ALL
				SELECT v.last_refresh FROM deltaview.table_catalog t
				WHERE t.view = v.view AND NOT t.watched AND v.refresh = 'on demand') m) s ON true
	WHERE v.part_of IS NULL;
COMMENT ON VIEW deltaview.views IS 'the views of this database';
COMMENT ON COLUMN deltaview.views.name IS 'the table that holds the rows';
COMMENT ON COLUMN deltaview.views.query IS 'the stored query, with every order that it left open completed';
COMMENT ON COLUMN deltaview.views.refresh IS 'on commit, on statement or on demand';
COMMENT ON COLUMN deltaview.views.method IS 'fast, force or complete';
COMMENT ON COLUMN deltaview.views.state IS
	'fresh; stale: on demand, and a base table has changed, or may have where its changes cannot be watched; paused: until resume';
COMMENT ON COLUMN deltaview.views.last_refresh IS 'when the view was last computed as a whole';
COMMENT ON COLUMN deltaview.views.stale_since IS 'when a base table first changed after that';

-- A base table that is read by way of hidden parts: each view on the way must take its changes in incrementally.
CREATE VIEW deltaview.view_tables AS
	WITH RECURSIVE reading AS (
		SELECT t.view, t.base, t.strategy, t.incremental, false AS by_way
		FROM deltaview.table_catalog t
			JOIN deltaview.view_catalog v ON v.view = t.view
			JOIN pg_catalog.pg_class c ON c.oid = t.view
		WHERE v.part_of IS NULL
		UNION
		SELECT r.view, t.base, t.strategy, r.incremental AND t.incremental, true
		FROM reading r
			JOIN deltaview.view_catalog p ON p.view = r.base AND p.part_of IS NOT NULL
			JOIN deltaview.table_catalog t ON t.view = p.view)
	SELECT r.view, r.base AS base_table,
		CASE WHEN NOT bool_or(r.by_way) THEN min(r.strategy)
			WHEN bool_and(r.incremental) THEN 'cascade'
			ELSE 'complete' END AS strategy
	FROM reading r
	WHERE NOT EXISTS (SELECT FROM deltaview.view_catalog p WHERE p.view = r.base AND p.part_of IS NOT NULL)
	GROUP BY r.view, r.base;
COMMENT ON VIEW deltaview.view_tables IS 'the base tables of each view, and how the view follows them';

CREATE VIEW deltaview.stats AS
	SELECT v.view, sum(s.flushes)::bigint AS flushes, sum(s.incremental)::bigint AS incremental,
		sum(s.complete)::bigint AS complete, sum(s.rows_in)::bigint AS rows_in,
		sum(s.rows_out) FILTER (WHERE p.view = v.view)::bigint AS rows_out, sum(s.time_ms) AS time_ms,
		sum(s.lock_waits)::bigint AS lock_waits, sum(s.escalations)::bigint AS escalations,
		max(s.last_error) AS last_error
	FROM deltaview.view_catalog v
		JOIN pg_catalog.pg_class c ON c.oid = v.view
		JOIN deltaview.view_catalog p ON p.view = v.view OR p.part_of = v.definition
		CROSS JOIN LATERAL deltaview.read_stats(p.view) s
	WHERE v.part_of IS NULL
	GROUP BY v.view;
COMMENT ON VIEW deltaview.stats IS
	'counters of each view, its hidden parts included, since the start of the server';
COMMENT ON COLUMN deltaview.stats.incremental IS 'flushes that took in deltas';
COMMENT ON COLUMN deltaview.stats.complete IS 'flushes that computed the view anew and applied the difference';
COMMENT ON COLUMN deltaview.stats.rows_in IS 'changed rows of base tables';
COMMENT ON COLUMN deltaview.stats.rows_out IS 'rows of the view written';
COMMENT ON COLUMN deltaview.stats.time_ms IS 'time spent, in milliseconds';

CREATE VIEW deltaview.documents AS
	SELECT d.view AS view,
		CASE WHEN d.view IS NULL THEN pg_catalog.format('%I.%I', d.schema, d.name) ELSE d.view::text END AS name,
		d.root,
		CASE WHEN d.columns IS NOT NULL THEN ARRAY(
			SELECT CASE WHEN c.name = c.key THEN c.name ELSE c.name || '=' || c.key END
			FROM unnest(d.columns, d.keys) WITH ORDINALITY c (name, key, place) ORDER BY c.place) END AS columns,
		d.filter,
		d.refresh
	FROM deltaview.document_catalog d;
COMMENT ON VIEW deltaview.documents IS 'the document views of this database';
COMMENT ON COLUMN deltaview.documents.view IS 'the table that holds the documents; null before the start';
COMMENT ON COLUMN deltaview.documents.columns IS 'the columns of the root, with their names in the document; null: all';

CREATE VIEW deltaview.embeds AS
	SELECT d.name AS document,
		e.path,
		e.child,
		e.type,
		ARRAY(SELECT CASE WHEN c.parent = c.child THEN c.parent ELSE c.parent || '=' || c.child END
			FROM unnest(e.parent_columns, e.child_columns) WITH ORDINALITY c (parent, child, place)
			ORDER BY c.place) AS relation,
		CASE WHEN e.columns IS NOT NULL THEN ARRAY(
			SELECT CASE WHEN c.name = c.key THEN c.name ELSE c.name || '=' || c.key END
			FROM unnest(e.columns, e.keys) WITH ORDINALITY c (name, key, place) ORDER BY c.place) END AS columns,
		e.filter,
		e.order_by
	FROM deltaview.embed_catalog e
		JOIN (SELECT c.id, CASE WHEN c.view IS NULL THEN pg_catalog.format('%I.%I', c.schema, c.name)
				ELSE c.view::text END AS name
			FROM deltaview.document_catalog c) d ON d.id = e.document;
COMMENT ON VIEW deltaview.embeds IS 'what is embedded in each document view';

GRANT SELECT ON deltaview.views, deltaview.view_tables, deltaview.stats, deltaview.documents, deltaview.embeds TO PUBLIC;

--
-- Sinks
--
CREATE FUNCTION deltaview.mongo_validator(options text[], catalog oid) RETURNS void
	AS 'MODULE_PATHNAME', 'dv_mongo_validator' LANGUAGE C STRICT;
COMMENT ON FUNCTION deltaview.mongo_validator(text[], oid) IS 'internal: checks the options of servers and user mappings';
CREATE FOREIGN DATA WRAPPER deltaview_mongo NO HANDLER VALIDATOR deltaview.mongo_validator;
COMMENT ON FOREIGN DATA WRAPPER deltaview_mongo IS 'MongoDB servers, for deltaview.create_sink()';

-- What a sink shall do. Neither this nor what follows is dumped: a restored database must not write where the original does.
CREATE TABLE deltaview.sink_catalog (
	sink text PRIMARY KEY,
	view regclass NOT NULL,
	server name NOT NULL,
	database text NOT NULL,
	collection text NOT NULL,
	owner regrole NOT NULL,
	options jsonb NOT NULL,
	slot text NOT NULL,
	wanted text NOT NULL,
	generation int NOT NULL
);
COMMENT ON TABLE deltaview.sink_catalog IS 'internal: one row per sink; see deltaview.sink_stats';

-- What its runner says.
CREATE TABLE deltaview.sink_progress (
	sink text PRIMARY KEY,
	state text,
	generation int,
	slot_made bool,
	rows_total bigint,
	rows_copied bigint,
	rows_applied bigint,
	batches bigint,
	retries bigint,
	last_lsn pg_lsn,
	last_commit timestamptz,
	behind_since timestamptz,
	out_since timestamptz,
	last_error text,
	last_error_at timestamptz,
	held_at pg_lsn,
	updated_at timestamptz
);
COMMENT ON TABLE deltaview.sink_progress IS 'internal: what the runner of a sink has reported; see deltaview.sink_stats';

CREATE TABLE deltaview.sink_hold (
	sink text PRIMARY KEY,
	upto pg_lsn
);
COMMENT ON TABLE deltaview.sink_hold IS 'internal: sinks that pause at a position while they are verified';

CREATE TABLE deltaview.sink_errors (
	sink text NOT NULL,
	at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	lsn pg_lsn,
	id text,
	code text NOT NULL,
	message text NOT NULL,
	document text
);
COMMENT ON TABLE deltaview.sink_errors IS 'rows that have no document in a collection, of sinks with option on_error set_aside';
COMMENT ON COLUMN deltaview.sink_errors.lsn IS 'of the change; null: found by the copy';
COMMENT ON COLUMN deltaview.sink_errors.id IS 'the _id that the document would have, as extended JSON';
COMMENT ON COLUMN deltaview.sink_errors.document IS 'the row or the document';

CREATE FUNCTION deltaview.owns_sink(sink text) RETURNS bool
	AS 'MODULE_PATHNAME', 'dv_owns_sink' LANGUAGE C STABLE STRICT;
COMMENT ON FUNCTION deltaview.owns_sink(text) IS 'internal: may the caller see and change what is kept of this sink';
ALTER TABLE deltaview.sink_progress ENABLE ROW LEVEL SECURITY;
ALTER TABLE deltaview.sink_hold ENABLE ROW LEVEL SECURITY;
ALTER TABLE deltaview.sink_errors ENABLE ROW LEVEL SECURITY;
CREATE POLICY owner ON deltaview.sink_progress USING (deltaview.owns_sink(sink));
CREATE POLICY owner ON deltaview.sink_hold USING (deltaview.owns_sink(sink));
CREATE POLICY owner ON deltaview.sink_errors USING (deltaview.owns_sink(sink));
GRANT SELECT, INSERT, UPDATE, DELETE ON deltaview.sink_progress, deltaview.sink_hold, deltaview.sink_errors TO PUBLIC;

CREATE FUNCTION deltaview.create_sink(view regclass, server text, database text, collection text,
		options jsonb DEFAULT '{}') RETURNS text
	AS 'MODULE_PATHNAME', 'dv_create_sink' LANGUAGE C;
COMMENT ON FUNCTION deltaview.create_sink(regclass, text, text, text, jsonb) IS
	'keeps a MongoDB collection as a view is; returns the name of the sink';

CREATE FUNCTION deltaview.start_sink(sink text) RETURNS void
	AS 'MODULE_PATHNAME', 'dv_start_sink' LANGUAGE C;
COMMENT ON FUNCTION deltaview.start_sink(text) IS 'lets a sink run, from where it was stopped';

CREATE FUNCTION deltaview.stop_sink(sink text) RETURNS void
	AS 'MODULE_PATHNAME', 'dv_stop_sink' LANGUAGE C;
COMMENT ON FUNCTION deltaview.stop_sink(text) IS
	'stops a sink at its position; its replication slot keeps the log from there on';

CREATE FUNCTION deltaview.reset_sink(sink text) RETURNS void
	AS 'MODULE_PATHNAME', 'dv_reset_sink' LANGUAGE C;
COMMENT ON FUNCTION deltaview.reset_sink(text) IS
	'copies a view anew and puts the copy in place of the collection, which is served until then';

CREATE FUNCTION deltaview.drop_sink(sink text, drop_collection bool DEFAULT false) RETURNS void
	AS 'MODULE_PATHNAME', 'dv_drop_sink' LANGUAGE C;
COMMENT ON FUNCTION deltaview.drop_sink(text, bool) IS
	'drops a sink and its replication slot; the collection stays unless that is asked for';

CREATE FUNCTION deltaview.verify_sink(sink text, OUT id text, OUT view_document text, OUT collection_document text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'dv_verify_sink' LANGUAGE C;
COMMENT ON FUNCTION deltaview.verify_sink(text) IS
	'compares a collection with its view at one position: the documents that differ, as extended JSON';

CREATE FUNCTION deltaview.start_sinks() RETURNS bool
	AS 'MODULE_PATHNAME', 'dv_start_sinks' LANGUAGE C;
REVOKE EXECUTE ON FUNCTION deltaview.start_sinks() FROM PUBLIC;
COMMENT ON FUNCTION deltaview.start_sinks() IS
	'starts the workers of the sinks of this database that should run and do not: false where there was no room for all; for superusers';

CREATE FUNCTION deltaview.preview_sink(view regclass, options jsonb DEFAULT '{}', OUT id text, OUT document text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'dv_preview_sink' LANGUAGE C STABLE;
COMMENT ON FUNCTION deltaview.preview_sink(regclass, jsonb) IS
	'the documents that a sink with these options would write, as extended JSON; or why a row has none';

CREATE FUNCTION deltaview.sink_row(v record, options jsonb) RETURNS bytea
	AS 'MODULE_PATHNAME', 'dv_sink_row' LANGUAGE C STABLE PARALLEL SAFE;
COMMENT ON FUNCTION deltaview.sink_row(record, jsonb) IS
	'internal: a row of a view as a BSON document, after a P; or after an E why it has none';

CREATE FUNCTION deltaview.sink_settings(sink text, OUT view_oid oid, OUT view text, OUT owner text, OUT server text,
		OUT server_options jsonb, OUT user_options jsonb, OUT database text, OUT collection text, OUT options jsonb,
		OUT slot text, OUT wanted text, OUT generation int, OUT hold bool, OUT hold_upto pg_lsn) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'dv_sink_settings' LANGUAGE C;
COMMENT ON FUNCTION deltaview.sink_settings(text) IS
	'internal: all that the runner of a sink must know, the password included, for the owner of the sink';

CREATE FUNCTION deltaview.sink_next_generation(sink text, generation int) RETURNS int
	AS 'MODULE_PATHNAME', 'dv_sink_next_generation' LANGUAGE C;
COMMENT ON FUNCTION deltaview.sink_next_generation(text, int) IS
	'internal: begins another copy if that generation is still the present one; returns the present one';

CREATE FUNCTION deltaview.sink_dropped(sink text) RETURNS void
	AS 'MODULE_PATHNAME', 'dv_sink_dropped' LANGUAGE C;
COMMENT ON FUNCTION deltaview.sink_dropped(text) IS 'internal: forgets a sink whose slot is gone';

CREATE FUNCTION deltaview.sink_runs(sink text) RETURNS bool
	AS 'MODULE_PATHNAME', 'dv_sink_runs' LANGUAGE C STRICT;
COMMENT ON FUNCTION deltaview.sink_runs(text) IS 'internal: is there a worker or a program that runs the sink';

-- Members that are not in the report stay as they are.
CREATE FUNCTION deltaview.sink_report(sink text, report jsonb) RETURNS void LANGUAGE sql
	SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	INSERT INTO deltaview.sink_progress
		SELECT r.*
		FROM (SELECT) one
			LEFT JOIN deltaview.sink_progress p ON p.sink = sink_report.sink
			CROSS JOIN LATERAL jsonb_populate_record(p,
				report || jsonb_build_object('sink', sink_report.sink, 'updated_at', now(), 'out_since',
					CASE WHEN coalesce(report ->> 'state', p.state) NOT IN ('streaming', 'held')
						THEN coalesce(p.out_since, p.updated_at, now()) END)) r
		WHERE deltaview.owns_sink(sink_report.sink)
		ON CONFLICT ON CONSTRAINT sink_progress_pkey DO UPDATE SET (state, generation, slot_made, rows_total, rows_copied, rows_applied,
				batches, retries, last_lsn, last_commit, behind_since, out_since, last_error, last_error_at, held_at, updated_at) =
			(SELECT excluded.state, excluded.generation, excluded.slot_made, excluded.rows_total, excluded.rows_copied,
				excluded.rows_applied, excluded.batches, excluded.retries, excluded.last_lsn, excluded.last_commit,
				excluded.behind_since, excluded.out_since, excluded.last_error, excluded.last_error_at, excluded.held_at, excluded.updated_at);
END;
COMMENT ON FUNCTION deltaview.sink_report(text, jsonb) IS 'internal: what the runner of a sink says, by columns of sink_progress';

CREATE FUNCTION deltaview.sink_set_aside(sink text, lsn pg_lsn, id text, code text, message text, document text)
	RETURNS void LANGUAGE sql SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	INSERT INTO deltaview.sink_errors (sink, lsn, id, code, message, document)
		SELECT sink_set_aside.sink, lsn, id, code, message, document WHERE deltaview.owns_sink(sink_set_aside.sink);
END;
COMMENT ON FUNCTION deltaview.sink_set_aside(text, pg_lsn, text, text, text, text) IS
	'internal: keeps a row that has no document';

CREATE FUNCTION deltaview.sink_hold_set(sink text, upto pg_lsn) RETURNS void LANGUAGE sql
	SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	INSERT INTO deltaview.sink_hold
		SELECT sink_hold_set.sink, sink_hold_set.upto WHERE deltaview.owns_sink(sink_hold_set.sink)
		ON CONFLICT ON CONSTRAINT sink_hold_pkey DO UPDATE SET upto = excluded.upto;
	SELECT pg_notify('deltaview_sink', sink_hold_set.sink);
END;
COMMENT ON FUNCTION deltaview.sink_hold_set(text, pg_lsn) IS 'internal: lets a sink pause, at once or at a position';

CREATE FUNCTION deltaview.sink_hold_clear(sink text) RETURNS void LANGUAGE sql
	SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	DELETE FROM deltaview.sink_hold h WHERE h.sink = sink_hold_clear.sink;
	SELECT pg_notify('deltaview_sink', sink_hold_clear.sink);
END;
COMMENT ON FUNCTION deltaview.sink_hold_clear(text) IS 'internal: lets a sink go on';

CREATE VIEW deltaview.sink_stats WITH (security_barrier) AS
	SELECT s.sink, s.view, s.server, s.database, s.collection,
		CASE WHEN s.wanted LIKE 'drop%' THEN 'dropping'
			WHEN r.runs THEN coalesce(p.state, 'starting')
			WHEN s.wanted = 'stop' THEN 'stopped'
			WHEN p.state = 'failed' THEN p.state
			ELSE 'not running' END AS state,
		p.rows_total, p.rows_copied, p.rows_applied, p.batches, p.retries,
		CASE WHEN NOT pg_catalog.pg_is_in_recovery()
			THEN pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_lsn(), l.confirmed_flush_lsn)::bigint END AS lag_bytes,
		CASE WHEN r.runs AND p.state IN ('streaming', 'held') AND p.behind_since IS NULL THEN 0
			ELSE extract(epoch FROM pg_catalog.clock_timestamp() - coalesce(p.behind_since, p.out_since, p.updated_at)) END::double precision AS lag_seconds,
		p.last_lsn, p.last_commit, p.last_error, p.last_error_at,
		(SELECT count(*) FROM deltaview.sink_errors e WHERE e.sink = s.sink) AS set_aside,
		l.slot_name AS slot, l.wal_status, p.updated_at
	FROM deltaview.sink_catalog s
		LEFT JOIN pg_catalog.pg_class c ON c.oid = s.view
		LEFT JOIN deltaview.sink_progress p ON p.sink = s.sink
		CROSS JOIN LATERAL (SELECT deltaview.sink_runs(s.sink)) r (runs)
		LEFT JOIN pg_catalog.pg_replication_slots l
			ON l.slot_name = s.slot || '_' || coalesce(p.generation, s.generation)
	WHERE pg_catalog.pg_has_role(coalesce(c.relowner, s.owner::oid), 'USAGE');
COMMENT ON VIEW deltaview.sink_stats IS 'the sinks of this database that belong to the user, and how far they are';
COMMENT ON COLUMN deltaview.sink_stats.state IS
	'starting, copying, streaming; retrying: see last_error; held: while it is verified; stopped: until start_sink; failed: see last_error, until start_sink or reset_sink; not running: nobody does what it should; dropping';
COMMENT ON COLUMN deltaview.sink_stats.rows_total IS 'rows to copy, estimated';
COMMENT ON COLUMN deltaview.sink_stats.rows_applied IS 'documents replaced and deleted since the copy';
COMMENT ON COLUMN deltaview.sink_stats.batches IS 'writes that MongoDB has acknowledged';
COMMENT ON COLUMN deltaview.sink_stats.lag_bytes IS 'of the log, written since what the sink has confirmed; of other tables, too';
COMMENT ON COLUMN deltaview.sink_stats.lag_seconds IS
	'age of the oldest change that is not in the collection, or, while none is received, of the last that was; 0: all are';
COMMENT ON COLUMN deltaview.sink_stats.last_lsn IS 'where the last transaction ends that is in the collection';
COMMENT ON COLUMN deltaview.sink_stats.last_commit IS 'when that transaction was committed';
COMMENT ON COLUMN deltaview.sink_stats.set_aside IS 'rows in deltaview.sink_errors';
COMMENT ON COLUMN deltaview.sink_stats.slot IS 'the replication slot, once it is made';
GRANT SELECT ON deltaview.sink_stats TO PUBLIC;

--
-- Event triggers
--
CREATE FUNCTION deltaview.ddl_command_start() RETURNS event_trigger
	AS 'MODULE_PATHNAME', 'dv_ddl_command_start' LANGUAGE C;
COMMENT ON FUNCTION deltaview.ddl_command_start() IS 'internal: flushes before DDL, and refuses what views do not survive';
CREATE FUNCTION deltaview.ddl_command_end() RETURNS event_trigger
	AS 'MODULE_PATHNAME', 'dv_ddl_command_end' LANGUAGE C;
COMMENT ON FUNCTION deltaview.ddl_command_end() IS 'internal: follows renames and new owners, and refuses what views do not survive';
CREATE FUNCTION deltaview.sql_drop() RETURNS event_trigger
	AS 'MODULE_PATHNAME', 'dv_sql_drop' LANGUAGE C;
COMMENT ON FUNCTION deltaview.sql_drop() IS 'internal: cleans up after dropped views and base tables';

CREATE EVENT TRIGGER pg_deltaview_ddl_command_start ON ddl_command_start
	EXECUTE FUNCTION deltaview.ddl_command_start();
CREATE EVENT TRIGGER pg_deltaview_ddl_command_end ON ddl_command_end
	EXECUTE FUNCTION deltaview.ddl_command_end();
CREATE EVENT TRIGGER pg_deltaview_sql_drop ON sql_drop
	EXECUTE FUNCTION deltaview.sql_drop();
ALTER EVENT TRIGGER pg_deltaview_ddl_command_start ENABLE ALWAYS;
ALTER EVENT TRIGGER pg_deltaview_ddl_command_end ENABLE ALWAYS;
ALTER EVENT TRIGGER pg_deltaview_sql_drop ENABLE ALWAYS;
