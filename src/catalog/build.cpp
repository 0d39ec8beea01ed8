#include "catalog/build.hpp"

#include "catalog/attach.hpp"
#include "catalog/ddl.hpp"
#include "catalog/relations.hpp"
#include "catalog/rows.hpp"
#include "engine/flush.hpp"
#include "pg/compat.hpp"

extern "C" {
#include "commands/defrem.h"
#include "commands/tablecmds.h"
#include "mb/pg_wchar.h"
}

namespace dv::catalog {

namespace {

/* Expressions may read these; they are evaluated as at creation from then on. */
constexpr const char *recorded_settings[] = {"TimeZone",     "DateStyle",   "IntervalStyle", "extra_float_digits",
											 "bytea_output", "lc_monetary", "lc_numeric",    "lc_time"};

/* One byte is left for the name of a row type's array. */
constexpr int longest_name = NAMEDATALEN - 2;

char *
cut_to(const char *name, int room)
{
	return pnstrdup(name, pg_mbcliplen(name, strlen(name), room));
}

/* For a relation, its row type, and the array of that. */
bool
is_free(const char *name, Oid schema)
{
	auto is_type = [schema](const char *type) {
		return SearchSysCacheExists2(TYPENAMENSP, CStringGetDatum(type), ObjectIdGetDatum(schema));
	};

	return !OidIsValid(get_relname_relid(name, schema)) && !is_type(name) && !is_type(psprintf("_%s", name));
}

} // namespace

char *
hidden_base_name(const char *schema, const char *view)
{
	return cut_to(psprintf("%s.%s", schema, view), longest_name);
}

char *
hidden_name(Oid from, const char *base, const char *suffix)
{
	for (int i = 0;; i++)
	{
		const char *tail = i == 0 ? suffix : psprintf("%s_%d", suffix, i);
		char *name = psprintf("%s%s", cut_to(base, longest_name - strlen(tail)), tail);

		if (is_free(name, schema_oid()) && is_free(name, from))
			return name;
	}
}

void
move_to_our_schema(Oid relid)
{
	Relation rel = relation_open(relid, AccessExclusiveLock);
	ObjectAddresses *moved = new_object_addresses();

	AlterTableNamespaceInternal(rel, RelationGetNamespace(rel), schema_oid(), moved);
	free_object_addresses(moved);
	relation_close(rel, NoLock);
	CommandCounterIncrement();
}

/*
 * Whoever asks makes it, in the schema of the view, and it is moved: to parse the query's literals may call functions
 * of theirs, which must run as nobody else.
 */
Oid
create_definition(const Request &request, const char *view, const char *suffix, const char *query)
{
	char *name = hidden_name(request.schema, hidden_base_name(request.schema_name, view), suffix);

	own_ddl(psprintf("CREATE VIEW %s AS %s", quote_qualified_identifier(request.schema_name, name), query));

	Oid definition = get_relname_relid(name, request.schema);
	move_to_our_schema(definition);
	return definition;
}

namespace {

/*
 * The server cleans a page up at each visit once it holds more than its fillfactor says.  So the first fill leaves room
 * for some updates beyond that, and a single row, which is written over and over, most of a page.
 */
constexpr int single_row_fillfactor = 10;
constexpr int first_fillfactor = 80;
constexpr int fillfactor = 90;

Oid
create_table(const Request &request, const analyze::Analysis *analysis)
{
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfo(&sql, "CREATE TABLE %s USING heap WITH (fillfactor = %d) AS SELECT *", request.qualified,
					 engine::is_single_row(analysis->shape) ? single_row_fillfactor : first_fillfactor);
	if (analysis->shape.hash != 0)
		appendStringInfo(&sql, ", NULL::pg_catalog.uuid AS %s", quote_identifier(analysis->hash_name));
	appendStringInfo(&sql, " FROM (%s) __dv_content WITH NO DATA", analysis->content_sql);
	own_ddl(sql.data);
	return get_relname_relid(request.name, request.schema);
}

} // namespace

void
add_triggers(const analyze::Analysis *analysis)
{
	for (int i = 0; i < analysis->ntables; i++)
	{
		Oid table = analysis->tables[i].table;

		/* Changes of our own views are captured by who makes them, those of materialized ones by the event trigger. */
		if (view(table) == nullptr && get_rel_relkind(table) != RELKIND_MATVIEW && can_be_watched(table) &&
			!has_capture_triggers(table))
			add_capture_triggers(table);
	}
}

int
rank_of(const analyze::Analysis *analysis)
{
	int rank = 0;

	for (int i = 0; i < analysis->ntables; i++)
	{
		const View *below = view(analysis->tables[i].table);
		if (below != nullptr)
			rank = Max(rank, below->rank + 1);
	}
	return rank;
}

namespace {

/* What a reader of the view can tell its rows apart by. */
Key
key_of(const analyze::Analysis *analysis)
{
	const engine::Shape &shape = analysis->shape;
	bool exists = shape.identity == engine::Identity::key && analysis->index_unique;

	for (int i = 0; exists && i < shape.nkeys; i++)
		exists = shape.keys[i] <= shape.nvisible;
	return exists ? Key{true, shape.nkeys, shape.keys} : Key{};
}

} // namespace

void
add_tables(const Request &request, Oid table, const analyze::Analysis *analysis)
{
	for (int i = 0; i < analysis->ntables; i++)
	{
		const analyze::TableUse *use = &analysis->tables[i];
		bool watched = can_be_watched(use->table);

		if (request.refresh == Refresh::on_demand)
			add_table(table, use->table, "complete", false, "The view is refreshed on demand.", watched);
		else if (request.method == Method::complete)
			add_table(table, use->table, "complete", false, "The view was made with method \"complete\".", watched);
		else
			add_table(table, use->table, use->strategy, use->incremental, use->reason, watched);
	}
	CommandCounterIncrement();
}

namespace {

void
add_rows(const Request &request, Oid table, Oid definition, Oid maintained, const analyze::Analysis *analysis)
{
	const char *settings[2 * lengthof(recorded_settings)];
	int n = 0;

	for (const char *name : recorded_settings)
	{
		settings[n++] = name;
		settings[n++] = GetConfigOption(name, false, false);
	}
	add_view({table, definition, maintained, request.part_of, request.refresh, request.method,
			  request.with_data ? State::fresh : State::paused, rank_of(analysis), n, settings, key_of(analysis)});
	add_tables(request, table, analysis);
}

const char *
column_name(Oid table, AttrNumber column)
{
	return quote_identifier(get_attname(table, column, false));
}

/*
 * By the key, or the hash that stands in for it. The key is the replica identity, too, where it cannot be NULL and is
 * seen: a change stream names rows by what it shows of them.
 */
void
add_index(const Request &request, Oid table, const analyze::Analysis *analysis)
{
	const engine::Shape &shape = analysis->shape;
	int n = shape.hash != 0 ? 1 : shape.nkeys;
	const AttrNumber *columns = shape.hash != 0 ? &shape.hash : shape.keys;
	StringInfoData index, alter;
	char *name = OidIsValid(request.part_of)
					 ? hidden_name(request.schema, request.name, "_dv_key")
					 : ChooseRelationName(request.name, nullptr, "dv_key", request.schema, false);

	initStringInfo(&index);
	initStringInfo(&alter);
	appendStringInfo(&alter, "ALTER TABLE %s ", request.qualified);
	if (!engine::is_single_row(shape))
		appendStringInfo(&alter, "SET (fillfactor = %d), ", fillfactor);
	if (n > 0)
	{
		appendStringInfo(&index, "CREATE %sINDEX %s ON %s (", analysis->index_unique ? "UNIQUE " : "",
						 quote_identifier(name), request.qualified);
		for (int i = 0; i < n; i++)
			appendStringInfo(&index, "%s%s", i > 0 ? ", " : "", column_name(table, columns[i]));
		appendStringInfo(&index, ")%s", analysis->index_unique ? " NULLS NOT DISTINCT" : "");
		own_ddl(index.data);
	}
	else if (engine::is_single_row(shape))
	{
		appendStringInfo(&index, "CREATE UNIQUE INDEX %s ON %s ((true))", quote_identifier(name), request.qualified);
		own_ddl(index.data);
	}
	if (n > 0 && shape.hash == 0 && analysis->keys_not_null && key_of(analysis).exists)
	{
		for (int i = 0; i < n; i++)
			appendStringInfo(&alter, "ALTER COLUMN %s SET NOT NULL, ", column_name(table, columns[i]));
		appendStringInfo(&alter, "REPLICA IDENTITY USING INDEX %s", quote_identifier(name));
	}
	else
		appendStringInfoString(&alter, "REPLICA IDENTITY FULL");
	own_ddl(alter.data);
}

} // namespace

Oid
build(const Request &request, Oid definition, Oid maintained, const analyze::Analysis *analysis, bool watch)
{
	Oid table = create_table(request, analysis);

	if (watch)
		add_triggers(analysis);
	add_rows(request, table, definition, maintained, analysis);
	if (request.with_data)
	{
		(void) engine::fill(table);
		CommandCounterIncrement();
	}
	add_index(request, table, analysis);
	add_protect_trigger(table);
	return table;
}

} // namespace dv::catalog
