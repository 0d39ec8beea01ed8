#include "analyze/states.hpp"
#include "pg/compat.hpp"

extern "C" {
#include "utils/fmgroids.h"
}

namespace dv::analyze {

namespace {

struct Finals
{
	const Folds *folds;
	const Query *query;
	const AttrNumber *group_columns; /* per ressortgroupref */
};

Node *
state_var(const Fold &fold)
{
	return reinterpret_cast<Node *>(makeVar(1, fold.column, fold.type, -1, fold.aggref->aggcollid, 0));
}

Node *
as_numeric(Node *value)
{
	if (exprType(value) == NUMERICOID)
		return value;
	return reinterpret_cast<Node *>(
		makeFuncExpr(F_NUMERIC_INT8, NUMERICOID, list_make1(value), InvalidOid, InvalidOid, COERCE_EXPLICIT_CALL));
}

/* The user's expression, over the columns of the view's own row. */
Node *
over_states(Node *node, void *context)
{
	Finals *finals = static_cast<Finals *>(context);
	if (node == nullptr)
		return nullptr;
	ListCell *lc;
	foreach (lc, finals->query->targetList)
	{
		TargetEntry *entry = lfirst_node(TargetEntry, lc);
		AttrNumber column = entry->ressortgroupref ? finals->group_columns[entry->ressortgroupref] : 0;
		if (column > 0 && !IsA(node, Const) && equal(entry->expr, node))
			return reinterpret_cast<Node *>(
				makeVar(1, column, exprType(node), exprTypmod(node), exprCollation(node), 0));
	}
	if (IsA(node, Aggref))
	{
		Aggref *agg = as<Aggref>(node);
		if (Oid sum = sum_for(agg->aggfnoid); OidIsValid(sum))
		{
			Aggref *wanted = static_cast<Aggref *>(copyObjectImpl(agg));
			wanted->aggfnoid = sum;
			const Fold *total = find_fold(finals->folds, core::StateKind::sum, wanted);
			if (!is_average(agg->aggfnoid))
				return state_var(*total);
			const Fold *count = find_fold(finals->folds, core::StateKind::count, count_of(agg));
			/* the division of the server's avg; the sum is NULL where there is nothing to count */
			return reinterpret_cast<Node *>(makeFuncExpr(
				F_NUMERIC_DIV, NUMERICOID, list_make2(as_numeric(state_var(*total)), as_numeric(state_var(*count))),
				InvalidOid, InvalidOid, COERCE_EXPLICIT_CALL));
		}
		for (core::StateKind kind : {core::StateKind::count_rows, core::StateKind::count, core::StateKind::extreme})
			if (const Fold *fold = find_fold(finals->folds, kind, agg))
				return state_var(*fold);
		elog(ERROR, "aggregate without a state");
	}
	return pg::mutate_expression(node, over_states, context);
}

} // namespace

Node *
over_view_row(const Folds *folds, const Query *query, const AttrNumber *group_columns, Node *expr)
{
	Finals finals{folds, query, group_columns};
	return over_states(expr, &finals);
}

} // namespace dv::analyze
