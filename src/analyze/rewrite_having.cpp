#include "analyze/cut.hpp"
#include "analyze/rewrite_steps.hpp"

extern "C" {
#include "rewrite/rewriteManip.h"
}

namespace dv::analyze {

/*
 * What comes after the groups: SELECT f(g, a) FROM r GROUP BY g HAVING h(g, a) with aggregates a
 *   =  SELECT f(g, a) FROM (SELECT g, a FROM r GROUP BY g) WHERE h(g, a).
 * Also for a subquery or a set-returning function in f alone.
 */
Query *
rewrite_having(const Query *query)
{
	if (!is_grouped(query) || query->setOperations || query->hasWindowFuncs || query->distinctClause != NIL ||
		is_limited(query))
		return nullptr;
	Cut cut = cut_above_groups(query);
	Query *outer = outer_half(query);
	outer->groupClause = NIL;
	outer->groupingSets = NIL;
	outer->groupDistinct = false;
	put_target_list_over(&cut, outer);
	put_over(&cut, outer->havingQual);
	outer->jointree->quals = outer->havingQual;
	outer->havingQual = nullptr;
	Node *outputs = reinterpret_cast<Node *>(outer->targetList);
	if (outer->jointree->quals == nullptr && !checkExprHasSubLink(outputs) && !expression_returns_set(outputs))
		return nullptr;
	/* Without a group it is the aggregate that makes it one row. */
	if (query->groupClause == NIL && !contain_aggs_of_level(reinterpret_cast<Node *>(cut.outputs), 0))
		(void) put_out(&cut, count_rows(nullptr));
	Query *inner = inner_half(query);
	inner->havingQual = nullptr;
	return compose(&cut, outer, inner);
}

} // namespace dv::analyze
