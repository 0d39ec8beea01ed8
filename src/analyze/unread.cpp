#include "analyze/cut.hpp"
#include "analyze/order.hpp"
#include "pg/compat.hpp"

extern "C" {
#include "parser/parsetree.h"
}

namespace dv::analyze {

namespace {

struct Reads
{
	Query *query;
	int rtindex;
	Index level;
	Bitmapset *columns; /* 0: all of them */
};

bool
find_reads(Node *node, void *context)
{
	Reads *reads = static_cast<Reads *>(context);
	if (node == nullptr)
		return false;
	if (IsA(node, Var) && as<Var>(node)->varlevelsup == reads->level)
	{
		int rtindex = static_cast<int>(as<Var>(node)->varno);
		if (rtindex == reads->rtindex && as<Var>(node)->varattno >= 0)
			reads->columns = bms_add_member(reads->columns, as<Var>(node)->varattno);
		else if (rt_fetch(rtindex, reads->query->rtable)->rtekind == RTE_JOIN)
			reads->columns = bms_add_member(reads->columns, 0);
		return false;
	}
	if (!IsA(node, Query))
		return pg::walk_expression(node, find_reads, context);
	reads->level++;
	(void) pg::walk_query(as<Query>(node), find_reads, context, QTW_IGNORE_JOINALIASES);
	reads->level--;
	return false;
}

/* Do its rows stay the same, whatever this output is? */
bool
is_free(const TargetEntry *entry)
{
	return !entry->resjunk && entry->ressortgroupref == 0 && !IsA(entry->expr, Var) && !IsA(entry->expr, Const);
}

} // namespace

/* As the planner does: what nothing reads need not be computed, and cannot fail. */
void
drop_unread(Query *query, int rtindex)
{
	Query *sub = rt_fetch(rtindex, query->rtable)->subquery;
	if (query->setOperations || sub->setOperations || sub->distinctClause != NIL || sub->hasTargetSRFs ||
		(sub->groupClause == NIL && sub->groupingSets == NIL && (sub->hasAggs || sub->havingQual)))
		return;
	Reads reads{query, rtindex, 0, nullptr};
	(void) pg::walk_query(query, find_reads, &reads, QTW_IGNORE_JOINALIASES);
	if (bms_is_member(0, reads.columns))
		return;
	ListCell *lc;
	foreach (lc, sub->targetList)
	{
		TargetEntry *entry = lfirst_node(TargetEntry, lc);
		if (!is_free(entry) || bms_is_member(entry->resno, reads.columns))
			continue;
		Node *expr = reinterpret_cast<Node *>(entry->expr);
		entry->expr = reinterpret_cast<Expr *>(makeNullConst(exprType(expr), exprTypmod(expr), exprCollation(expr)));
	}
	set_flags(sub);
	drop_unused_windows(sub);
}

} // namespace dv::analyze
