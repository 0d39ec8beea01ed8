#include "analyze/internal.hpp"
#include "pg/compat.hpp"

extern "C" {
#include "catalog/pg_aggregate.h"
#include "catalog/pg_namespace.h"
#include "parser/parse_clause.h"
#include "parser/parse_oper.h"
#include "parser/parse_relation.h"
#include "parser/parsetree.h"
#include "utils/fmgroids.h"
}

namespace dv::analyze {

/*
 * Where a query leaves an order open, the stored one completes it, so that there is one right answer: aggregates
 * whose result depends on the order of their input by the keys of the tables in FROM (by whole rows where there is
 * no key), ordered windows likewise, LIMIT and DISTINCT ON by the whole output row.
 */
bool
is_order_sensitive(Oid aggregate)
{
	if (get_func_namespace(aggregate) != PG_CATALOG_NAMESPACE)
		return true;
	const char *name = get_func_name(aggregate);
	for (const char *sensitive : {"array_agg", "json_agg", "jsonb_agg", "json_object_agg", "jsonb_object_agg",
								  "string_agg", "xmlagg"})
		if (strcmp(name, sensitive) == 0)
			return true;
	return false;
}

namespace {

/* Expressions that order the rows of a query's FROM completely. */
List *
all_columns(Query *query, int rtindex)
{
	List *vars = NIL;
	expandRTE(rt_fetch(rtindex, query->rtable), rtindex, 0, -1, false, nullptr, &vars);
	return vars;
}

List *
row_order(Query *query, Node *node)
{
	ListCell *lc;
	List *order = NIL;
	if (node == nullptr)
		return NIL;
	if (IsA(node, FromExpr))
	{
		foreach (lc, as<FromExpr>(node)->fromlist)
			order = list_concat(order, row_order(query, static_cast<Node *>(lfirst(lc))));
		return order;
	}
	if (IsA(node, JoinExpr))
	{
		JoinExpr *join = as<JoinExpr>(node);
		if (join->alias) /* hides the names below it */
			return all_columns(query, join->rtindex);
		return list_concat(row_order(query, join->larg), row_order(query, join->rarg));
	}
	int rtindex = as<RangeTblRef>(node)->rtindex;
	RangeTblEntry *rte = rt_fetch(rtindex, query->rtable);
	if (rte->rtekind != RTE_RELATION || rte->relkind != RELKIND_RELATION)
		return all_columns(query, rtindex);
	TableKey key = primary_key(rte->relid);
	if (key.ncolumns == 0)
		return all_columns(query, rtindex);
	List *vars = all_columns(query, rtindex);
	for (int i = 0; i < key.ncolumns; i++)
		foreach (lc, vars)
			if (lfirst_node(Var, lc)->varattno == key.columns[i])
				order = lappend(order, lfirst(lc));
	for (int i = 0; i < key.ncolumns; i++)
		rte->selectedCols = bms_add_member(rte->selectedCols, key.columns[i] - FirstLowInvalidHeapAttributeNumber);
	return order;
}

/* Values of types without an order are ordered by their text. */
Node *
sortable(Node *expr)
{
	TypeCacheEntry *entry = lookup_type_cache(exprType(expr), TYPECACHE_LT_OPR | TYPECACHE_EQ_OPR);
	if (OidIsValid(entry->lt_opr) && OidIsValid(entry->eq_opr))
		return expr;
	CoerceViaIO *cast = makeNode(CoerceViaIO);
	cast->arg = as<Expr>(expr);
	cast->resulttype = TEXTOID;
	cast->resultcollid = DEFAULT_COLLATION_OID;
	cast->coerceformat = COERCE_EXPLICIT_CAST;
	cast->location = -1;
	return reinterpret_cast<Node *>(cast);
}

void
add_clause(List **order, const SortGroupClause *clause)
{
	ListCell *lc;
	foreach (lc, *order)
		if (lfirst_node(SortGroupClause, lc)->tleSortGroupRef == clause->tleSortGroupRef)
			return;
	*order = lappend(*order, copyObjectImpl(clause));
}

/* Adds expr to an order over entries of target_list, as a hidden entry unless it is there. */
void
add_to_order(List **order, List **target_list, Node *expr)
{
	TargetEntry *entry = nullptr;
	ListCell *lc;
	foreach (lc, *target_list)
		if (equal(lfirst_node(TargetEntry, lc)->expr, expr))
			entry = lfirst_node(TargetEntry, lc);
	if (entry == nullptr)
	{
		entry = makeTargetEntry(as<Expr>(expr), list_length(*target_list) + 1, nullptr, true);
		*target_list = lappend(*target_list, entry);
	}
	if (entry->ressortgroupref != 0)
		foreach (lc, *order)
			if (lfirst_node(SortGroupClause, lc)->tleSortGroupRef == entry->ressortgroupref)
				return;
	SortGroupClause *clause = makeNode(SortGroupClause);
	clause->tleSortGroupRef = assignSortGroupRef(entry, *target_list);
	get_sort_group_operators(exprType(expr), true, true, false, &clause->sortop, &clause->eqop, nullptr,
							 &clause->hashable);
	*order = lappend(*order, clause);
}

struct Completion
{
	Query *query;
	pg::Vec<Index> windows_done; /* pairs: old winref, new winref */
};

void
complete_aggregate(Query *query, Aggref *agg)
{
	if (agg->agglevelsup != 0 || agg->aggdistinct != NIL || AGGKIND_IS_ORDERED_SET(agg->aggkind) || agg->aggstar ||
		!is_order_sensitive(agg->aggfnoid))
		return;
	ListCell *lc;
	foreach (lc, row_order(query, reinterpret_cast<Node *>(query->jointree)))
		add_to_order(&agg->aggorder, &agg->args, sortable(static_cast<Node *>(lfirst(lc))));
}

bool
wants_row_order(const WindowFunc *func, const WindowClause *window)
{
	switch (func->winfnoid)
	{
	case F_ROW_NUMBER:
	case F_NTILE:
	case F_FIRST_VALUE:
	case F_LAG_ANYELEMENT:
	case F_LAG_ANYELEMENT_INT4:
	case F_LAG_ANYCOMPATIBLE_INT4_ANYCOMPATIBLE:
	case F_LEAD_ANYELEMENT:
	case F_LEAD_ANYELEMENT_INT4:
	case F_LEAD_ANYCOMPATIBLE_INT4_ANYCOMPATIBLE:
		return (window->frameOptions & (FRAMEOPTION_RANGE | FRAMEOPTION_NONDEFAULT)) !=
			   (FRAMEOPTION_RANGE | FRAMEOPTION_NONDEFAULT);
	case F_RANK_:
	case F_DENSE_RANK_:
	case F_PERCENT_RANK_:
	case F_CUME_DIST_:
		return false;
	default:
		return (window->frameOptions & FRAMEOPTION_ROWS) != 0;
	}
}

/* The same window with its order completed: one for all functions that want it; ranks keep their peers. */
void
complete_window(Completion *completion, WindowFunc *func)
{
	Query *query = completion->query;
	WindowClause *window = nullptr;
	Index highest = 0;
	ListCell *lc;
	foreach (lc, query->windowClause)
	{
		WindowClause *candidate = lfirst_node(WindowClause, lc);
		highest = Max(highest, candidate->winref);
		if (candidate->winref == func->winref)
			window = candidate;
	}
	for (int i = 0; i < completion->windows_done.n; i += 2)
	{
		if (completion->windows_done[i + 1] == func->winref)
			return;
		if (completion->windows_done[i] == func->winref && wants_row_order(func, window))
		{
			func->winref = completion->windows_done[i + 1];
			return;
		}
	}
	if (window == nullptr || !wants_row_order(func, window) || query->groupClause != NIL || query->hasAggs)
		return;
	WindowClause *full = static_cast<WindowClause *>(copyObjectImpl(window));
	full->name = nullptr;
	full->refname = nullptr;
	full->copiedOrder = false;
	full->winref = highest + 1;
	foreach (lc, row_order(query, reinterpret_cast<Node *>(query->jointree)))
		add_to_order(&full->orderClause, &query->targetList, sortable(static_cast<Node *>(lfirst(lc))));
	query->windowClause = lappend(query->windowClause, full);
	completion->windows_done.push(func->winref);
	completion->windows_done.push(full->winref);
	func->winref = full->winref;
}

void complete_query(Query *query);

bool
complete_node(Node *node, void *context)
{
	Completion *completion = static_cast<Completion *>(context);
	if (node == nullptr)
		return false;
	if (IsA(node, Query))
	{
		complete_query(reinterpret_cast<Query *>(node));
		return false;
	}
	if (IsA(node, Aggref))
		complete_aggregate(completion->query, as<Aggref>(node));
	else if (IsA(node, WindowFunc))
		complete_window(completion, as<WindowFunc>(node));
	return pg::walk_expression(node, complete_node, context);
}

/* Windows that no function uses any more would still be sorted for. */
bool
find_winref(Node *node, void *context)
{
	if (node == nullptr)
		return false;
	if (IsA(node, WindowFunc) && as<WindowFunc>(node)->winref == *static_cast<Index *>(context))
		return true;
	return pg::walk_expression(node, find_winref, context);
}

void
drop_unused_windows(Query *query)
{
	ListCell *lc;
	foreach (lc, query->windowClause)
	{
		WindowClause *window = lfirst_node(WindowClause, lc);
		if (!find_winref(reinterpret_cast<Node *>(query->targetList), &window->winref))
			query->windowClause = foreach_delete_current(query->windowClause, lc);
	}
}

void
complete_query(Query *query)
{
	check_stack_depth();
	Completion completion{query, {}};
	(void) pg::walk_query(query, complete_node, &completion, QTW_IGNORE_JOINALIASES);
	if (completion.windows_done.n > 0)
		drop_unused_windows(query);

	bool takes_some = (query->limitCount || query->limitOffset) && query->limitOption != LIMIT_OPTION_WITH_TIES;
	if (!takes_some && !query->hasDistinctOn)
		return;
	ListCell *lc;
	List *visible = NIL;
	/* What DISTINCT ON names comes first. */
	if (query->hasDistinctOn)
		foreach (lc, query->distinctClause)
			add_clause(&query->sortClause, lfirst_node(SortGroupClause, lc));
	foreach (lc, query->targetList)
		if (!lfirst_node(TargetEntry, lc)->resjunk)
			visible = lappend(visible, lfirst(lc));
	foreach (lc, visible)
	{
		Node *expr = reinterpret_cast<Node *>(lfirst_node(TargetEntry, lc)->expr);
		Node *key = sortable(expr);
		/* A set operation and DISTINCT can be ordered by their own outputs only. */
		if (key == expr || (query->setOperations == nullptr && query->distinctClause == NIL))
			add_to_order(&query->sortClause, &query->targetList, key);
	}
}

} // namespace

Query *
complete_orders(Query *query)
{
	complete_query(query);
	return query;
}

} // namespace dv::analyze
