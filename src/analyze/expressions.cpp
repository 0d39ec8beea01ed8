#include "analyze/expressions.hpp"

#include "analyze/internal.hpp"
#include "pg/position.hpp"

extern "C" {
#include "catalog/pg_operator.h"
#include "optimizer/optimizer.h"
#include "parser/parse_clause.h"
#include "parser/parse_collate.h"
#include "parser/parse_expr.h"
#include "parser/parse_node.h"
#include "parser/parse_oper.h"
#include "parser/parse_relation.h"
#include "parser/parser.h"
}

#include <initializer_list>

namespace dv::analyze {

namespace {

/* The names of the columns as the text has them. */
Alias *
names_of(Relation rel, Renamed renamed)
{
	Alias *alias = makeAlias(RelationGetRelationName(rel), NIL);
	for (int i = 0; i < RelationGetNumberOfAttributes(rel); i++)
	{
		Form_pg_attribute att = TupleDescAttr(RelationGetDescr(rel), i);
		const char *name = att->attisdropped ? "" : NameStr(att->attname);
		if (renamed.now && strcmp(name, renamed.now) == 0)
			name = renamed.before;
		alias->colnames = lappend(alias->colnames, makeString(pstrdup(name)));
	}
	return alias;
}

/* A parse state where the table is entry 1. */
ParseState *
begin(Oid table, const char *text, Renamed renamed)
{
	Relation rel = relation_open(table, AccessShareLock);
	ParseState *pstate = make_parsestate(nullptr);
	pstate->p_sourcetext = text;
	ParseNamespaceItem *item =
		addRangeTableEntryForRelation(pstate, rel, AccessShareLock, names_of(rel, renamed), false, true);
	addNSItemToQuery(pstate, item, true, true, true);
	relation_close(rel, NoLock);
	return pstate;
}

/* More than one row of the table would be read for it. */
void
refuse_other_rows(const ParseState *pstate)
{
	if (pstate->p_hasSubLinks || pstate->p_hasAggs || pstate->p_hasWindowFuncs || pstate->p_hasTargetSRFs)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED), errmsg("a filter or an order must be computed from one row"),
				 errdetail("It cannot hold subqueries, aggregates, windows, nor functions that return sets.")));
}

/* The text as clauses of a SELECT without its first word. */
SelectStmt *
parse_clauses(const char *text)
{
	return as<SelectStmt>(linitial_node(RawStmt, raw_parser(text, RAW_PARSE_PLPGSQL_EXPR))->stmt);
}

bool
holds_more(const SelectStmt *select)
{
	return select->distinctClause || select->fromClause || select->whereClause || select->groupClause ||
		   select->havingClause || select->windowClause || select->limitCount || select->limitOffset ||
		   select->lockingClause;
}

char *
deparsed(Node *expr, Oid table, const char *alias)
{
	List *context = deparse_context_for(alias ? alias : get_rel_name(table), table);
	int nest = pin_settings();
	char *text = deparse_expression(expr, context, alias != nullptr, false);
	AtEOXact_GUC(false, nest);
	return text;
}

[[noreturn]] void
refuse_text(const char *what)
{
	ereport(ERROR, (errcode(ERRCODE_SYNTAX_ERROR), errmsg("%s", what)));
	pg_unreachable();
}

} // namespace

char *
condition_text(Oid table, const char *text, const char *alias, Renamed renamed)
{
	pg::TextPosition in_text;
	pg::begin_text(&in_text, text);
	SelectStmt *select = parse_clauses(text);
	if (list_length(select->targetList) != 1 || linitial_node(ResTarget, select->targetList)->name ||
		select->sortClause || holds_more(select))
		refuse_text("a filter must be one condition");
	ParseState *pstate = begin(table, text, renamed);
	Node *condition =
		transformWhereClause(pstate, linitial_node(ResTarget, select->targetList)->val, EXPR_KIND_WHERE, "filter");
	assign_expr_collations(pstate, condition);
	refuse_other_rows(pstate);
	char *result = deparsed(condition, table, alias);
	free_parsestate(pstate);
	pg::end_text(&in_text);
	return result;
}

char *
order_text(Oid table, const char *text, const char *alias, Renamed renamed)
{
	char *clause = psprintf("ORDER BY %s", text);
	pg::TextPosition in_text;
	pg::begin_text(&in_text, clause);
	SelectStmt *select = parse_clauses(clause);
	if (select->targetList || holds_more(select))
		refuse_text("an order must be what stands after ORDER BY");
	ParseState *pstate = begin(table, clause, renamed);
	StringInfoData result;
	initStringInfo(&result);
	ListCell *lc;
	foreach (lc, select->sortClause)
	{
		SortBy *by = lfirst_node(SortBy, lc);
		if (by->useOp)
			refuse_text("an order must say ASC or DESC");
		Node *expr = transformExpr(pstate, by->node, EXPR_KIND_ORDER_BY);
		if (!contain_vars_of_level(expr, 0))
			refuse_text("each part of an order must read a column");
		assign_expr_collations(pstate, expr);
		refuse_other_rows(pstate);
		get_sort_group_operators(exprType(expr), true, false, false, nullptr, nullptr, nullptr, nullptr);
		appendStringInfo(&result, "%s%s%s%s", result.len > 0 ? ", " : "", deparsed(expr, table, alias),
						 by->sortby_dir == SORTBY_DESC ? " DESC" : "",
						 by->sortby_nulls == SORTBY_NULLS_FIRST  ? " NULLS FIRST"
						 : by->sortby_nulls == SORTBY_NULLS_LAST ? " NULLS LAST"
																 : "");
	}
	free_parsestate(pstate);
	pg::end_text(&in_text);
	return result.data;
}

const char *
equality_text(Oid left_type, Oid right_type)
{
	Oid left = getBaseType(left_type);
	Oid right = getBaseType(right_type);
	Oid own = lookup_type_cache(left, TYPECACHE_EQ_OPR)->eq_opr;
	if (left == right)
		return OidIsValid(own) ? operator_text(own) : nullptr;

	/* Of types that differ: what the server finds beside them. */
	int nest = NewGUCNestLevel();
	const char *path = "pg_catalog";
	for (Oid type : {left, right})
	{
		Form_pg_type form;
		HeapTuple tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(type));
		if (!HeapTupleIsValid(tuple))
			elog(ERROR, "cache lookup failed for type %u", type);
		form = reinterpret_cast<Form_pg_type>(GETSTRUCT(tuple));
		path = psprintf("%s, %s", path, quote_identifier(get_namespace_name(form->typnamespace)));
		ReleaseSysCache(tuple);
	}
	(void) set_config_option("search_path", path, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
	Operator found = oper(nullptr, list_make1(makeString(pstrdup("="))), left, right, true, -1);
	AtEOXact_GUC(false, nest);
	if (found == nullptr)
		return nullptr;
	Oid op = oprid(found);
	bool is_boolean = reinterpret_cast<Form_pg_operator>(GETSTRUCT(found))->oprresult == BOOLOID;
	ReleaseSysCache(found);
	return is_boolean ? operator_text(op) : nullptr;
}

} // namespace dv::analyze
