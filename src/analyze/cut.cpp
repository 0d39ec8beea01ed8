#include "analyze/cut.hpp"

#include "analyze/blocks.hpp"
#include "analyze/order.hpp"
#include "analyze/states.hpp"
#include "pg/compat.hpp"

extern "C" {
#include "optimizer/optimizer.h"
#include "optimizer/tlist.h"
#include "parser/parsetree.h"
#include "rewrite/rewriteManip.h"
}

namespace dv::analyze {

namespace {

bool
names_entry(List *clauses, Index ref)
{
	ListCell *lc;
	foreach (lc, clauses)
		if (lfirst_node(SortGroupClause, lc)->tleSortGroupRef == ref)
			return true;
	return false;
}

/* Does a clause of the block refer to this entry of its target list? */
bool
is_named(const Query *query, const TargetEntry *entry)
{
	Index ref = entry->ressortgroupref;
	if (ref == 0)
		return false;
	ListCell *lc;
	foreach (lc, query->windowClause)
		if (names_entry(lfirst_node(WindowClause, lc)->partitionClause, ref) ||
			names_entry(lfirst_node(WindowClause, lc)->orderClause, ref))
			return true;
	return names_entry(query->groupClause, ref) || names_entry(query->distinctClause, ref) ||
		   names_entry(query->sortClause, ref);
}

void
renumber(List *target_list)
{
	ListCell *lc;
	foreach (lc, target_list)
		lfirst_node(TargetEntry, lc)->resno = foreach_current_index(lc) + 1;
}

/* Leaves out hidden entries that no clause refers to. */
void
drop_unnamed(Query *query)
{
	ListCell *lc;
	foreach (lc, query->targetList)
	{
		TargetEntry *entry = lfirst_node(TargetEntry, lc);
		if (entry->resjunk && !is_named(query, entry))
			query->targetList = foreach_delete_current(query->targetList, lc);
	}
	renumber(query->targetList);
}

} // namespace

void
set_flags(Query *query)
{
	Node *target_list = reinterpret_cast<Node *>(query->targetList);
	query->hasAggs = contain_aggs_of_level(target_list, 0) || contain_aggs_of_level(query->havingQual, 0);
	query->hasWindowFuncs = contain_windowfuncs(target_list);
	query->hasTargetSRFs = expression_returns_set(target_list);
	query->hasSubLinks = checkExprHasSubLink(reinterpret_cast<Node *>(query));
}

namespace {

Query *
half_of(const Query *query)
{
	Query *half = static_cast<Query *>(copyObjectImpl(query));
	ListCell *lc;
	/* A table keeps no order. */
	if (!is_limited(query) && !query->hasDistinctOn)
		half->sortClause = NIL;
	foreach (lc, half->windowClause)
	{
		/* its definition by name may stay behind in the other half */
		WindowClause *window = lfirst_node(WindowClause, lc);
		window->name = nullptr;
		window->refname = nullptr;
		window->copiedOrder = false;
	}
	return half;
}

bool
reads_cte_of(const Query *query, Index level)
{
	ListCell *lc;
	foreach (lc, query->rtable)
	{
		RangeTblEntry *rte = lfirst_node(RangeTblEntry, lc);
		if (rte->rtekind == RTE_CTE && rte->ctelevelsup == level)
			return true;
	}
	return false;
}

/* Is a node at a depth this expression of the block? */
bool
is_atom(const Node *node, Node *atom, int depth)
{
	if (depth > 0)
	{
		atom = static_cast<Node *>(copyObjectImpl(atom));
		IncrementVarSublevelsUp(atom, depth, 0);
	}
	return equal(node, atom);
}

Node *
replace_node(Node *node, void *context)
{
	Cut *cut = static_cast<Cut *>(context);
	if (node == nullptr || cut->failed)
		return node;
	if (IsA(node, Query))
	{
		cut->depth++;
		cut->failed = reads_cte_of(as<Query>(node), cut->depth);
		Query *query = pg::mutate_query(as<Query>(node), replace_node, context, 0);
		cut->depth--;
		return reinterpret_cast<Node *>(query);
	}
	ListCell *lc;
	foreach (lc, cut->atoms)
		if (is_atom(node, static_cast<Node *>(lfirst(lc)), cut->depth))
			return put_out(cut, node);
	if (cut->replace != nullptr)
		if (Node *replaced = cut->replace(cut, node))
			return replaced;
	if (!IsA(node, Var) || static_cast<int>(as<Var>(node)->varlevelsup) != cut->depth)
		return pg::mutate_expression(node, replace_node, context);
	Node *output = put_out(cut, node);
	if (as<Var>(node)->varattno < 0)
		cut->failed = true;
	else if (!cut->failed)
		cut->columns = bms_add_member(cut->columns, as<Var>(output)->varattno);
	return output;
}

Node *
put_out_aggregate(Cut *cut, Node *node)
{
	bool found = (IsA(node, Aggref) && static_cast<int>(as<Aggref>(node)->agglevelsup) == cut->depth) ||
				 (IsA(node, GroupingFunc) && static_cast<int>(as<GroupingFunc>(node)->agglevelsup) == cut->depth);
	return found ? put_out(cut, node) : nullptr;
}

} // namespace

Query *
inner_half(const Query *query)
{
	return half_of(query);
}

Query *
outer_half(const Query *query)
{
	Query *outer = half_of(query);
	outer->jointree = makeFromExpr(NIL, nullptr);
	outer->cteList = NIL;
	outer->hasRecursive = false;
	outer->constraintDeps = NIL;
	return outer;
}

Node *
over_outputs(Cut *cut, Node *node)
{
	return replace_node(node, cut);
}

void
put_target_list_over(Cut *cut, Query *outer)
{
	drop_unnamed(outer);
	put_over(cut, outer->targetList);
}

Node *
put_out(Cut *cut, Node *expr)
{
	Node *own = static_cast<Node *>(copyObjectImpl(expr));
	if (cut->depth > 0)
		IncrementVarSublevelsUp(own, -cut->depth, cut->depth);
	TargetEntry *output = tlist_member(as<Expr>(own), cut->outputs);
	if (output == nullptr)
	{
		if (!storable(own))
		{
			cut->failed = true;
			return expr;
		}
		int resno = list_length(cut->outputs) + 1;
		output = makeTargetEntry(as<Expr>(own), resno, psprintf("c%d", resno), false);
		cut->outputs = lappend(cut->outputs, output);
	}
	Var *var = makeVar(1, output->resno, exprType(own), exprTypmod(own), exprCollation(own), cut->depth);
	if (!IsA(own, CollateExpr))
		return reinterpret_cast<Node *>(var);
	CollateExpr *collated = makeNode(CollateExpr);
	collated->arg = reinterpret_cast<Expr *>(var);
	collated->collOid = as<CollateExpr>(own)->collOid;
	collated->location = -1;
	return reinterpret_cast<Node *>(collated);
}

Node *
put_out_argument(Cut *cut, Node *expr, Expr *filter)
{
	if (!contain_vars_of_level(expr, cut->depth) && !checkExprHasSubLink(expr))
		return expr;
	return put_out(cut, IsA(expr, Var) ? expr : filtered(expr, filter));
}

bool
group_columns_too(Cut *cut, Query *outer)
{
	int resno = -1;
	while ((resno = bms_next_member(cut->columns, resno)) >= 0)
	{
		Node *var =
			reinterpret_cast<Node *>(makeVarFromTargetEntry(1, list_nth_node(TargetEntry, cut->outputs, resno - 1)));
		if (outer->groupClause == NIL || !exact_type(exprType(var), exprCollation(var)))
			return false;
		add_to_order(&outer->groupClause, &outer->targetList, var);
	}
	return true;
}

Query *
compose(const Cut *cut, Query *outer, Query *inner)
{
	if (cut->failed)
		return nullptr;
	List *entries = inner->targetList;
	ListCell *lc;
	inner->targetList = cut->outputs;
	if (inner->targetList == NIL)
		inner->targetList =
			list_make1(makeTargetEntry(reinterpret_cast<Expr *>(makeBoolConst(true, false)), 1, pstrdup("c1"), false));
	foreach (lc, entries)
	{
		TargetEntry *entry = lfirst_node(TargetEntry, lc);
		if (!is_named(inner, entry))
			continue;
		TargetEntry *output = tlist_member(entry->expr, inner->targetList);
		if (output != nullptr && output->ressortgroupref == 0)
			output->ressortgroupref = entry->ressortgroupref;
		else
		{
			entry->resjunk = true;
			entry->resname = nullptr;
			inner->targetList = lappend(inner->targetList, entry);
		}
	}
	renumber(inner->targetList);
	set_flags(inner);

	Query *from = select_from(inner);
	outer->rtable = from->rtable;
	outer->jointree->fromlist = from->jointree->fromlist;
	set_flags(outer);
	return outer;
}

List *
group_expressions(const Query *query)
{
	List *groups = NIL;
	ListCell *lc;
	foreach (lc, query->groupClause)
	{
		Node *expr = get_sortgroupclause_expr(lfirst_node(SortGroupClause, lc), query->targetList);
		if (!IsA(expr, Const))
			groups = lappend(groups, expr);
	}
	return groups;
}

Cut
cut_above_groups(const Query *query)
{
	Cut cut{};
	cut.atoms = group_expressions(query);
	cut.replace = put_out_aggregate;
	/* In a grouping set without it a constant is NULL. */
	cut.failed = query->groupingSets != NIL && list_length(cut.atoms) < list_length(query->groupClause);
	return cut;
}

Query *
raise_clauses(const Query *query, bool distinct)
{
	Query *inner = inner_half(query);
	Query *raised = makeNode(Query);
	ListCell *lc;

	/* What would read a CTE of the block from outside of it. */
	if (query->cteList != NIL && (checkExprHasSubLink(query->limitCount) || checkExprHasSubLink(query->limitOffset)))
		return nullptr;
	raised->sortClause = inner->sortClause;
	if (distinct)
	{
		raised->distinctClause = query->distinctClause;
		raised->hasDistinctOn = query->hasDistinctOn;
		inner->distinctClause = NIL;
		inner->hasDistinctOn = false;
	}
	if (!inner->hasDistinctOn)
		inner->sortClause = NIL;
	inner->limitCount = inner->limitOffset = nullptr;
	inner->limitOption = LIMIT_OPTION_COUNT;

	List *names = NIL;
	List *columns = NIL;
	List *visible = NIL;
	List *hidden = NIL;
	foreach (lc, inner->targetList)
	{
		TargetEntry *entry = lfirst_node(TargetEntry, lc);
		if (entry->resjunk && !is_named(raised, entry))
		{
			hidden = lappend(hidden, entry);
			continue;
		}
		if (!storable(reinterpret_cast<Node *>(entry->expr)))
			return nullptr;
		names = lappend(names, entry->resjunk ? nullptr : entry->resname);
		visible = lappend(visible, entry);
		columns = lappend(columns, makeString(psprintf("c%d", list_length(visible))));
		entry->resjunk = false;
	}
	inner->targetList = list_concat(visible, hidden);
	drop_unnamed(inner);
	name_columns(inner, columns);
	set_flags(inner);

	Query *outer = select_from(inner);
	foreach (lc, outer->targetList)
	{
		TargetEntry *entry = lfirst_node(TargetEntry, lc);
		int i = foreach_current_index(lc);
		entry->resname = static_cast<char *>(list_nth(names, i));
		entry->resjunk = entry->resname == nullptr;
		entry->ressortgroupref = list_nth_node(TargetEntry, inner->targetList, i)->ressortgroupref;
	}
	outer->sortClause = raised->sortClause;
	outer->distinctClause = raised->distinctClause;
	outer->hasDistinctOn = raised->hasDistinctOn;
	outer->limitCount = query->limitCount;
	outer->limitOffset = query->limitOffset;
	outer->limitOption = query->limitOption;
	set_flags(outer);
	return outer;
}

} // namespace dv::analyze
