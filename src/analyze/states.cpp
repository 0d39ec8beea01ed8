#include "analyze/states.hpp"
#include "pg/compat.hpp"

extern "C" {
#include "catalog/pg_aggregate.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_operator.h"
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

Oid
sum_type(Oid sum)
{
	return sum == F_SUM_INT8 || sum == F_SUM_NUMERIC ? NUMERICOID : INT8OID;
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

/* Its index; where it is there already, the stricter of the two stays. */
int
add_fold(Folds *folds, const Fold &fold)
{
	for (int i = 0; i < folds->folds.n; i++)
	{
		Fold &known = folds->folds[i];
		if (known.kind != fold.kind || !same_aggregate(known.aggref, fold.aggref))
			continue;
		if (!fold.subtractable)
		{
			known.subtractable = false;
			known.guard = fold.guard;
		}
		return i;
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
	return folds->folds.n - 1;
}

/* count(x) FILTER of the rows whose x shows `scale` digits after the point. */
Fold
count_of_scale(const Aggref *agg, Node *argument, int scale)
{
	FuncExpr *digits = makeFuncExpr(F_SCALE, INT4OID, list_make1(copyObjectImpl(argument)), InvalidOid, InvalidOid,
									COERCE_EXPLICIT_CALL);
	Node *wanted = reinterpret_cast<Node *>(makeConst(INT4OID, -1, InvalidOid, 4, Int32GetDatum(scale), false, true));
	Expr *shown = make_opclause(Int4EqualOperator, BOOLOID, false, reinterpret_cast<Expr *>(digits), as<Expr>(wanted),
								InvalidOid, InvalidOid);
	set_opfuncid(reinterpret_cast<OpExpr *>(shown));
	Node *one =
		filtered(reinterpret_cast<Node *>(makeConst(INT4OID, -1, InvalidOid, 4, Int32GetDatum(1), false, true)), shown);

	Fold fold{};
	fold.kind = core::StateKind::count;
	fold.type = INT8OID;
	fold.subtractable = true;
	fold.guard = -1;
	fold.aggref = count_of(agg);
	fold.aggref->args = list_make1(makeTargetEntry(as<Expr>(one), 1, nullptr, false));
	fold.aggref->aggargtypes = list_make1_oid(INT4OID);
	fold.argument = filtered(one, agg->aggfilter);
	return fold;
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
	fold.guard = -1;
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
		/* of several scales: as long as a row with the greatest stays, so do its digits */
		if (int scale = greatest_scale(argument); !fold.subtractable && scale >= 0)
			fold.guard = add_fold(folds, count_of_scale(agg, argument, scale));
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
collect_folds(List *target_list, Folds *folds, bool exact)
{
	ListCell *lc;
	foreach (lc, target_list)
	{
		TargetEntry *entry = lfirst_node(TargetEntry, lc);
		Search search{folds, !exact};
		if (!entry->resjunk && find_aggregates(reinterpret_cast<Node *>(entry->expr), &search))
			return false;
	}
	/* The number of rows in the group says when it is gone. */
	Fold rows{};
	rows.kind = core::StateKind::count_rows;
	rows.aggref = count_rows();
	rows.type = INT8OID;
	rows.subtractable = true;
	rows.guard = -1;
	(void) add_fold(folds, rows);
	return true;
}

} // namespace dv::analyze
