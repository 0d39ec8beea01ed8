#include "analyze/cut.hpp"
#include "analyze/order.hpp"
#include "analyze/rewrite_steps.hpp"

extern "C" {
#include "optimizer/optimizer.h"
}

namespace dv::analyze {

namespace {

bool
partitions_within(const Query *query, const WindowClause *a, const WindowClause *b)
{
	ListCell *lc;
	foreach (lc, a->partitionClause)
	{
		Node *expr = get_sortgroupclause_expr(lfirst_node(SortGroupClause, lc), query->targetList);
		bool found = false;
		ListCell *c;
		foreach (c, b->partitionClause)
			found = found || equal(get_sortgroupclause_expr(lfirst_node(SortGroupClause, c), query->targetList), expr);
		if (!found)
			return false;
	}
	return true;
}

/* The windows (by winref) with the partitions of the first one that has any; NULL if no window has others. */
Bitmapset *
first_class(const Query *query)
{
	WindowClause *first = nullptr;
	Bitmapset *refs = nullptr;
	ListCell *lc;
	foreach (lc, query->windowClause)
		if (first == nullptr && lfirst_node(WindowClause, lc)->partitionClause != NIL)
			first = lfirst_node(WindowClause, lc);
	if (first == nullptr)
		return nullptr;
	foreach (lc, query->windowClause)
	{
		WindowClause *window = lfirst_node(WindowClause, lc);
		if (partitions_within(query, first, window) && partitions_within(query, window, first))
			refs = bms_add_member(refs, static_cast<int>(window->winref));
	}
	return bms_num_members(refs) < list_length(query->windowClause) ? refs : nullptr;
}

void
keep_windows(Query *query, const Bitmapset *refs, bool those)
{
	ListCell *lc;
	foreach (lc, query->windowClause)
		if (bms_is_member(static_cast<int>(lfirst_node(WindowClause, lc)->winref), refs) != those)
			query->windowClause = foreach_delete_current(query->windowClause, lc);
}

Node *
put_out_window(Cut *cut, Node *node)
{
	bool found = IsA(node, WindowFunc) && cut->depth == 0 &&
				 bms_is_member(static_cast<int>(as<WindowFunc>(node)->winref), static_cast<Bitmapset *>(cut->context));
	return found ? put_out(cut, node) : nullptr;
}

/* Windows over groups: windows over a subquery that groups. */
Query *
above_groups(const Query *query)
{
	Cut cut = cut_above_groups(query);
	Query *outer = outer_half(query);
	Query *inner = inner_half(query);
	outer->groupClause = NIL;
	outer->groupingSets = NIL;
	outer->groupDistinct = false;
	outer->havingQual = nullptr;
	inner->windowClause = NIL;
	put_target_list_over(&cut, outer);
	put_over(&cut, outer->windowClause);
	return compose(&cut, outer, inner);
}

/* Windows of several partitions: those of one, then the others over a subquery with their results. */
Query *
above_windows(const Query *query, Bitmapset *refs)
{
	Cut cut{};
	cut.replace = put_out_window;
	cut.context = refs;
	Query *outer = outer_half(query);
	Query *inner = inner_half(query);
	keep_windows(outer, refs, false);
	keep_windows(inner, refs, true);
	put_target_list_over(&cut, outer);
	put_over(&cut, outer->windowClause);
	return compose(&cut, outer, inner);
}

} // namespace

Query *
rewrite_windows(const Query *query)
{
	if (!query->hasWindowFuncs || query->setOperations || query->distinctClause != NIL || is_limited(query))
		return nullptr;
	if (is_grouped(query))
		return above_groups(query);
	if (query->hasTargetSRFs)
		return nullptr;
	Query *used = static_cast<Query *>(copyObjectImpl(query));
	drop_unused_windows(used);
	Bitmapset *refs = first_class(used);
	return refs ? above_windows(used, refs) : nullptr;
}

} // namespace dv::analyze
