#include "catalog/create.hpp"

#include "analyze/analysis.hpp"
#include "capture/transaction.hpp"
#include "catalog/attach.hpp"
#include "catalog/ddl.hpp"
#include "catalog/options.hpp"
#include "catalog/relations.hpp"
#include "catalog/rows.hpp"
#include "catalog/user_query.hpp"
#include "engine/flush.hpp"
#include "pg/compat.hpp"
#include "pg/identity.hpp"
#include "pg/spi.hpp"

#include <initializer_list>

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

struct Request
{
	Oid schema;
	const char *schema_name;
	const char *name;
	const char *qualified;
	Refresh refresh;
	Method method;
	bool with_data;
};

Request
resolve_name(const char *name)
{
	Request request = {};
	RangeVar *target = makeRangeVarFromNameList(pg::parse_qualified_name(name));
	Oid existing;

	request.schema = RangeVarGetAndCheckCreationNamespace(target, NoLock, &existing);
	if (OidIsValid(existing))
		ereport(ERROR, (errcode(ERRCODE_DUPLICATE_TABLE), errmsg("relation \"%s\" already exists", target->relname)));
	if (isAnyTempNamespace(request.schema))
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED), errmsg("a view cannot be temporary")));
	request.schema_name = get_namespace_name(request.schema);
	if (request.schema == schema_oid())
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("views cannot be made in schema \"%s\"", request.schema_name),
						errhint("That schema belongs to the extension.")));
	request.name = target->relname;
	request.qualified = quote_qualified_identifier(request.schema_name, request.name);
	return request;
}

void
check_privileges(Oid table)
{
	for (AclMode mode : {ACL_SELECT, ACL_TRIGGER})
	{
		AclResult result = pg_class_aclcheck(table, GetUserId(), mode);
		if (result != ACLCHECK_OK)
			aclcheck_error(result, get_relkind_objtype(get_rel_relkind(table)), get_rel_name(table));
	}
}

/* In oid order, so that two creators do not wait for each other. */
void
check_and_lock(const Request &request, const analyze::Analysis *analysis)
{
	Oid *tables = static_cast<Oid *>(palloc(sizeof(Oid) * (analysis->ntables + 1)));

	if (analysis->on_demand_only && request.refresh != Refresh::on_demand)
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("view \"%s\" reads a table whose changes cannot be seen", request.name),
						errhint("Use refresh => 'on demand'.")));
	for (int i = 0; i < analysis->ntables; i++)
		tables[i] = analysis->tables[i].table;
	qsort(tables, analysis->ntables, sizeof(Oid), oid_cmp);
	for (int i = 0; i < analysis->ntables; i++)
	{
		check_privileges(tables[i]);
		LockRelationOid(tables[i], ShareRowExclusiveLock);
		if (!SearchSysCacheExists1(RELOID, ObjectIdGetDatum(tables[i])))
			ereport(ERROR, (errcode(ERRCODE_UNDEFINED_TABLE), errmsg("a base table was dropped meanwhile")));
		if (request.refresh == Refresh::on_demand)
			continue;
		check_base_table(tables[i], GetUserId());

		const View *below = view(tables[i]);
		if (below != nullptr && below->refresh == Refresh::on_commit && request.refresh == Refresh::on_statement)
			ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
							errmsg("view \"%s\" on statement cannot read view \"%s\" on commit", request.name,
								   get_rel_name(tables[i])),
							errhint("Make both \"on statement\", or both \"on commit\".")));
	}
}

/*
 * Whoever asks makes it, in the schema of the view, and it is moved: to parse the query's literals may call functions
 * of theirs, which must run as nobody else.
 */
Oid
create_definition(const Request &request, const char *query)
{
	char *name = definition_name(request.schema_name, request.name);

	own_ddl(psprintf("CREATE VIEW %s AS %s", quote_qualified_identifier(request.schema_name, name), query));

	Oid definition = get_relname_relid(name, request.schema);
	Relation rel = relation_open(definition, AccessExclusiveLock);
	ObjectAddresses *moved = new_object_addresses();
	AlterTableNamespaceInternal(rel, request.schema, schema_oid(), moved);
	free_object_addresses(moved);
	relation_close(rel, NoLock);
	CommandCounterIncrement();
	return definition;
}

Oid
create_table(const Request &request, const analyze::Analysis *analysis)
{
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfo(&sql, "CREATE TABLE %s USING heap WITH (fillfactor = 90) AS SELECT *", request.qualified);
	if (analysis->shape.hash != 0)
		appendStringInfo(&sql, ", NULL::pg_catalog.uuid AS %s", quote_identifier(analysis->hash_name));
	appendStringInfo(&sql, " FROM (%s) __dv_content WITH NO DATA", analysis->content_sql);
	own_ddl(sql.data);
	return get_relname_relid(request.name, request.schema);
}

void
add_triggers(const analyze::Analysis *analysis)
{
	for (int i = 0; i < analysis->ntables; i++)
	{
		Oid table = analysis->tables[i].table;

		/* Changes of our own views are captured by who makes them. */
		if (view(table) == nullptr && can_be_watched(table) && !has_capture_triggers(table))
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

void
add_rows(const Request &request, Oid table, Oid definition, const analyze::Analysis *analysis)
{
	const char *settings[2 * lengthof(recorded_settings)];
	int n = 0;

	for (const char *name : recorded_settings)
	{
		settings[n++] = name;
		settings[n++] = GetConfigOption(name, false, false);
	}
	add_view({table, definition, request.refresh, request.method, request.with_data ? State::fresh : State::paused,
			  rank_of(analysis), n, settings});
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

/* fast refuses what is not incremental, force warns. */
void
check_method(const Request &request, const analyze::Analysis *analysis)
{
	if (request.method == Method::complete || request.refresh == Refresh::on_demand)
		return;
	for (int i = 0; i < analysis->ntables; i++)
	{
		const analyze::TableUse *use = &analysis->tables[i];

		if (use->incremental)
			continue;
		ereport(request.method == Method::fast ? ERROR : WARNING,
				(errcode(request.method == Method::fast ? ERRCODE_FEATURE_NOT_SUPPORTED : ERRCODE_WARNING),
				 request.method == Method::fast
					 ? errmsg("view \"%s\" cannot follow changes of %s incrementally", request.name, use->name)
					 : errmsg("changes of %s recompute view \"%s\" as a whole", use->name, request.name),
				 use->reason ? errdetail("%s", use->reason) : 0));
	}
}

void
advise(const analyze::Analysis *analysis)
{
	for (int i = 0; i < analysis->ntables; i++)
	{
		const char *advice = analysis->tables[i].advice;

		if (advice != nullptr && advice[0] != '\0')
			ereport(NOTICE, (errmsg("an index on %s would make maintenance faster", analysis->tables[i].name),
							 errhint("%s", advice)));
	}
}

const char *
column_name(Oid table, AttrNumber column)
{
	return quote_identifier(get_attname(table, column, false));
}

/* By the key, or the hash that stands in for it; the replica identity where that cannot be NULL. */
void
add_index(const Request &request, Oid table, const analyze::Analysis *analysis)
{
	const engine::Shape &shape = analysis->shape;
	int n = shape.hash != 0 ? 1 : shape.nkeys;
	const AttrNumber *columns = shape.hash != 0 ? &shape.hash : shape.keys;
	StringInfoData index, alter;
	char *name = ChooseRelationName(request.name, nullptr, "dv_key", request.schema, false);

	initStringInfo(&index);
	initStringInfo(&alter);
	appendStringInfo(&alter, "ALTER TABLE %s ", request.qualified);
	if (n > 0)
	{
		appendStringInfo(&index, "CREATE %sINDEX %s ON %s (", analysis->index_unique ? "UNIQUE " : "",
						 quote_identifier(name), request.qualified);
		for (int i = 0; i < n; i++)
			appendStringInfo(&index, "%s%s", i > 0 ? ", " : "", column_name(table, columns[i]));
		appendStringInfo(&index, ")%s", analysis->index_unique ? " NULLS NOT DISTINCT" : "");
		own_ddl(index.data);
	}
	if (n > 0 && analysis->index_unique && (shape.hash != 0 || analysis->keys_not_null))
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

char *
definition_base_name(const char *schema, const char *view)
{
	char *name = psprintf("%s.%s", schema, view);

	name[pg_mbcliplen(name, strlen(name), NAMEDATALEN - 1)] = '\0';
	return name;
}

char *
definition_name(const char *schema, const char *view)
{
	char *base = definition_base_name(schema, view);
	char *name = base;
	Oid from = get_namespace_oid(schema, false);

	for (int i = 1; OidIsValid(get_relname_relid(name, schema_oid())) || OidIsValid(get_relname_relid(name, from)); i++)
	{
		char *suffix = psprintf("_%d", i);
		size_t room = NAMEDATALEN - 1 - strlen(suffix);

		name = psprintf("%.*s%s", pg_mbcliplen(base, strlen(base), room), base, suffix);
	}
	return name;
}

Oid
create_view(const char *name, const char *text, const char *refresh, const char *method, bool with_data)
{
	engine::flush_before_ddl();
	if (capture::open_statements() > 0)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("a view cannot be made while a statement on a base table is running"),
				 errhint("Do not call create_view from triggers, nor from functions that such statements call.")));

	Refresh mode = parse_refresh(refresh);
	Method how = parse_method(method);
	Request request = resolve_name(name);
	request.refresh = mode;
	request.method = how;
	request.with_data = with_data;

	/* The user's search_path is for the user's text only. */
	Query *query = parse_user_query(text);
	pg::Identity me = pg::assume(GetUserId(), 0);

	check_and_lock(request, analyze::analyze(query));
	Oid definition = create_definition(request, analyze::text_of(query));
	analyze::Analysis *analysis = analyze::analyze(analyze::stored_query(definition));
	check_method(request, analysis);

	Oid table = create_table(request, analysis);
	add_triggers(analysis);
	add_rows(request, table, definition, analysis);
	if (with_data)
	{
		(void) engine::fill(table);
		CommandCounterIncrement();
	}
	add_index(request, table, analysis);
	add_protect_trigger(table);
	pg::resume(me);

	if (request.refresh != Refresh::on_demand)
		advise(analysis);
	return table;
}

} // namespace dv::catalog
