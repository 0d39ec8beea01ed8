#include "analyze/blocks.hpp"
#include "analyze/cut.hpp"
#include "analyze/rewrite_steps.hpp"
#include "pg/compat.hpp"

extern "C" {
#include "optimizer/optimizer.h"
#include "parser/parsetree.h"
#include "rewrite/rewriteManip.h"
}

namespace dv::analyze {

namespace {

/* Would the inner half be SELECT columns FROM what is there already? */
bool
is_idle(const Query *inner, const List *outputs)
{
	ListCell *lc;
	FromExpr *from = inner->jointree;
	if (from->quals || list_length(from->fromlist) != 1 || !IsA(linitial(from->fromlist), RangeTblRef))
		return false;
	foreach (lc, outputs)
		if (!IsA(lfirst_node(TargetEntry, lc)->expr, Var))
			return false;
	return true;
}

/* An aggregate stays, over outputs: what it evaluates per row is computed inside, where its filter holds. */
Node *
put_out_arguments(Cut *cut, Node *node)
{
	if (!IsA(node, Aggref) || static_cast<int>(as<Aggref>(node)->agglevelsup) != cut->depth)
		return nullptr;
	Aggref *agg = makeNode(Aggref);
	*agg = *as<Aggref>(node);
	ListCell *lc;
	agg->args = NIL;
	foreach (lc, as<Aggref>(node)->args)
	{
		TargetEntry *argument = flatCopyTargetEntry(lfirst_node(TargetEntry, lc));
		argument->expr =
			as<Expr>(put_out_argument(cut, reinterpret_cast<Node *>(argument->expr), as<Aggref>(node)->aggfilter));
		agg->args = lappend(agg->args, argument);
	}
	if (agg->aggfilter)
		agg->aggfilter = as<Expr>(put_out_argument(cut, reinterpret_cast<Node *>(agg->aggfilter), nullptr));
	put_over(cut, agg->aggdirectargs);
	return reinterpret_cast<Node *>(agg);
}

/* The same of a window function; a subquery beside it is computed inside. */
Node *
put_out_operands(Cut *cut, Node *node)
{
	if (cut->depth > 0)
		return nullptr;
	if (IsA(node, SubLink) && !contain_windowfuncs(node))
		return put_out(cut, node);
	/* It might be evaluated where it is not now, and fail. */
	if ((IsA(node, CaseExpr) || IsA(node, CoalesceExpr) || IsA(node, BoolExpr)) && checkExprHasSubLink(node))
		cut->failed = true;
	if (!IsA(node, WindowFunc))
		return nullptr;
	WindowFunc *func = makeNode(WindowFunc);
	*func = *as<WindowFunc>(node);
	ListCell *lc;
	func->args = NIL;
	foreach (lc, as<WindowFunc>(node)->args)
		func->args = lappend(func->args, put_out_argument(cut, static_cast<Node *>(lfirst(lc)), func->aggfilter));
	if (func->aggfilter)
		func->aggfilter = as<Expr>(put_out_argument(cut, reinterpret_cast<Node *>(func->aggfilter), nullptr));
	return reinterpret_cast<Node *>(func);
}

Query *
below_groups(const Query *query)
{
	Cut cut{};
	cut.atoms = group_expressions(query);
	cut.replace = put_out_arguments;
	Query *outer = outer_half(query);
	Query *inner = inner_half(query);
	inner->groupClause = NIL;
	inner->constraintDeps = NIL;
	put_target_list_over(&cut, outer);
	if (cut.failed || is_idle(inner, cut.outputs) || !group_columns_too(&cut, outer))
		return nullptr;
	/* of the groups alone: others come after them */
	outer = compose(&cut, outer, inner);
	return outer && outer->hasTargetSRFs ? nullptr : outer;
}

Query *
below_windows(const Query *query)
{
	Cut cut{};
	ListCell *lc;
	cut.replace = put_out_operands;
	foreach (lc, query->targetList)
	{
		Node *expr = reinterpret_cast<Node *>(lfirst_node(TargetEntry, lc)->expr);
		if (!contain_windowfuncs(expr) && (contain_vars_of_level(expr, 0) || checkExprHasSubLink(expr)))
			cut.atoms = lappend(cut.atoms, expr);
	}
	Query *outer = outer_half(query);
	Query *inner = inner_half(query);
	inner->windowClause = NIL;
	put_target_list_over(&cut, outer);
	put_over(&cut, outer->windowClause);
	return is_idle(inner, cut.outputs) ? nullptr : compose(&cut, outer, inner);
}

} // namespace

/*
 * Groups, DISTINCT or windows over anything but an inner join: over SELECT (what they are over) FROM r WHERE p.
 */
Query *
rewrite_ungrouped(const Query *query)
{
	bool grouped = query->groupClause != NIL || query->hasAggs;
	bool flat = !query->hasSubLinks && !query->hasTargetSRFs && joins_plainly(query);
	if (flat || query->setOperations || query->groupingSets != NIL || query->havingQual || is_limited(query) ||
		(query->hasTargetSRFs && !grouped) || grouped + query->hasWindowFuncs + (query->distinctClause != NIL) != 1 ||
		flatten(query) != nullptr)
		return nullptr;
	if (query->distinctClause != NIL)
		return raise_clauses(query, true);
	return grouped ? below_groups(query) : below_windows(query);
}

} // namespace dv::analyze
