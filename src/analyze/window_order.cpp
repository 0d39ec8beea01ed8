#include "analyze/order.hpp"
#include "pg/compat.hpp"

extern "C" {
#include "catalog/pg_namespace.h"
#include "optimizer/optimizer.h"
#include "optimizer/tlist.h"
#include "utils/fmgroids.h"
}

namespace dv::analyze {

/*
 * Windows whose rows come in an order that the query leaves open.
 */
namespace {

bool
is_whole_partition(const WindowClause *window)
{
	int options = window->frameOptions;
	/* without an order, all rows are peers */
	bool peers = window->orderClause == NIL && (options & FRAMEOPTION_ROWS) == 0;
	return (options & (FRAMEOPTION_EXCLUDE_GROUP | FRAMEOPTION_EXCLUDE_TIES)) == 0 &&
		   ((options & FRAMEOPTION_START_UNBOUNDED_PRECEDING) ||
			(peers && (options & FRAMEOPTION_START_CURRENT_ROW))) &&
		   ((options & FRAMEOPTION_END_UNBOUNDED_FOLLOWING) || (peers && (options & FRAMEOPTION_END_CURRENT_ROW)));
}

/* The first or last row of a frame that begins or ends with the partition, or with the row's peers. */
Rows
rows_of_edge(const WindowFunc *func, int options)
{
	constexpr int exclusion = FRAMEOPTION_EXCLUDE_CURRENT_ROW | FRAMEOPTION_EXCLUDE_GROUP | FRAMEOPTION_EXCLUDE_TIES;
	bool first = func->winfnoid == F_FIRST_VALUE;
	if ((!first && func->winfnoid != F_LAST_VALUE) || (options & (exclusion | FRAMEOPTION_ROWS)))
		return Rows::open;
	if (options & (first ? FRAMEOPTION_START_UNBOUNDED_PRECEDING : FRAMEOPTION_END_UNBOUNDED_FOLLOWING))
		return Rows::whole;
	return options & (first ? FRAMEOPTION_START_CURRENT_ROW : FRAMEOPTION_END_CURRENT_ROW) ? Rows::peers : Rows::open;
}

Rows
wanted_rows(const WindowFunc *func, const WindowClause *window)
{
	bool by_rows = (window->frameOptions & FRAMEOPTION_ROWS) != 0;
	switch (func->winfnoid)
	{
	case F_ROW_NUMBER:
	case F_NTILE:
	case F_LAG_ANYELEMENT:
	case F_LAG_ANYELEMENT_INT4:
	case F_LAG_ANYCOMPATIBLE_INT4_ANYCOMPATIBLE:
	case F_LEAD_ANYELEMENT:
	case F_LEAD_ANYELEMENT_INT4:
	case F_LEAD_ANYCOMPATIBLE_INT4_ANYCOMPATIBLE:
		return Rows::frameless;
	case F_RANK_:
	case F_DENSE_RANK_:
	case F_PERCENT_RANK_:
	case F_CUME_DIST_:
		return Rows::open;
	default:
		break;
	}
	if (is_whole_partition(window))
		return func->winagg && !is_order_sensitive(func->winfnoid) ? Rows::open : Rows::whole;
	/* the first of the default frame is the first of its peers, too */
	if (func->winfnoid == F_FIRST_VALUE && (window->frameOptions & FRAMEOPTION_NONDEFAULT) == 0)
		return Rows::ordered;
	return by_rows ? Rows::ordered : rows_of_edge(func, window->frameOptions);
}

/* Expressions that order the rows that windows see: those of FROM, or the groups. */
List *
window_order(Query *query)
{
	ListCell *lc;
	if (query->groupClause == NIL)
		return query->hasAggs ? NIL : row_order(query, reinterpret_cast<Node *>(query->jointree));
	List *order = NIL;
	GroupingFunc *set = makeNode(GroupingFunc);
	foreach (lc, query->groupClause)
	{
		SortGroupClause *clause = lfirst_node(SortGroupClause, lc);
		order = lappend(order, get_sortgroupclause_expr(clause, query->targetList));
		set->args = lappend(set->args, llast(order));
		set->refs = lappend_int(set->refs, static_cast<int>(clause->tleSortGroupRef));
	}
	set->location = -1;
	/* Of several sets, the one that a row is of, too; GROUPING() takes so many at the most. */
	if (query->groupingSets != NIL && list_length(set->args) <= 31)
		order = lappend(order, set);
	return order;
}

/* Does the result tell in which order peers come, which share a frame? A function of the user's may. */
bool
shows_peers(const WindowFunc *func)
{
	if (get_func_namespace(func->winfnoid) != PG_CATALOG_NAMESPACE)
		return true;
	return func->winfnoid == F_LAST_VALUE || func->winfnoid == F_NTH_VALUE || func->winfnoid == F_FIRST_VALUE ||
		   (func->winagg && is_order_sensitive(func->winfnoid));
}

/* Are peers the same in all of these? */
bool
are_equal_among_peers(Query *query, const WindowClause *window, List *values)
{
	ListCell *lc;
	foreach (lc, values)
	{
		Node *value = static_cast<Node *>(lfirst(lc));
		bool found = IsA(value, Const);
		for (List *clauses : {window->partitionClause, window->orderClause})
		{
			ListCell *c;
			foreach (c, clauses)
				found = found || equal(get_sortgroupclause_expr(lfirst_node(SortGroupClause, c), query->targetList),
									   sortable(value));
		}
		if (!found)
			return false;
	}
	return true;
}

} // namespace

/* The same window with its order completed: one for all functions that want it; ranks keep their peers. */
void
complete_window(Completion *completion, WindowFunc *func)
{
	Query *query = completion->query;
	WindowClause *window = nullptr;
	Index highest = 0;
	ListCell *lc;
	foreach (lc, query->windowClause)
	{
		WindowClause *candidate = lfirst_node(WindowClause, lc);
		highest = Max(highest, candidate->winref);
		if (candidate->winref == func->winref)
			window = candidate;
	}
	Rows rows = window ? wanted_rows(func, window) : Rows::open;
	for (const CompletedWindow &done : completion->windows)
	{
		if (done.to == func->winref)
			return;
		if (done.from == func->winref && done.rows == rows)
		{
			func->winref = done.to;
			return;
		}
	}
	if (rows == Rows::open)
	{
		if (window && shows_peers(func) && !are_equal_among_peers(query, window, func->args) &&
			!are_equal_among_peers(query, window, window_order(query)))
			ereport(ERROR,
					(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
					 errmsg("window function %s over rows that the window's ORDER BY leaves equal cannot be used in a "
							"maintained view",
							get_func_name(func->winfnoid)),
					 errdetail("In which order it takes them is not determined."),
					 errhint("Order the window by a key besides, or give it a frame in ROWS.")));
		return;
	}
	WindowClause *full = static_cast<WindowClause *>(copyObjectImpl(window));
	full->name = nullptr;
	full->refname = nullptr;
	full->copiedOrder = false;
	full->winref = highest + 1;
	if (rows == Rows::peers)
	{
		full->partitionClause = list_concat(full->partitionClause, full->orderClause);
		full->orderClause = NIL;
	}
	if (rows != Rows::ordered)
	{
		int exclusion = full->frameOptions & FRAMEOPTION_EXCLUDE_CURRENT_ROW;
		full->frameOptions = rows == Rows::frameless ? FRAMEOPTION_DEFAULTS
													 : FRAMEOPTION_NONDEFAULT | FRAMEOPTION_ROWS | FRAMEOPTION_BETWEEN |
														   FRAMEOPTION_START_UNBOUNDED_PRECEDING |
														   FRAMEOPTION_END_UNBOUNDED_FOLLOWING | exclusion;
		full->startOffset = full->endOffset = nullptr;
		full->startInRangeFunc = full->endInRangeFunc = InvalidOid;
	}
	foreach (lc, window_order(query))
		add_to_order(&full->orderClause, &query->targetList, sortable(static_cast<Node *>(lfirst(lc))));
	query->windowClause = lappend(query->windowClause, full);
	completion->windows.push(CompletedWindow{func->winref, full->winref, rows});
	func->winref = full->winref;
}

namespace {

/* Windows that no function uses any more would still be sorted for. */
bool
find_winref(Node *node, void *context)
{
	if (node == nullptr)
		return false;
	if (IsA(node, WindowFunc) && as<WindowFunc>(node)->winref == *static_cast<Index *>(context))
		return true;
	return pg::walk_expression(node, find_winref, context);
}

} // namespace

void
drop_unused_windows(Query *query)
{
	ListCell *lc;
	foreach (lc, query->windowClause)
	{
		WindowClause *window = lfirst_node(WindowClause, lc);
		if (!find_winref(reinterpret_cast<Node *>(query->targetList), &window->winref))
			query->windowClause = foreach_delete_current(query->windowClause, lc);
	}
}

} // namespace dv::analyze
