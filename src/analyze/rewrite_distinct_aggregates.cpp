#include "analyze/cut.hpp"
#include "analyze/order.hpp"
#include "analyze/rewrite_steps.hpp"
#include "analyze/states.hpp"

extern "C" {
#include "catalog/pg_aggregate.h"
#include "utils/fmgroids.h"
}

namespace dv::analyze {

namespace {

struct Distinct
{
	Node *argument; /* of all aggregates with DISTINCT */
	bool grouped;
};

/* Does it depend on the distinct values alone, and look the same whichever of equal ones they are? */
bool
takes_values(const Aggref *agg)
{
	if (agg->aggfilter || agg->aggorder != NIL || agg->aggvariadic || agg->aggkind != AGGKIND_NORMAL ||
		list_length(agg->args) != 1)
		return false;
	Node *argument = reinterpret_cast<Node *>(linitial_node(TargetEntry, agg->args)->expr);
	if (!hashable_type(exprType(argument)) || IsA(argument, Const))
		return false;
	if (agg->aggfnoid == F_COUNT_ANY)
		return true;
	if (OidIsValid(sum_for(agg->aggfnoid)))
		return fixed_scale(argument);
	return OidIsValid(extreme_operator(agg->aggfnoid)) && (exact_type(exprType(argument), exprCollation(argument)) ||
														   (exprType(argument) == NUMERICOID && fixed_scale(argument)));
}

Aggref *
over_column(const Aggref *agg, Node *column)
{
	Aggref *over = static_cast<Aggref *>(copyObjectImpl(agg));
	over->aggdistinct = NIL;
	over->aggfilter = nullptr;
	over->args = list_make1(makeTargetEntry(as<Expr>(column), 1, nullptr, false));
	return over;
}

/* numeric: of bigint or numeric partial results */
Node *
sum_of(Node *column)
{
	Aggref *sum = makeNode(Aggref);
	sum->aggfnoid = exprType(column) == INT8OID ? F_SUM_INT8 : F_SUM_NUMERIC;
	sum->aggtype = NUMERICOID;
	sum->aggargtypes = list_make1_oid(exprType(column));
	sum->args = list_make1(makeTargetEntry(as<Expr>(column), 1, nullptr, false));
	sum->aggkind = AGGKIND_NORMAL;
	sum->aggno = sum->aggtransno = -1;
	sum->location = -1;
	return reinterpret_cast<Node *>(sum);
}

Node *
as_bigint(Node *number)
{
	return reinterpret_cast<Node *>(
		makeFuncExpr(F_INT8_NUMERIC, INT8OID, list_make1(number), InvalidOid, InvalidOid, COERCE_EXPLICIT_CAST));
}

Node *
total_count(Cut *cut, const Aggref *count)
{
	Node *total = sum_of(put_out(cut, reinterpret_cast<Node *>(copyObjectImpl(count))));
	if (static_cast<Distinct *>(cut->context)->grouped)
		return as_bigint(total);
	/* Of no rows there is no partial count. */
	CoalesceExpr *coalesce = makeNode(CoalesceExpr);
	coalesce->coalescetype = INT8OID;
	coalesce->args = list_make2(as_bigint(total), integer(0, INT8OID));
	coalesce->location = -1;
	return reinterpret_cast<Node *>(coalesce);
}

Node *
total_sum(Cut *cut, const Aggref *agg)
{
	Aggref *partial = static_cast<Aggref *>(copyObjectImpl(agg));
	partial->aggfnoid = sum_for(agg->aggfnoid);
	partial->aggtype = sum_type(partial->aggfnoid);
	Node *total = sum_of(put_out(cut, reinterpret_cast<Node *>(partial)));
	if (!is_average(agg->aggfnoid))
		return partial->aggtype == INT8OID ? as_bigint(total) : total;
	Node *count = sum_of(put_out(cut, reinterpret_cast<Node *>(count_of(agg))));
	return reinterpret_cast<Node *>(makeFuncExpr(F_NUMERIC_DIV, NUMERICOID, list_make2(total, count), InvalidOid,
												 InvalidOid, COERCE_EXPLICIT_CALL));
}

/* What an aggregate is from the groups of g and x: the one over x itself, or from partial results. */
Node *
from_partials(Cut *cut, Node *node)
{
	if (!IsA(node, Aggref) || static_cast<int>(as<Aggref>(node)->agglevelsup) != cut->depth)
		return nullptr;
	Aggref *agg = as<Aggref>(node);
	Distinct *distinct = static_cast<Distinct *>(cut->context);
	if (agg->aggdistinct != NIL)
	{
		cut->failed = cut->failed || !takes_values(agg);
		Node *argument = cut->failed ? nullptr : reinterpret_cast<Node *>(linitial_node(TargetEntry, agg->args)->expr);
		if (distinct->argument == nullptr)
			distinct->argument = argument;
		cut->failed = cut->failed || cut->depth > 0 || !equal(distinct->argument, argument);
		return cut->failed ? node : reinterpret_cast<Node *>(over_column(agg, put_out(cut, argument)));
	}
	if (cut->depth > 0 || agg->aggorder != NIL || agg->aggvariadic || agg->aggkind != AGGKIND_NORMAL)
		cut->failed = true;
	else if (agg->aggfnoid == F_COUNT_ || agg->aggfnoid == F_COUNT_ANY)
		return total_count(cut, agg);
	else if (OidIsValid(sum_for(agg->aggfnoid)))
		return total_sum(cut, agg);
	else if (OidIsValid(extreme_operator(agg->aggfnoid)) || agg->aggfnoid == F_BOOL_AND || agg->aggfnoid == F_EVERY ||
			 agg->aggfnoid == F_BOOL_OR)
		return reinterpret_cast<Node *>(over_column(agg, put_out(cut, node)));
	else
		cut->failed = true;
	return node;
}

} // namespace

/*
 * SELECT g, count(DISTINCT x), sum(y) FROM r GROUP BY g
 *   =  SELECT g, count(x), sum(s) FROM (SELECT g, x, sum(y) AS s FROM r GROUP BY g, x) GROUP BY g.
 */
Query *
rewrite_distinct_aggregates(const Query *query)
{
	if (!only_aggregates(query))
		return nullptr;
	Distinct distinct{nullptr, query->groupClause != NIL};
	Cut cut{};
	cut.atoms = group_expressions(query);
	cut.replace = from_partials;
	cut.context = &distinct;
	Query *outer = outer_half(query);
	Query *inner = inner_half(query);
	put_target_list_over(&cut, outer);
	if (cut.failed || distinct.argument == nullptr || !group_columns_too(&cut, outer))
		return nullptr;
	add_to_order(&inner->groupClause, &inner->targetList, distinct.argument);
	return compose(&cut, outer, inner);
}

} // namespace dv::analyze
