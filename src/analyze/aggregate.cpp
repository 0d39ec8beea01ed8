#include "analyze/states.hpp"
#include "analyze/work.hpp"
#include "pg/compat.hpp"

extern "C" {
#include "optimizer/optimizer.h"
#include "optimizer/tlist.h"
#include "parser/parse_clause.h"
#include "parser/parse_oper.h"
#include "parser/parsetree.h"
}

namespace dv::analyze {

namespace {

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
		entry = makeTargetEntry(static_cast<Expr *>(copyObjectImpl(node)),
								list_length(ungrouped->query->targetList) + 1, nullptr, true);
		ungrouped->query->targetList = lappend(ungrouped->query->targetList, entry);
	}
	SortGroupClause *clause = makeNode(SortGroupClause);
	clause->tleSortGroupRef = assignSortGroupRef(entry, ungrouped->query->targetList);
	get_sort_group_operators(exprType(node), true, true, false, &clause->sortop, &clause->eqop, nullptr,
							 &clause->hashable);
	*ungrouped->group = lappend(*ungrouped->group, clause);
	return false;
}

/* The view's columns: the user's, then groups and states that are not among them; and what the block puts out. */
struct Layout
{
	const Query *query;
	Flat *flat;
	List *columns;
	List *block;
	AttrNumber *group_columns; /* per ressortgroupref */
	pg::Vec<core::KeyColumn> keys;
	pg::Vec<AttrNumber> key_columns;
	pg::Vec<core::State> states;
	bool bounded;
};

void
add_block_output(Layout *layout, Node *expr, const char *name)
{
	layout->block = lappend(layout->block, makeTargetEntry(static_cast<Expr *>(copyObjectImpl(expr)),
														   list_length(layout->block) + 1, pstrdup(name), false));
}

void
begin_layout(Layout *layout)
{
	Index highest = 0;
	ListCell *lc;
	foreach (lc, layout->query->targetList)
	{
		TargetEntry *entry = lfirst_node(TargetEntry, lc);
		highest = Max(highest, entry->ressortgroupref);
		if (!entry->resjunk)
			layout->columns = lappend(layout->columns, copyObjectImpl(entry));
	}
	layout->group_columns = static_cast<AttrNumber *>(palloc0(sizeof(AttrNumber) * (highest + 1)));
	layout->bounded = true;
}

/* False where groups could not be told apart. */
bool
add_group(Layout *layout, SortGroupClause *clause)
{
	TargetEntry *entry = get_sortgroupclause_tle(clause, layout->query->targetList);
	Node *expr = reinterpret_cast<Node *>(entry->expr);
	if (!hashable_type(exprType(expr)))
		return false;
	TargetEntry *visible = nullptr;
	ListCell *lc;
	foreach (lc, layout->columns)
		if (lfirst_node(TargetEntry, lc)->ressortgroupref == clause->tleSortGroupRef)
			visible = lfirst_node(TargetEntry, lc);
	if (visible == nullptr)
	{
		visible = static_cast<TargetEntry *>(copyObjectImpl(entry));
		visible->resjunk = false;
		visible->resname = psprintf("__dv_g%d", layout->keys.n + 1);
		layout->columns = lappend(layout->columns, visible);
	}
	AttrNumber column = position(layout->columns, visible);
	layout->group_columns[clause->tleSortGroupRef] = column;
	layout->key_columns.push(column);
	layout->bounded = layout->bounded && bounded_type(exprType(expr), exprTypmod(expr));
	add_key(&layout->keys, visible, true, -1, core::Text());
	locate_column(layout->flat, expr, &layout->keys.back().occurrence, &layout->keys.back().column);
	add_block_output(layout, expr, psprintf("__dv_g%d", layout->keys.n));
	return true;
}

void
add_state(Layout *layout, Analysis *analysis, Fold *fold)
{
	ListCell *lc;
	foreach (lc, layout->columns)
	{
		Node *expr = reinterpret_cast<Node *>(lfirst_node(TargetEntry, lc)->expr);
		if (fold->column == 0 && IsA(expr, Aggref) && same_aggregate(as<Aggref>(expr), fold->aggref))
			fold->column = foreach_current_index(lc) + 1;
	}
	int i = layout->states.n;
	if (fold->column == 0)
	{
		layout->columns = lappend(layout->columns, makeTargetEntry(reinterpret_cast<Expr *>(fold->aggref),
																   list_length(layout->columns) + 1,
																   psprintf("__dv_s%d", i + 1), false));
		fold->column = list_length(layout->columns);
	}
	analysis->states[i] = fold->column;
	analysis->subtractable[i] = fold->subtractable;
	analysis->guards[i] = fold->guard;
	analysis->better[i] = fold->better;
	core::State state{};
	state.kind = fold->kind;
	state.argument = fold->argument_number;
	state.type = text(format_type_be_qualified(fold->type));
	state.aggregate = fold->name ? text(fold->name) : core::Text();
	layout->states.push(state);
}

/* The user's columns that are neither groups nor states are computed from these. */
void
add_finals(const Layout *layout, Analysis *analysis, const Folds *folds)
{
	analysis->finals = static_cast<Node **>(palloc0(sizeof(Node *) * (analysis->nvisible + 1)));
	for (int i = 0; i < analysis->nvisible; i++)
	{
		TargetEntry *entry = list_nth_node(TargetEntry, layout->columns, i);
		bool given = entry->ressortgroupref != 0 && layout->group_columns[entry->ressortgroupref] == i + 1;
		for (const Fold &fold : folds->folds)
			given = given || fold.column == i + 1;
		if (!given)
			analysis->finals[i] =
				over_view_row(folds, layout->query, layout->group_columns, reinterpret_cast<Node *>(entry->expr));
	}
}

bool
is_grouping(const Query *query)
{
	return query->groupingSets == NIL && query->havingQual == nullptr && query->windowClause == NIL &&
		   !query->hasTargetSRFs && query->limitCount == nullptr && query->limitOffset == nullptr &&
		   !query->hasDistinctOn && (query->distinctClause == NIL || (query->groupClause == NIL && !query->hasAggs));
}

} // namespace

bool
analyze_aggregate(Analysis *analysis, core::View *ir, const Query *query, Flat *flat, bool is_part)
{
	if (!is_grouping(query))
		return false;
	Query *source = makeNode(Query);
	*source = *flat->query;
	source->targetList = static_cast<List *>(copyObjectImpl(flat->query->targetList));
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
	if (!collect_folds(source->targetList, &folds, is_part))
		return false;

	Layout *layout = static_cast<Layout *>(palloc0(sizeof(Layout)));
	layout->query = source;
	layout->flat = flat;
	begin_layout(layout);
	int nvisible = list_length(layout->columns);
	ListCell *lc;
	foreach (lc, group)
		if (!add_group(layout, lfirst_node(SortGroupClause, lc)))
			return false;

	analysis->nvisible = nvisible;
	analysis->states = static_cast<AttrNumber *>(palloc(sizeof(AttrNumber) * folds.folds.n));
	analysis->subtractable = static_cast<bool *>(palloc(sizeof(bool) * folds.folds.n));
	analysis->guards = static_cast<int *>(palloc(sizeof(int) * folds.folds.n));
	analysis->better = static_cast<Oid *>(palloc0(sizeof(Oid) * folds.folds.n));
	for (Fold &fold : folds.folds)
		add_state(layout, analysis, &fold);
	for (int i = 0; i < folds.arguments.n; i++)
		add_block_output(layout, folds.arguments[i], psprintf("__dv_a%d", i + 1));
	pg::Vec<bool> scaled;
	ir->nets = true;
	for (Node *argument : folds.arguments)
	{
		TypeCacheEntry *type =
			lookup_type_cache(exprType(argument), TYPECACHE_EQ_OPR | TYPECACHE_LT_OPR | TYPECACHE_HASH_PROC);
		ir->nets = ir->nets && OidIsValid(type->eq_opr) && (OidIsValid(type->lt_opr) || OidIsValid(type->hash_proc));
		scaled.push(exprType(argument) == NUMERICOID);
	}
	ir->scaled = slice(scaled);
	if (layout->block == NIL)
		add_block_output(layout, makeBoolConst(true, false), "__dv_a1");
	foreach (lc, layout->columns)
		lfirst_node(TargetEntry, lc)->resno = foreach_current_index(lc) + 1;
	add_finals(layout, analysis, &folds);

	ir->kind = core::Kind::aggregate;
	ir->states = slice(layout->states);
	ir->keys = slice(layout->keys);
	add_blocks(analysis, ir, flat, layout->block);
	analysis->content_sql = deparse_flat(flat, layout->columns, group);
	analysis->ncolumns = list_length(layout->columns);
	analysis->shape.identity = engine::Identity::key;
	analysis->shape.nvisible = nvisible;
	analysis->shape.nkeys = layout->keys.n;
	analysis->shape.keys = layout->key_columns.data;
	analysis->index_unique = true;
	analysis->keys_not_null = false;
	if (layout->keys.n > INDEX_MAX_KEYS || !layout->bounded)
		analysis->hash_name = "__dv_key";
	return true;
}

} // namespace dv::analyze
