#include "analyze/order.hpp"
#include "pg/compat.hpp"

extern "C" {
#include "catalog/pg_aggregate.h"
#include "catalog/pg_namespace.h"
#include "optimizer/optimizer.h"
#include "parser/parse_clause.h"
#include "parser/parse_oper.h"
#include "parser/parse_relation.h"
#include "parser/parsetree.h"
#include "rewrite/rewriteHandler.h"
}

namespace dv::analyze {

/*
 * Where a query leaves an order open, the stored one completes it, so that there is one right answer: aggregates
 * whose result depends on the order of their input by the keys of the tables in FROM (by whole rows where there is
 * no key), ordered windows likewise, LIMIT and DISTINCT ON by the whole output row, unless by a key already.
 */
bool
is_order_sensitive(Oid aggregate)
{
	if (get_func_namespace(aggregate) != PG_CATALOG_NAMESPACE)
		return true;
	const char *name = get_func_name(aggregate);
	for (const char *sensitive : {"any_value", "array_agg", "json_agg", "json_agg_strict", "jsonb_agg",
								  "jsonb_agg_strict", "json_object_agg", "jsonb_object_agg", "string_agg", "xmlagg"})
		if (strcmp(name, sensitive) == 0)
			return true;
	return false;
}

namespace {

Node *
as_text(Node *expr)
{
	CoerceViaIO *cast = makeNode(CoerceViaIO);
	cast->arg = as<Expr>(expr);
	cast->resulttype = TEXTOID;
	cast->resultcollid = DEFAULT_COLLATION_OID;
	cast->coerceformat = COERCE_EXPLICIT_CAST;
	cast->location = -1;
	return reinterpret_cast<Node *>(cast);
}

/* The columns, and what tells values apart that are equal: 1.0 and 1.00. */
List *
all_columns(Query *query, int rtindex)
{
	ListCell *lc;
	List *vars = NIL;
	List *order = NIL;
	pg::expand_entry(rt_fetch(rtindex, query->rtable), rtindex, nullptr, &vars);
	order = list_copy(vars);
	foreach (lc, vars)
	{
		Node *var = static_cast<Node *>(lfirst(lc));
		if (!exact_type(exprType(var), exprCollation(var)) && sortable(var) == var)
			order = lappend(order, as_text(static_cast<Node *>(copyObjectImpl(var))));
	}
	return order;
}

} // namespace

Node *
sortable(Node *expr)
{
	TypeCacheEntry *entry = lookup_type_cache(exprType(expr), TYPECACHE_LT_OPR | TYPECACHE_EQ_OPR);
	return OidIsValid(entry->lt_opr) && OidIsValid(entry->eq_opr) ? expr : as_text(expr);
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
			if (IsA(lfirst(lc), Var) && lfirst_node(Var, lc)->varattno == key.columns[i])
				order = lappend(order, lfirst(lc));
	return order;
}

namespace {

void
add_clause(List **order, const SortGroupClause *clause)
{
	ListCell *lc;
	foreach (lc, *order)
		if (lfirst_node(SortGroupClause, lc)->tleSortGroupRef == clause->tleSortGroupRef)
			return;
	*order = lappend(*order, copyObjectImpl(clause));
}

} // namespace

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

namespace {

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

/* By the output, which is all that a set operation and DISTINCT can be ordered by. */
void
complete_by_output(Query *query)
{
	ListCell *lc;
	List *visible = NIL;
	foreach (lc, query->targetList)
		if (!lfirst_node(TargetEntry, lc)->resjunk)
			visible = lappend(visible, lfirst(lc));
	foreach (lc, visible)
	{
		Node *expr = reinterpret_cast<Node *>(lfirst_node(TargetEntry, lc)->expr);
		Node *key = sortable(expr);
		if (key == expr || (query->setOperations == nullptr && (query->distinctClause == NIL || query->hasDistinctOn)))
			add_to_order(&query->sortClause, &query->targetList, key);
	}
}

/* Do the rows of one table come out as such, in an order that holds its key? */
bool
is_ordered_by_key(Query *query)
{
	if (query->setOperations || query->distinctClause != NIL || query->groupClause != NIL ||
		query->groupingSets != NIL || query->hasAggs || query->hasTargetSRFs ||
		list_length(query->jointree->fromlist) != 1 || !IsA(linitial(query->jointree->fromlist), RangeTblRef))
		return false;
	int rtindex = linitial_node(RangeTblRef, query->jointree->fromlist)->rtindex;
	RangeTblEntry *rte = rt_fetch(rtindex, query->rtable);
	if (rte->rtekind != RTE_RELATION || rte->relkind != RELKIND_RELATION)
		return false;
	TableKey key = primary_key(rte->relid);
	int found = 0;
	for (int i = 0; i < key.ncolumns; i++)
	{
		ListCell *lc;
		foreach (lc, query->sortClause)
		{
			Node *expr = get_sortgroupclause_expr(lfirst_node(SortGroupClause, lc), query->targetList);
			if (IsA(expr, Var) && as<Var>(expr)->varno == rtindex && as<Var>(expr)->varattno == key.columns[i] &&
				as<Var>(expr)->varlevelsup == 0)
			{
				found++;
				break;
			}
		}
	}
	return key.ncolumns > 0 && found == key.ncolumns;
}

/* ARRAY(SELECT ...): the rows that it lists are those of FROM, or of a query that makes new ones of them. */
void
complete_array(Query *query)
{
	if (query->hasDistinctOn) /* completed anyhow */
		return;
	if (query->setOperations || query->distinctClause != NIL || query->groupClause != NIL || query->groupingSets != NIL)
		complete_by_output(query);
	else if (!query->hasAggs)
	{
		ListCell *lc;
		foreach (lc, row_order(query, reinterpret_cast<Node *>(query->jointree)))
			add_to_order(&query->sortClause, &query->targetList, sortable(static_cast<Node *>(lfirst(lc))));
	}
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
	else if (IsA(node, SubLink) && as<SubLink>(node)->subLinkType == ARRAY_SUBLINK)
		complete_array(as<Query>(as<SubLink>(node)->subselect));
	return pg::walk_expression(node, complete_node, context);
}

/* A plain view that leaves an order open is read as the query that it stands for, completed. */
void
complete_view(RangeTblEntry *rte)
{
	Query *body = query_of_view(rte->relid);
	neutralise_unread(body);
	Query *completed = static_cast<Query *>(copyObjectImpl(body));
	complete_query(completed);
	if (!equal(body, completed))
		become_subquery(rte, completed);
}

void
complete_query(Query *query)
{
	check_stack_depth();
	ListCell *entry;
	foreach (entry, query->rtable)
		if (lfirst_node(RangeTblEntry, entry)->rtekind == RTE_RELATION &&
			lfirst_node(RangeTblEntry, entry)->relkind == RELKIND_VIEW)
			complete_view(lfirst_node(RangeTblEntry, entry));
	Completion completion{query, {}};
	(void) pg::walk_query(query, complete_node, &completion, QTW_IGNORE_JOINALIASES);
	if (completion.windows.n > 0)
		drop_unused_windows(query);

	if (query->limitOffset && query->limitOption == LIMIT_OPTION_WITH_TIES)
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("OFFSET together with WITH TIES cannot be used in a maintained view"),
						errdetail("Which of several tied rows it skips is not determined.")));
	bool takes_some = (query->limitCount || query->limitOffset) && query->limitOption != LIMIT_OPTION_WITH_TIES;
	if (!query->hasDistinctOn && (!takes_some || is_ordered_by_key(query)))
		return;
	/* What DISTINCT ON names comes first. */
	ListCell *lc;
	if (query->hasDistinctOn)
		foreach (lc, query->distinctClause)
			add_clause(&query->sortClause, lfirst_node(SortGroupClause, lc));
	complete_by_output(query);
}

} // namespace

Query *
complete_orders(Query *query)
{
	complete_query(query);
	return query;
}

} // namespace dv::analyze
