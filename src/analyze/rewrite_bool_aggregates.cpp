#include "analyze/cut.hpp"
#include "analyze/rewrite_steps.hpp"
#include "analyze/states.hpp"
#include "pg/compat.hpp"

extern "C" {
#include "utils/fmgroids.h"
}

namespace dv::analyze {

namespace {

/*
 * bool_and(x)  =  CASE WHEN count(x) = 0 THEN NULL ELSE count(*) FILTER (WHERE NOT x) = 0 END
 * bool_or(x)   =  CASE WHEN count(x) = 0 THEN NULL ELSE count(*) FILTER (WHERE x) > 0 END
 */
Node *
as_counts(const Aggref *agg)
{
	bool all = agg->aggfnoid != F_BOOL_OR;
	Expr *x = linitial_node(TargetEntry, agg->args)->expr;
	Node *telling = reinterpret_cast<Node *>(all ? makeBoolExpr(NOT_EXPR, list_make1(copyObjectImpl(x)), -1) : x);
	CaseWhen *when = makeNode(CaseWhen);
	when->expr = as<Expr>(call_operator("=", reinterpret_cast<Node *>(count_of(agg)), integer(0, INT8OID)));
	when->result = reinterpret_cast<Expr *>(makeNullConst(BOOLOID, -1, InvalidOid));
	when->location = -1;
	CaseExpr *expr = makeNode(CaseExpr);
	expr->casetype = BOOLOID;
	expr->args = list_make1(when);
	expr->defresult =
		as<Expr>(call_operator(all ? "=" : ">", count_rows(filtered(telling, agg->aggfilter)), integer(0, INT8OID)));
	expr->location = -1;
	return reinterpret_cast<Node *>(expr);
}

Node *
replace_bools(Node *node, void *context)
{
	if (node == nullptr || IsA(node, Query))
		return node;
	if (!IsA(node, Aggref))
		return pg::mutate_expression(node, replace_bools, context);
	Aggref *agg = as<Aggref>(node);
	bool logical = agg->aggfnoid == F_BOOL_AND || agg->aggfnoid == F_EVERY || agg->aggfnoid == F_BOOL_OR;
	if (agg->agglevelsup != 0 || agg->aggdistinct != NIL || agg->aggorder != NIL || !logical)
		return node;
	*static_cast<bool *>(context) = true;
	return as_counts(agg);
}

} // namespace

Query *
rewrite_bool_aggregates(const Query *query)
{
	bool found = false;
	if (!only_aggregates(query))
		return nullptr;
	Query *counted = static_cast<Query *>(copyObjectImpl(query));
	counted->targetList = as<List>(replace_bools(reinterpret_cast<Node *>(counted->targetList), &found));
	Folds folds{};
	return found && collect_folds(counted->targetList, &folds) ? counted : nullptr;
}

} // namespace dv::analyze
