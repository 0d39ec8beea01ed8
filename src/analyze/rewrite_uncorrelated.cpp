#include "analyze/blocks.hpp"
#include "analyze/cut.hpp"
#include "analyze/rewrite_join_rows.hpp"
#include "analyze/rewrite_steps.hpp"
#include "pg/compat.hpp"

extern "C" {
#include "optimizer/optimizer.h"
#include "rewrite/rewriteManip.h"
}

namespace dv::analyze {

/*
 * ... WHERE x > (SELECT avg(y) FROM S)  is  ... , (SELECT avg(y) AS value FROM S) one WHERE x > one.value
 * ... WHERE EXISTS (S)                  is  ... , (SELECT count(*) > 0 AS found FROM S) one WHERE one.found
 */
namespace {

struct Replacing
{
	JoinedRows *joined;
	bool grouped; /* in a block that groups, outside of its aggregates */
};

bool
has_collate(Node *node, void *)
{
	if (node == nullptr)
		return false;
	return IsA(node, CollateExpr) || pg::walk_expression(node, has_collate, nullptr);
}

/* The expression of a subquery that is exactly one row for the aggregate in it; else nullptr. */
Node *
aggregate_in(const Query *sub)
{
	if (!sub->hasAggs || sub->groupClause != NIL || sub->groupingSets != NIL || sub->havingQual || sub->setOperations ||
		sub->hasTargetSRFs || sub->hasWindowFuncs || sub->limitCount || sub->limitOffset)
		return nullptr;
	Node *expr = reinterpret_cast<Node *>(linitial_node(TargetEntry, sub->targetList)->expr);
	return contain_aggs_of_level(expr, 0) ? expr : nullptr;
}

struct Split
{
	JoinedRows *joined;
	Query *sub;
};

Node *
split_aggregates(Node *node, void *context)
{
	Split *split = static_cast<Split *>(context);
	if (node == nullptr)
		return nullptr;
	if (IsA(node, Aggref))
		return column_of_row(split->joined, split->sub, node, "value");
	return pg::mutate_expression(node, split_aggregates, context);
}

/*
 * What is computed from the aggregates stays where the subquery was: there it may be guarded, in the relation it could
 * fail.  But a test stays with them, since it changes less often than they do, and so does what has a collation.
 */
Node *
replace_scalar(JoinedRows *joined, Query *sub, Node *expr)
{
	Split split{joined, sub};
	bool whole = exprType(expr) == BOOLOID || OidIsValid(exprCollation(expr)) || has_collate(expr, nullptr) ||
				 checkExprHasSubLink(expr);
	return whole ? column_of_row(joined, sub, expr, "value") : split_aggregates(expr, &split);
}

Node *
replace_exists(JoinedRows *joined, Query *sub)
{
	Query *block = sub;
	bool outputs_matter = sub->setOperations || sub->groupingSets != NIL || sub->havingQual || sub->hasTargetSRFs ||
						  sub->limitCount || sub->limitOffset || (sub->hasAggs && sub->groupClause == NIL);
	if (outputs_matter)
	{
		block = empty_block();
		(void) add_to_from(block, sub, "found");
	}
	return column_of_row(joined, block, call_operator(">", count_rows(nullptr), integer(0, INT8OID)), "found");
}

Node *
replace_sublinks(Node *node, void *context)
{
	Replacing *replacing = static_cast<Replacing *>(context);
	if (node == nullptr || IsA(node, Query))
		return node;
	if (IsA(node, Aggref) && replacing->grouped)
	{
		Replacing within{replacing->joined, false};
		return pg::mutate_expression(node, replace_sublinks, &within);
	}
	if (IsA(node, SubLink) && !replacing->grouped && is_closed(as<Query>(as<SubLink>(node)->subselect)))
	{
		Query *sub = as<Query>(as<SubLink>(node)->subselect);
		if (as<SubLink>(node)->subLinkType == EXISTS_SUBLINK)
			return replace_exists(replacing->joined, sub);
		Node *aggregate = as<SubLink>(node)->subLinkType == EXPR_SUBLINK ? aggregate_in(sub) : nullptr;
		if (aggregate != nullptr)
			return replace_scalar(replacing->joined, sub, aggregate);
	}
	return pg::mutate_expression(node, replace_sublinks, context);
}

} // namespace

Query *
rewrite_uncorrelated(const Query *original)
{
	if (!original->hasSubLinks || original->setOperations || original->cteList != NIL)
		return nullptr;
	Query *query = static_cast<Query *>(copyObjectImpl(original));
	JoinedRows joined{query, list_length(query->rtable), {}};
	Replacing replacing{&joined, false};

	replace_conditions(&joined, replace_sublinks, &replacing);
	replacing.grouped = is_grouped(query);
	query->targetList = as<List>(replace_sublinks(reinterpret_cast<Node *>(query->targetList), &replacing));
	return joined.rows.empty() ? nullptr : join_rows(&joined);
}

} // namespace dv::analyze
