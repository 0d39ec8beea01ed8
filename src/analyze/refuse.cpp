#include "analyze/internal.hpp"
#include "pg/compat.hpp"

extern "C" {
#include "catalog/pg_namespace.h"
#include "utils/fmgroids.h"
#include "utils/regproc.h"
#include "utils/rls.h"
}

namespace dv::analyze {

namespace {

/*
 * The server's own functions that are STABLE only because they read a setting that is recorded at creation, or the
 * output function of a type that does.  Every other STABLE function reads the clock, the session or the catalogs.
 */
const char *const settings_functions[] = {
	"anytextcat",
	"array_agg",
	"array_in",
	"array_out",
	"array_to_json",
	"array_to_string",
	"cash_in",
	"cash_out",
	"concat",
	"concat_ws",
	"date",
	"date_eq_timestamptz",
	"date_ge_timestamptz",
	"date_gt_timestamptz",
	"date_in",
	"date_le_timestamptz",
	"date_lt_timestamptz",
	"date_ne_timestamptz",
	"date_cmp_timestamptz",
	"date_out",
	"date_part",
	"date_trunc",
	"domain_in",
	"enum_in",
	"enum_out",
	"extract",
	"format",
	"generate_series",
	"in_range",
	"interval_in",
	"interval_out",
	"interval_pl_timestamptz",
	"isfinite",
	"json_agg",
	"json_agg_strict",
	"json_build_array",
	"json_build_object",
	"json_object_agg",
	"json_populate_record",
	"json_populate_recordset",
	"json_to_record",
	"json_to_recordset",
	"jsonb_agg",
	"jsonb_agg_strict",
	"jsonb_build_array",
	"jsonb_build_object",
	"jsonb_object_agg",
	"jsonb_populate_record",
	"jsonb_populate_recordset",
	"jsonb_to_record",
	"jsonb_to_recordset",
	"make_timestamptz",
	"money",
	"multirange_in",
	"multirange_out",
	"numeric",
	"overlaps",
	"quote_literal",
	"quote_nullable",
	"range_in",
	"range_out",
	"record_in",
	"record_out",
	"row_to_json",
	"string_agg",
	"text",
	"textanycat",
	"time",
	"time_in",
	"timestamp",
	"timestamp_eq_timestamptz",
	"timestamp_ge_timestamptz",
	"timestamp_gt_timestamptz",
	"timestamp_in",
	"timestamp_le_timestamptz",
	"timestamp_lt_timestamptz",
	"timestamp_ne_timestamptz",
	"timestamp_out",
	"timestamptz",
	"timestamp_cmp_timestamptz",
	"timestamptz_cmp_date",
	"timestamptz_cmp_timestamp",
	"timestamptz_eq_date",
	"timestamptz_eq_timestamp",
	"timestamptz_ge_date",
	"timestamptz_ge_timestamp",
	"timestamptz_gt_date",
	"timestamptz_gt_timestamp",
	"timestamptz_in",
	"timestamptz_le_date",
	"timestamptz_le_timestamp",
	"timestamptz_lt_date",
	"timestamptz_lt_timestamp",
	"timestamptz_mi_interval",
	"timestamptz_ne_date",
	"timestamptz_ne_timestamp",
	"timestamptz_out",
	"timestamptz_pl_interval",
	"timetz",
	"to_char",
	"to_date",
	"to_json",
	"to_jsonb",
	"to_number",
	"to_timestamp",
	"xmlagg",
};

bool
reads_settings_only(const char *name)
{
	for (const char *known : settings_functions)
		if (strcmp(known, name) == 0)
			return true;
	return false;
}

struct Refusal
{
	Surroundings surroundings;
	Oid owner;
	List *queries; /* innermost first */
};

bool
check_function(Oid function, void *context)
{
	Refusal *refusal = static_cast<Refusal *>(context);
	char volatility = func_volatile(function);
	if (function >= FirstUnpinnedObjectId)
		refusal->surroundings.names = refusal->surroundings.code = true;
	if (volatility == PROVOLATILE_IMMUTABLE)
		return false;
	char *name = get_func_name(function);
	bool builtin = get_func_namespace(function) == PG_CATALOG_NAMESPACE;
	/* an offset from UTC that depends on the day of the call */
	bool reads_clock = function == F_TIMETZ_TIME;
	if (volatility == PROVOLATILE_STABLE && builtin && !reads_clock && reads_settings_only(name))
	{
		refusal->surroundings.settings = refusal->surroundings.names = true;
		return false;
	}
	if (volatility == PROVOLATILE_VOLATILE)
		ereport(ERROR, (errcode(ERRCODE_INVALID_OBJECT_DEFINITION),
						errmsg("function %s cannot be used in a maintained view", format_procedure(function)),
						errdetail("The function is volatile: its result can change while its arguments do not.")));
	ereport(ERROR, (errcode(ERRCODE_INVALID_OBJECT_DEFINITION),
					errmsg("function %s cannot be used in a maintained view", format_procedure(function)),
					builtin ? errdetail("Its result depends on the time, the session or the system catalogs.")
							: errdetail("The function is STABLE: it may read tables whose changes would go unseen."),
					builtin ? 0 : errhint("If it reads no table and no setting, declare it IMMUTABLE.")));
	return false;
}

[[noreturn]] void
refuse(const char *construct, const char *detail)
{
	ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED), errmsg("%s cannot be used in a maintained view", construct),
					detail ? errdetail("%s", detail) : 0));
	pg_unreachable();
}

[[noreturn]] void
refuse_relation(Oid relation, const char *detail)
{
	ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
					errmsg("relation \"%s\" cannot be read by a maintained view", get_rel_name(relation)),
					errdetail("%s", detail)));
	pg_unreachable();
}

void
check_relation(RangeTblEntry *rte, const Refusal *refusal)
{
	Relation rel = relation_open(rte->relid, AccessShareLock);
	const char *detail = nullptr;
	if (rte->tablesample)
		detail = "TABLESAMPLE reads a random part of the table.";
	else if (IsCatalogRelation(rel) || get_rel_namespace(rte->relid) == PG_CATALOG_NAMESPACE)
		detail = "It is a system catalog.";
	else if (rel->rd_rel->relpersistence == RELPERSISTENCE_TEMP)
		detail = "It is a temporary table.";
	else if (rel->rd_rel->relpersistence == RELPERSISTENCE_UNLOGGED)
		detail = "It is an unlogged table: a crash would empty it and leave the view.";
	else if (rel->rd_rel->relkind == RELKIND_SEQUENCE)
		detail = "It is a sequence.";
	else if (check_enable_rls(rte->relid, refusal->owner, true) == RLS_ENABLED)
		detail = "Its row-level security binds the view's owner.";
	if (detail)
		refuse_relation(rte->relid, detail);
	relation_close(rel, NoLock);
}

void
check_column(const Var *var, const Refusal *refusal)
{
	if (var->varattno >= 0)
		return;
	const RangeTblEntry *rte = entry_of(var, refusal->queries);
	if (rte && rte->rtekind == RTE_RELATION)
		refuse_relation(rte->relid, "The query reads one of its system columns.");
	refuse("a system column", nullptr);
}

void check_query(Query *query, Refusal *refusal);

bool
check_node(Node *node, void *context)
{
	if (node == nullptr)
		return false;
	if (IsA(node, Query))
	{
		check_query(reinterpret_cast<Query *>(node), static_cast<Refusal *>(context));
		return false;
	}
	if (IsA(node, SQLValueFunction))
		ereport(ERROR, (errcode(ERRCODE_INVALID_OBJECT_DEFINITION),
						errmsg("CURRENT_DATE, CURRENT_USER and their like cannot be used in a maintained view"),
						errdetail("Their value depends on the time or the session.")));
	if (IsA(node, NextValueExpr) || IsA(node, CurrentOfExpr))
		refuse("this expression", nullptr);
	/* the conditions of domains, and the functions of users' types */
	Surroundings *surroundings = &static_cast<Refusal *>(context)->surroundings;
	if (IsA(node, CoerceToDomain))
		surroundings->names = surroundings->code = true;
	if (pg::is_json_objectagg(node))
		refuse("JSON_OBJECTAGG", "It takes no order; json_object_agg and jsonb_object_agg do.");
	if (pg::converts_json(node))
		surroundings->settings = surroundings->names = surroundings->code = true;
	if (IsA(node, Var))
	{
		check_column(as<Var>(node), static_cast<Refusal *>(context));
		surroundings->names = surroundings->names || as<Var>(node)->vartype >= FirstNormalObjectId;
	}
	(void) check_functions_in_node(node, check_function, context);
	return pg::walk_expression(node, check_node, context);
}

void
check_query(Query *query, Refusal *refusal)
{
	check_stack_depth();
	if (query->commandType != CMD_SELECT || query->hasModifyingCTE)
		refuse("a data-modifying statement in WITH", nullptr);
	if (query->rowMarks != NIL)
		refuse("FOR UPDATE or FOR SHARE", nullptr);
	if ((query->limitCount || query->limitOffset) && query->sortClause == NIL)
		refuse("LIMIT or OFFSET without ORDER BY", "Which rows it takes is not determined.");
	ListCell *lc;
	foreach (lc, query->rtable)
	{
		RangeTblEntry *rte = lfirst_node(RangeTblEntry, lc);
		if (rte->rtekind == RTE_RELATION)
			check_relation(rte, refusal);
		else if (rte->rtekind == RTE_NAMEDTUPLESTORE)
			refuse("a transition table", nullptr);
	}
	refusal->queries = lcons(query, refusal->queries);
	(void) pg::walk_query(query, check_node, refusal, QTW_IGNORE_JOINALIASES);
	refusal->queries = list_delete_first(refusal->queries);
}

} // namespace

Surroundings
refuse_what_cannot_be(Query *normalized)
{
	Refusal refusal{{false, false, false}, GetUserId(), NIL};
	check_query(normalized, &refusal);
	return refusal.surroundings;
}

} // namespace dv::analyze
