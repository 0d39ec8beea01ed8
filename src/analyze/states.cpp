#include "analyze/states.hpp"
#include "pg/compat.hpp"

extern "C" {
#include "catalog/pg_aggregate.h"
#include "catalog/pg_namespace.h"
#include "utils/fmgroids.h"
}

namespace dv::analyze {

bool
same_aggregate(const Aggref *a, const Aggref *b)
{
	return a->aggfnoid == b->aggfnoid && equal(a->args, b->args) && equal(a->aggfilter, b->aggfilter);
}

Aggref *
count_of(const Aggref *agg)
{
	Aggref *count = static_cast<Aggref *>(copyObjectImpl(agg));
	count->aggfnoid = F_COUNT_ANY;
	count->aggtype = INT8OID;
	count->aggcollid = InvalidOid;
	count->inputcollid = InvalidOid;
	return count;
}

Oid
sum_for(Oid aggregate)
{
	switch (aggregate)
	{
	case F_SUM_INT2:
	case F_AVG_INT2:
		return F_SUM_INT2;
	case F_SUM_INT4:
	case F_AVG_INT4:
		return F_SUM_INT4;
	case F_SUM_INT8:
	case F_AVG_INT8:
		return F_SUM_INT8;
	case F_SUM_NUMERIC:
	case F_AVG_NUMERIC:
		return F_SUM_NUMERIC;
	default:
		return InvalidOid;
	}
}

bool
is_average(Oid aggregate)
{
	return aggregate == F_AVG_INT2 || aggregate == F_AVG_INT4 || aggregate == F_AVG_INT8 || aggregate == F_AVG_NUMERIC;
}

const Fold *
find_fold(const Folds *folds, core::StateKind kind, const Aggref *agg)
{
	for (const Fold &fold : folds->folds)
		if (fold.kind == kind && same_aggregate(fold.aggref, agg))
			return &fold;
	return nullptr;
}

Node *
filtered(Node *argument, Expr *filter)
{
	if (filter == nullptr)
		return argument;
	CaseWhen *when = makeNode(CaseWhen);
	when->expr = filter;
	when->result = as<Expr>(argument);
	when->location = -1;
	CaseExpr *expr = makeNode(CaseExpr);
	expr->casetype = exprType(argument);
	expr->casecollid = exprCollation(argument);
	expr->args = list_make1(when);
	expr->defresult = reinterpret_cast<Expr *>(makeNullConst(expr->casetype, exprTypmod(argument), expr->casecollid));
	expr->location = -1;
	return reinterpret_cast<Node *>(expr);
}

Oid
extreme_operator(Oid aggregate)
{
	if (get_func_namespace(aggregate) != PG_CATALOG_NAMESPACE)
		return InvalidOid;
	const char *name = get_func_name(aggregate);
	if (strcmp(name, "min") != 0 && strcmp(name, "max") != 0)
		return InvalidOid;
	HeapTuple tuple = SearchSysCache1(AGGFNOID, ObjectIdGetDatum(aggregate));
	if (!HeapTupleIsValid(tuple))
		return InvalidOid;
	Oid op = reinterpret_cast<Form_pg_aggregate>(GETSTRUCT(tuple))->aggsortop;
	ReleaseSysCache(tuple);
	return op;
}

bool
fixed_scale(Node *argument)
{
	return exprType(argument) != NUMERICOID ||
		   (IsA(argument, Var) && exprTypmod(argument) >= static_cast<int32>(VARHDRSZ));
}

namespace {

Aggref *
count_rows()
{
	Aggref *count = makeNode(Aggref);
	count->aggfnoid = F_COUNT_;
	count->aggtype = INT8OID;
	count->aggstar = true;
	count->aggkind = AGGKIND_NORMAL;
	count->location = -1;
	count->aggno = count->aggtransno = -1;
	return count;
}

Oid
sum_type(Oid sum)
{
	return sum == F_SUM_INT8 || sum == F_SUM_NUMERIC ? NUMERICOID : INT8OID;
}

Fold *
add_fold(Folds *folds, const Fold &fold)
{
	for (Fold &known : folds->folds)
		if (known.kind == fold.kind && same_aggregate(known.aggref, fold.aggref))
		{
			known.subtractable = known.subtractable && fold.subtractable;
			return &known;
		}
	Fold &added = folds->folds.push(fold);
	added.argument_number = -1;
	if (added.argument)
	{
		for (int i = 0; i < folds->arguments.n; i++)
			if (equal(folds->arguments[i], added.argument))
				added.argument_number = i;
		if (added.argument_number < 0)
		{
			added.argument_number = folds->arguments.n;
			folds->arguments.push(added.argument);
		}
	}
	return &added;
}

/* The states of one aggregate; false if it does not fold. `bare`: it stands alone as an output. */
bool
fold_aggregate(Folds *folds, Aggref *agg, bool bare)
{
	if (agg->agglevelsup != 0 || agg->aggdistinct != NIL || agg->aggorder != NIL || agg->aggvariadic ||
		agg->aggkind != AGGKIND_NORMAL || agg->aggdirectargs != NIL)
		return false;
	Fold fold{};
	fold.aggref = agg;
	fold.subtractable = true;
	if (agg->aggfnoid == F_COUNT_)
	{
		fold.kind = agg->aggfilter ? core::StateKind::count : core::StateKind::count_rows;
		fold.type = INT8OID;
		if (agg->aggfilter)
			fold.argument =
				filtered(reinterpret_cast<Node *>(makeConst(INT4OID, -1, InvalidOid, 4, Int32GetDatum(1), false, true)),
						 agg->aggfilter);
		(void) add_fold(folds, fold);
		return true;
	}
	if (list_length(agg->args) != 1)
		return false;
	Node *argument = reinterpret_cast<Node *>(linitial_node(TargetEntry, agg->args)->expr);
	fold.argument = filtered(argument, agg->aggfilter);
	if (agg->aggfnoid == F_COUNT_ANY)
	{
		fold.kind = core::StateKind::count;
		fold.type = INT8OID;
		(void) add_fold(folds, fold);
		return true;
	}
	if (Oid sum = sum_for(agg->aggfnoid); OidIsValid(sum))
	{
		Fold count = fold;
		count.kind = core::StateKind::count;
		count.type = INT8OID;
		count.aggref = count_of(agg);
		(void) add_fold(folds, count);

		fold.kind = core::StateKind::sum;
		fold.type = sum_type(sum);
		fold.subtractable = (bare && !is_average(agg->aggfnoid)) || fixed_scale(argument);
		fold.aggref = static_cast<Aggref *>(copyObjectImpl(agg));
		fold.aggref->aggfnoid = sum;
		fold.aggref->aggtype = fold.type;
		(void) add_fold(folds, fold);
		return true;
	}
	if (Oid op = extreme_operator(agg->aggfnoid); OidIsValid(op))
	{
		fold.kind = core::StateKind::extreme;
		fold.type = agg->aggtype;
		fold.better = op;
		fold.name = quote_qualified_identifier("pg_catalog", get_func_name(agg->aggfnoid));
		/* the argument's type must lead the partial query to the same function */
		if (exprType(argument) != linitial_oid(agg->aggargtypes))
			return false;
		(void) add_fold(folds, fold);
		return true;
	}
	return false;
}

struct Search
{
	Folds *folds;
	bool bare;
};

bool
find_aggregates(Node *node, void *context)
{
	Search *search = static_cast<Search *>(context);
	if (node == nullptr)
		return false;
	if (IsA(node, Aggref))
		return !fold_aggregate(search->folds, as<Aggref>(node), search->bare);
	if (IsA(node, GroupingFunc))
		return true;
	search->bare = false;
	return pg::walk_expression(node, find_aggregates, context);
}

} // namespace

bool
collect_folds(List *target_list, Folds *folds)
{
	ListCell *lc;
	foreach (lc, target_list)
	{
		TargetEntry *entry = lfirst_node(TargetEntry, lc);
		Search search{folds, true};
		if (!entry->resjunk && find_aggregates(reinterpret_cast<Node *>(entry->expr), &search))
			return false;
	}
	/* The number of rows in the group says when it is gone. */
	Fold rows{};
	rows.kind = core::StateKind::count_rows;
	rows.aggref = count_rows();
	rows.type = INT8OID;
	rows.subtractable = true;
	(void) add_fold(folds, rows);
	return true;
}

} // namespace dv::analyze
