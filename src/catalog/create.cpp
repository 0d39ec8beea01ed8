#include "catalog/create.hpp"

#include "analyze/parts.hpp"
#include "capture/transaction.hpp"
#include "catalog/build.hpp"
#include "catalog/options.hpp"
#include "catalog/parts.hpp"
#include "catalog/relations.hpp"
#include "catalog/rows.hpp"
#include "catalog/user_query.hpp"
#include "engine/flush.hpp"
#include "pg/compat.hpp"
#include "pg/identity.hpp"
#include "pg/spi.hpp"

extern "C" {
#include "tcop/utility.h"
}

#include <initializer_list>

namespace dv::catalog {

Request
resolve_new_name(const char *name)
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

namespace {

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

} // namespace

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

		const View *below = view(tables[i]);
		if (below != nullptr && OidIsValid(below->part_of))
			ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
							errmsg("view \"%s\" cannot read \"%s\"", request.name, get_rel_name(tables[i])),
							errdetail("It is a hidden part of another view, which may change its parts."),
							errhint("Read that view, or make a view of the part's query.")));
		if (request.refresh == Refresh::on_demand)
			continue;
		check_base_table(tables[i], GetUserId());
		if (below != nullptr && below->refresh == Refresh::on_commit && request.refresh == Refresh::on_statement)
			ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
							errmsg("view \"%s\" on statement cannot read view \"%s\" on commit", request.name,
								   get_rel_name(tables[i])),
							errhint("Make both \"on statement\", or both \"on commit\".")));
	}
}

namespace {

/* fast refuses what is not incremental, force warns. */
void
check_method(const Request &request, const pg::Vec<analyze::TableUse> &uses)
{
	for (const analyze::TableUse &use : uses)
	{
		if (use.incremental)
			continue;
		ereport(request.method == Method::fast ? ERROR : WARNING,
				(errcode(request.method == Method::fast ? ERRCODE_FEATURE_NOT_SUPPORTED : ERRCODE_WARNING),
				 request.method == Method::fast
					 ? errmsg("view \"%s\" cannot follow changes of %s incrementally", request.name, use.name)
					 : errmsg("changes of %s recompute view \"%s\" as a whole", use.name, request.name),
				 use.reason ? errdetail("%s", use.reason) : 0));
	}
}

} // namespace

void
advise(const Request &request, const Definitions &made)
{
	if (request.refresh == Refresh::on_demand)
		return;
	for (const analyze::TableUse &use : made.uses)
	{
		if (use.advice != nullptr && use.advice[0] != '\0')
			ereport(NOTICE,
					(errmsg("an index on %s would make maintenance faster", use.name), errhint("%s", use.advice)));
	}
}

namespace {

/* The query over parts has the columns of the user's. */
void
check_columns(Oid definition, Oid maintained)
{
	Relation user = relation_open(definition, AccessShareLock);
	Relation ours = relation_open(maintained, AccessShareLock);

	for (int i = 0; i < RelationGetNumberOfAttributes(user); i++)
	{
		Form_pg_attribute want = TupleDescAttr(RelationGetDescr(user), i);
		Form_pg_attribute have =
			i < RelationGetNumberOfAttributes(ours) ? TupleDescAttr(RelationGetDescr(ours), i) : nullptr;

		if (have == nullptr || have->atttypid != want->atttypid || have->atttypmod != want->atttypmod ||
			have->attcollation != want->attcollation || strcmp(NameStr(have->attname), NameStr(want->attname)) != 0)
			elog(ERROR, "column \"%s\" is another one in the rewritten query", NameStr(want->attname));
	}
	relation_close(ours, NoLock);
	relation_close(user, NoLock);
}

/* Is the view kept by deltas, so that parts can help? */
bool
is_kept(const Request &request)
{
	return request.method != Method::complete && request.refresh != Refresh::on_demand;
}

/* The plain view of the query by which the view is kept: the definition, or one over parts. */
Oid
maintained_definition(const Request &request, Parts *parts)
{
	Query *kept = is_kept(request) ? make_parts(parts, analyze::stored_query(parts->definition)) : nullptr;

	if (kept == nullptr)
		return parts->definition;
	Oid maintained = create_definition(request, request.name, "_query", analyze::text_of(kept));
	check_columns(parts->definition, maintained);
	return maintained;
}

} // namespace

void
refuse_inside_statement(const char *what)
{
	if (capture::open_statements() > 0)
		ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
						errmsg("a view cannot be %s while a statement on a base table is running", what),
						errhint("Do not call this from triggers, nor from functions that such statements call.")));
}

void
make_definitions(const Request &request, Query *query, Definitions *made)
{
	made->definition = create_definition(request, request.name, "", analyze::text_of(query));
	made->parts = {&request, made->definition, false, {}, {}};
	made->maintained = maintained_definition(request, &made->parts);
	made->analysis = analyze_over_parts(&made->parts, made->maintained, false);
	made->uses = uses_by_way_of(made->parts.made, made->analysis);
	if (is_kept(request))
		check_method(request, made->uses);
}

Oid
create_view(const char *name, const char *text, const char *refresh, const char *method, bool with_data)
{
	engine::flush_before_ddl();
	refuse_inside_statement("made");

	Refresh mode = parse_refresh(refresh);
	Method how = parse_method(method);
	Request request = resolve_new_name(name);
	request.refresh = mode;
	request.method = how;
	request.with_data = with_data;

	/* The user's search_path is for the user's text only. */
	Query *query = parse_user_query(text);
	pg::Identity me = pg::assume(GetUserId(), 0);
	Definitions made = {};

	check_and_lock(request, analyze::analyze(query));
	make_definitions(request, query, &made);
	Oid table = build(request, made.definition, made.maintained, made.analysis, true);
	hide_parts(&made.parts);
	pg::resume(me);
	advise(request, made);
	return table;
}

namespace {

/*
 * The parts of a query, made to be looked at, in a schema of the user's own: there may be none where they can create.
 */
pg::Vec<analyze::TableUse>
uses_by_parts(Query *query)
{
	Request request = {};

	request.schema_name = "explained";
	while (OidIsValid(get_namespace_oid(request.schema_name, true)))
		request.schema_name = psprintf("%s_", request.schema_name);
	request.schema = NamespaceCreate(request.schema_name, GetUserId(), false);
	CommandCounterIncrement();
	request.name = "query";
	request.refresh = Refresh::on_commit;
	request.method = Method::force;
	Oid definition = create_definition(request, request.name, "", analyze::text_of(query));
	Parts parts{&request, definition, true, {}, {}};
	Oid maintained = maintained_definition(request, &parts);
	return uses_by_way_of(parts.made, analyze_over_parts(&parts, maintained, false));
}

} // namespace

pg::Vec<analyze::TableUse>
uses_of_query(Query *query)
{
	if (analyze::needs_no_parts(query))
		return uses_by_way_of({}, analyze::analyze(query));

	PreventCommandIfReadOnly("explain_query of a query with hidden parts");
	pg::Vec<analyze::TableUse> uses;
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	analyze::name_apart(query);
	BeginInternalSubTransaction(nullptr);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		pg::Identity me = pg::assume(GetUserId(), 0);
		uses = uses_by_parts(query);
		pg::resume(me);
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(context);
		ErrorData *error = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
		ReThrowError(error);
	}
	PG_END_TRY();
	RollbackAndReleaseCurrentSubTransaction();
	MemoryContextSwitchTo(context);
	CurrentResourceOwner = owner;
	return uses;
}

} // namespace dv::catalog
