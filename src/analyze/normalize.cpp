#include "analyze/internal.hpp"
#include "pg/compat.hpp"

extern "C" {
#include "nodes/bitmapset.h"
#include "optimizer/optimizer.h"
#include "parser/parsetree.h"
#include "rewrite/rewriteHandler.h"
#include "rewrite/rewriteManip.h"
}

namespace dv::analyze {

namespace {

struct Level
{
	Query *query;
	Level *outer;
	bool computed; /* an entry has become a query that computes columns */
};

void normalize_level(Query *query, Level *outer);

void
gather_rtindexes(Node *node, Bitmapset **used)
{
	if (node == nullptr)
		return;
	if (IsA(node, RangeTblRef))
		*used = bms_add_member(*used, as<RangeTblRef>(node)->rtindex);
	else if (IsA(node, FromExpr))
	{
		ListCell *lc;
		foreach (lc, as<FromExpr>(node)->fromlist)
			gather_rtindexes(static_cast<Node *>(lfirst(lc)), used);
	}
	else if (IsA(node, JoinExpr))
	{
		*used = bms_add_member(*used, as<JoinExpr>(node)->rtindex);
		gather_rtindexes(as<JoinExpr>(node)->larg, used);
		gather_rtindexes(as<JoinExpr>(node)->rarg, used);
	}
	else if (IsA(node, SetOperationStmt))
	{
		gather_rtindexes(as<SetOperationStmt>(node)->larg, used);
		gather_rtindexes(as<SetOperationStmt>(node)->rarg, used);
	}
}

void
forget_join_names(Query *query)
{
	ListCell *lc;
	foreach (lc, query->rtable)
	{
		RangeTblEntry *rte = lfirst_node(RangeTblEntry, lc);
		if (rte->rtekind != RTE_JOIN)
			continue;
		rte->alias = nullptr;
		rte->join_using_alias = nullptr;
	}
}

bool
forget_join_expr_names(Node *node, void *)
{
	if (node == nullptr)
		return false;
	if (IsA(node, JoinExpr))
	{
		as<JoinExpr>(node)->alias = nullptr;
		as<JoinExpr>(node)->join_using_alias = nullptr;
	}
	return pg::walk_expression(node, forget_join_expr_names, nullptr);
}

bool
normalize_sublinks(Node *node, void *context)
{
	if (node == nullptr)
		return false;
	if (IsA(node, Query))
		return false; /* entered by way of its SubLink or range table entry only */
	if (IsA(node, SubLink))
		normalize_level(as<Query>(as<SubLink>(node)->subselect), static_cast<Level *>(context));
	return pg::walk_expression(node, normalize_sublinks, context);
}

/* The CTE that an entry reads, if it is an ordinary one. */
CommonTableExpr *
ordinary_cte(const RangeTblEntry *rte, Level *level)
{
	for (Index up = rte->ctelevelsup; up > 0; up--)
		level = level->outer;
	ListCell *lc;
	foreach (lc, level->query->cteList)
	{
		CommonTableExpr *cte = lfirst_node(CommonTableExpr, lc);
		if (strcmp(cte->ctename, rte->ctename) == 0)
			return level->query->hasRecursive || cte->search_clause || cte->cycle_clause ? nullptr : cte;
	}
	return nullptr;
}

} // namespace

void
become_subquery(RangeTblEntry *rte, Query *subquery)
{
	rte->rtekind = RTE_SUBQUERY;
	rte->subquery = subquery;
	/* WITH x (a, b), or a view's column that was renamed: the query itself has other names */
	rte->alias = makeAlias(rte->eref->aliasname, static_cast<List *>(copyObjectImpl(rte->eref->colnames)));
	rte->relid = InvalidOid;
	rte->relkind = 0;
	rte->rellockmode = 0;
	rte->inh = false;
	rte->ctename = nullptr;
	rte->ctelevelsup = 0;
	rte->coltypes = NIL;
	rte->coltypmods = NIL;
	rte->colcollations = NIL;
}

namespace {

void
normalize_entry(int rtindex, Level *level)
{
	RangeTblEntry *rte = rt_fetch(rtindex, level->query->rtable);
	if (rte->rtekind == RTE_RELATION && rte->relkind == RELKIND_VIEW)
	{
		Query *body = query_of_view(rte->relid);
		become_subquery(rte, body);
		normalize_level(body, level);
	}
	else if (rte->rtekind == RTE_RELATION)
		level->computed = compute_virtual_columns(level->query, rtindex) || level->computed;
	else if (rte->rtekind == RTE_SUBQUERY)
		normalize_level(rte->subquery, level);
	else if (rte->rtekind == RTE_CTE && !rte->self_reference)
	{
		Index up = rte->ctelevelsup;
		if (CommonTableExpr *cte = ordinary_cte(rte, level))
		{
			/* normalized already, when its own level was entered */
			Query *body = static_cast<Query *>(copyObjectImpl(cte->ctequery));
			if (up > 0)
				IncrementVarSublevelsUp(reinterpret_cast<Node *>(body), static_cast<int>(up), 1);
			become_subquery(rte, body);
		}
	}
}

void
normalize_level(Query *query, Level *outer)
{
	Level level{query, outer, false};
	ListCell *lc;

	check_stack_depth();
	neutralise_unread(query);
	foreach (lc, query->cteList)
	{
		CommonTableExpr *cte = lfirst_node(CommonTableExpr, lc);
		normalize_level(as<Query>(cte->ctequery), &level);
	}
	foreach (lc, query->rtable)
		normalize_entry(foreach_current_index(lc) + 1, &level);
	(void) pg::walk_query(query, normalize_sublinks, &level,
						  QTW_IGNORE_RT_SUBQUERIES | QTW_IGNORE_CTE_SUBQUERIES | QTW_IGNORE_JOINALIASES);
	if (!query->hasRecursive)
		query->cteList = NIL;

	auto flatten = [query](auto *&part) {
		part = reinterpret_cast<std::remove_reference_t<decltype(part)>>(
			pg::flatten_join_aliases(query, reinterpret_cast<Node *>(part)));
	};
	flatten(query->targetList);
	flatten(query->havingQual);
	flatten(query->windowClause);
	flatten(query->limitOffset);
	flatten(query->limitCount);
	foreach (lc, query->rtable)
	{
		RangeTblEntry *rte = lfirst_node(RangeTblEntry, lc);
		if (rte->rtekind == RTE_SUBQUERY && rte->lateral)
			flatten(rte->subquery);
		else if (rte->rtekind == RTE_FUNCTION)
			flatten(rte->functions);
		else if (rte->rtekind == RTE_VALUES)
			flatten(rte->values_lists);
		else if (rte->rtekind == RTE_TABLEFUNC)
			flatten(rte->tablefunc);
	}
	flatten(query->jointree);
	(void) forget_join_expr_names(reinterpret_cast<Node *>(query->jointree), nullptr);
	forget_join_names(query);
	if (level.computed)
		describe_joins(query);
}

} // namespace

void
neutralise_unread(Query *query)
{
	Bitmapset *used = nullptr;
	gather_rtindexes(reinterpret_cast<Node *>(query->jointree), &used);
	gather_rtindexes(query->setOperations, &used);
	int rti = 0;
	ListCell *lc;
	foreach (lc, query->rtable)
	{
		RangeTblEntry *rte = lfirst_node(RangeTblEntry, lc);
		if (bms_is_member(++rti, used) || rte->rtekind == RTE_RESULT)
			continue;
		rte->rtekind = RTE_RESULT;
		rte->relid = InvalidOid;
		rte->relkind = 0;
		rte->subquery = nullptr;
		rte->joinaliasvars = NIL;
		rte->joinleftcols = NIL;
		rte->joinrightcols = NIL;
		rte->functions = NIL;
		rte->values_lists = NIL;
		rte->lateral = false;
		rte->alias = nullptr;
		rte->eref = makeAlias(psprintf("unread_%d", rti), NIL);
	}
}

Query *
normalize(const Query *query)
{
	Query *copy = static_cast<Query *>(copyObjectImpl(query));
	normalize_level(copy, nullptr);
	return copy;
}

} // namespace dv::analyze
