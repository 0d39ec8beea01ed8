#include "analyze/internal.hpp"
#include "pg/compat.hpp"

extern "C" {
#include "catalog/pg_aggregate.h"
#include "catalog/pg_namespace.h"
#include "optimizer/optimizer.h"
#include "optimizer/tlist.h"
#include "parser/parse_clause.h"
#include "parser/parse_oper.h"
#include "parser/parsetree.h"
#include "utils/fmgroids.h"
}

namespace dv::analyze {

/*
 * Which aggregates fold, into which states, and how the user's columns follow from them.
 */
namespace {

struct Fold
{
	core::StateKind kind;
	Aggref *aggref;      /* the state as an aggregate of its own, for the content */
	Node *argument;      /* over the block; FILTER folded in; nullptr for count(*) */
	int argument_number; /* among the block's arguments */
	AttrNumber column;   /* in the view */
	Oid type;
	bool subtractable;
	Oid better;
	const char *name;    /* extreme: the aggregate, qualified */
};

struct Folds
{
	const Query *query;
	pg::Vec<Fold> folds;
	pg::Vec<Node *> arguments;
	bool failed;
};

bool
same_aggregate(const Aggref *a, const Aggref *b)
{
	return a->aggfnoid == b->aggfnoid && equal(a->args, b->args) && equal(a->aggfilter, b->aggfilter);
}

Node *
filtered(Node *argument, const Aggref *agg)
{
	if (agg->aggfilter == nullptr)
		return argument;
	CaseWhen *when = makeNode(CaseWhen);
	when->expr = agg->aggfilter;
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

/* sum(x) for avg(x), InvalidOid where the average is of another type. */
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

/* min and max of the server's own: the operator by which a value beats another. */
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

/* The scale of every value of the expression is the same: subtraction leaves no digits behind. */
bool
fixed_scale(Node *argument)
{
	return exprType(argument) != NUMERICOID || (IsA(argument, Var) && exprTypmod(argument) >= static_cast<int32>(VARHDRSZ));
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
			fold.argument = filtered(reinterpret_cast<Node *>(makeConst(INT4OID, -1, InvalidOid, 4, Int32GetDatum(1), false, true)), agg);
		(void) add_fold(folds, fold);
		return true;
	}
	if (list_length(agg->args) != 1)
		return false;
	Node *argument = reinterpret_cast<Node *>(linitial_node(TargetEntry, agg->args)->expr);
	fold.argument = filtered(argument, agg);
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

struct Ungrouped
{
	Query *query;
	List **group;
};

/*
 * A column that follows from a primary key among the groups is a group column itself: the groups stay the same.
 * True where one cannot be: equal values of it may show differently.
 */
bool
group_dependents(Node *node, void *context)
{
	Ungrouped *ungrouped = static_cast<Ungrouped *>(context);
	if (node == nullptr || IsA(node, Aggref))
		return false;
	ListCell *lc;
	foreach (lc, *ungrouped->group)
	{
		TargetEntry *entry = get_sortgroupclause_tle(lfirst_node(SortGroupClause, lc), ungrouped->query->targetList);
		if (equal(entry->expr, node))
			return false;
	}
	if (!IsA(node, Var))
		return pg::walk_expression(node, group_dependents, context);
	if (as<Var>(node)->varattno <= 0 || !exact_type(exprType(node), exprCollation(node)))
		return true;
	TargetEntry *entry = tlist_member(as<Expr>(node), ungrouped->query->targetList);
	if (entry == nullptr)
	{
		entry = makeTargetEntry(static_cast<Expr *>(copyObjectImpl(node)), list_length(ungrouped->query->targetList) + 1,
								nullptr, true);
		ungrouped->query->targetList = lappend(ungrouped->query->targetList, entry);
	}
	SortGroupClause *clause = makeNode(SortGroupClause);
	clause->tleSortGroupRef = assignSortGroupRef(entry, ungrouped->query->targetList);
	get_sort_group_operators(exprType(node), true, true, false, &clause->sortop, &clause->eqop, nullptr, &clause->hashable);
	*ungrouped->group = lappend(*ungrouped->group, clause);
	return false;
}

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

const Fold *
find_fold(const Folds *folds, core::StateKind kind, const Aggref *agg)
{
	for (const Fold &fold : folds->folds)
		if (fold.kind == kind && same_aggregate(fold.aggref, agg))
			return &fold;
	return nullptr;
}

Node *
as_numeric(Node *value)
{
	if (exprType(value) == NUMERICOID)
		return value;
	return reinterpret_cast<Node *>(makeFuncExpr(F_NUMERIC_INT8, NUMERICOID, list_make1(value), InvalidOid, InvalidOid,
												 COERCE_EXPLICIT_CALL));
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
			return reinterpret_cast<Node *>(
				makeFuncExpr(F_NUMERIC_DIV, NUMERICOID,
							 list_make2(as_numeric(state_var(*total)), as_numeric(state_var(*count))), InvalidOid,
							 InvalidOid, COERCE_EXPLICIT_CALL));
		}
		for (core::StateKind kind : {core::StateKind::count_rows, core::StateKind::count, core::StateKind::extreme})
			if (const Fold *fold = find_fold(finals->folds, kind, agg))
				return state_var(*fold);
		elog(ERROR, "aggregate without a state");
	}
	return pg::mutate_expression(node, over_states, context);
}

} // namespace

bool
analyze_aggregate(Analysis *analysis, core::View *ir, const Query *query, Flat *flat)
{
	Query *source = makeNode(Query);
	ListCell *lc;
	*source = *flat->query;
	source->targetList = static_cast<List *>(copyObjectImpl(flat->query->targetList));
	if (query->groupingSets != NIL || query->havingQual || query->windowClause != NIL || query->hasTargetSRFs ||
		query->limitCount || query->limitOffset || query->hasDistinctOn ||
		(query->distinctClause != NIL && (query->groupClause != NIL || query->hasAggs)))
		return false;
	List *group = list_copy(query->distinctClause != NIL ? query->distinctClause : query->groupClause);
	Ungrouped ungrouped{source, &group};
	int ntargets = list_length(source->targetList);
	for (int i = 0; query->groupClause != NIL && i < ntargets; i++)
	{
		TargetEntry *entry = list_nth_node(TargetEntry, source->targetList, i);
		if (!entry->resjunk && group_dependents(reinterpret_cast<Node *>(entry->expr), &ungrouped))
			return false;
	}

	Folds folds{};
	folds.query = source;
	foreach (lc, source->targetList)
	{
		TargetEntry *entry = lfirst_node(TargetEntry, lc);
		Search search{&folds, true};
		if (!entry->resjunk && find_aggregates(reinterpret_cast<Node *>(entry->expr), &search))
			return false;
	}
	/* The number of rows in the group says when it is gone. */
	Aggref *rows = count_rows();
	bool counted = false;
	for (const Fold &fold : folds.folds)
		counted = counted || fold.kind == core::StateKind::count_rows;
	if (!counted)
	{
		Fold fold{};
		fold.kind = core::StateKind::count_rows;
		fold.aggref = rows;
		fold.type = INT8OID;
		fold.subtractable = true;
		(void) add_fold(&folds, fold);
	}

	/* The view's columns: the user's, then groups and states that are not among them. */
	List *columns = NIL;
	Index highest = 0;
	foreach (lc, source->targetList)
	{
		TargetEntry *entry = lfirst_node(TargetEntry, lc);
		highest = Max(highest, entry->ressortgroupref);
		if (!entry->resjunk)
			columns = lappend(columns, copyObjectImpl(entry));
	}
	analysis->nvisible = list_length(columns);
	AttrNumber *group_columns = static_cast<AttrNumber *>(palloc0(sizeof(AttrNumber) * (highest + 1)));
	List *block = NIL;
	pg::Vec<core::KeyColumn> keys;
	AttrNumber *key_columns = static_cast<AttrNumber *>(palloc(sizeof(AttrNumber) * (list_length(group) + 1)));
	bool bounded = true;
	foreach (lc, group)
	{
		Index ref = lfirst_node(SortGroupClause, lc)->tleSortGroupRef;
		TargetEntry *entry = nullptr;
		ListCell *c;
		foreach (c, source->targetList)
			if (lfirst_node(TargetEntry, c)->ressortgroupref == ref)
				entry = lfirst_node(TargetEntry, c);
		if (entry == nullptr || !hashable_type(exprType(reinterpret_cast<Node *>(entry->expr))))
			return false;
		TargetEntry *visible = nullptr;
		foreach (c, columns)
			if (lfirst_node(TargetEntry, c)->ressortgroupref == ref)
				visible = lfirst_node(TargetEntry, c);
		if (visible == nullptr)
		{
			visible = static_cast<TargetEntry *>(copyObjectImpl(entry));
			visible->resjunk = false;
			visible->resname = psprintf("__dv_g%d", keys.n + 1);
			columns = lappend(columns, visible);
		}
		AttrNumber column = 0;
		foreach (c, columns)
			if (lfirst(c) == visible)
				column = foreach_current_index(c) + 1;
		group_columns[ref] = column;
		key_columns[keys.n] = column;
		bounded = bounded && bounded_type(exprType(reinterpret_cast<Node *>(entry->expr)),
										  exprTypmod(reinterpret_cast<Node *>(entry->expr)));
		TypeCacheEntry *type = lookup_type_cache(exprType(reinterpret_cast<Node *>(entry->expr)), TYPECACHE_EQ_OPR);
		core::KeyColumn key{};
		key.name = text(quote_identifier(visible->resname));
		key.equal = text(operator_text(type->eq_opr));
		key.nullable = true;
		key.occurrence = -1;
		locate_column(flat, reinterpret_cast<Node *>(entry->expr), &key.occurrence, &key.column);
		keys.push(key);
		block = lappend(block, makeTargetEntry(static_cast<Expr *>(copyObjectImpl(entry->expr)), list_length(block) + 1,
											   psprintf("__dv_g%d", keys.n), false));
	}

	analysis->states = static_cast<AttrNumber *>(palloc(sizeof(AttrNumber) * folds.folds.n));
	analysis->subtractable = static_cast<bool *>(palloc(sizeof(bool) * folds.folds.n));
	analysis->better = static_cast<Oid *>(palloc0(sizeof(Oid) * folds.folds.n));
	pg::Vec<core::State> states;
	analysis->additive = true;
	for (Fold &fold : folds.folds)
	{
		foreach (lc, columns)
		{
			TargetEntry *entry = lfirst_node(TargetEntry, lc);
			if (fold.column == 0 && IsA(entry->expr, Aggref) &&
				same_aggregate(as<Aggref>(reinterpret_cast<Node *>(entry->expr)), fold.aggref))
				fold.column = foreach_current_index(lc) + 1;
		}
		if (fold.column == 0)
		{
			TargetEntry *entry = makeTargetEntry(reinterpret_cast<Expr *>(fold.aggref), list_length(columns) + 1,
												 psprintf("__dv_s%d", states.n + 1), false);
			columns = lappend(columns, entry);
			fold.column = list_length(columns);
		}
		int i = states.n;
		analysis->states[i] = fold.column;
		analysis->subtractable[i] = fold.subtractable;
		analysis->better[i] = fold.better;
		analysis->additive = analysis->additive && fold.subtractable && fold.kind != core::StateKind::extreme;
		core::State state{};
		state.kind = fold.kind;
		state.argument = fold.argument_number;
		state.type = text(format_type_be_qualified(fold.type));
		state.aggregate = fold.name ? text(fold.name) : core::Text();
		states.push(state);
	}
	for (int i = 0; i < folds.arguments.n; i++)
		block = lappend(block, makeTargetEntry(static_cast<Expr *>(copyObjectImpl(folds.arguments[i])),
											   list_length(block) + 1, psprintf("__dv_a%d", i + 1), false));

	int resno = 0;
	foreach (lc, columns)
		lfirst_node(TargetEntry, lc)->resno = ++resno;
	analysis->finals = static_cast<Node **>(palloc0(sizeof(Node *) * analysis->nvisible));
	Finals finals{&folds, source, group_columns};
	for (int i = 0; i < analysis->nvisible; i++)
	{
		TargetEntry *entry = list_nth_node(TargetEntry, columns, i);
		bool is_state = false;
		for (const Fold &fold : folds.folds)
			is_state = is_state || fold.column == i + 1;
		if (!is_state && (entry->ressortgroupref == 0 || group_columns[entry->ressortgroupref] != i + 1))
			analysis->finals[i] = over_states(reinterpret_cast<Node *>(entry->expr), &finals);
	}

	if (block == NIL)
		block = list_make1(makeTargetEntry(
			reinterpret_cast<Expr *>(makeConst(BOOLOID, -1, InvalidOid, 1, BoolGetDatum(true), false, true)), 1,
			pstrdup("__dv_a1"), false));
	ir->kind = core::Kind::aggregate;
	ir->states = slice(states);
	ir->keys = slice(keys);
	ir->block.body = text(slotted_body(flat, block));
	ir->has_block = true;
	analysis->content_sql = deparse_flat(flat, columns, group);
	analysis->ncolumns = list_length(columns);
	analysis->shape.identity = engine::Identity::key;
	analysis->shape.nvisible = analysis->nvisible;
	analysis->shape.nkeys = keys.n;
	analysis->shape.keys = key_columns;
	analysis->index_unique = true;
	analysis->keys_not_null = false;
	if (keys.n > INDEX_MAX_KEYS || !bounded)
		analysis->hash_name = "__dv_key";
	return true;
}

} // namespace dv::analyze
