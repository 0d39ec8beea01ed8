#include "analyze/cut.hpp"
#include "analyze/rewrite_steps.hpp"

extern "C" {
#include "parser/parsetree.h"
}

namespace dv::analyze {

namespace {

/* SELECT columns FROM one relation or subquery. */
bool
selects_columns(const Query *query)
{
	ListCell *lc;
	FromExpr *from = query->jointree;
	if (query->setOperations || is_grouped(query) || query->distinctClause != NIL || query->hasWindowFuncs ||
		from->quals || list_length(from->fromlist) != 1 || !IsA(linitial(from->fromlist), RangeTblRef))
		return false;
	RangeTblEntry *rte = rt_fetch(linitial_node(RangeTblRef, from->fromlist)->rtindex, query->rtable);
	if (rte->rtekind != RTE_RELATION && rte->rtekind != RTE_SUBQUERY)
		return false;
	foreach (lc, query->targetList)
	{
		Node *expr = reinterpret_cast<Node *>(lfirst_node(TargetEntry, lc)->expr);
		if (!IsA(expr, Var) || as<Var>(expr)->varattno <= 0)
			return false;
	}
	return true;
}

} // namespace

/* q ORDER BY o LIMIT n  =  SELECT ... FROM (q with o among its columns) ORDER BY o LIMIT n. */
Query *
rewrite_limit(const Query *query)
{
	return is_limited(query) && !selects_columns(query) ? raise_clauses(query, false) : nullptr;
}

} // namespace dv::analyze
