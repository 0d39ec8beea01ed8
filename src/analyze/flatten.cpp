#include "analyze/internal.hpp"
#include "pg/compat.hpp"

extern "C" {
#include "optimizer/optimizer.h"
#include "parser/parsetree.h"
#include "rewrite/rewriteManip.h"
}

namespace dv::analyze {

bool
is_projection(const Query *query)
{
	return query->commandType == CMD_SELECT && query->groupClause == NIL && query->groupingSets == NIL &&
		   query->havingQual == nullptr && query->distinctClause == NIL && query->windowClause == NIL &&
		   !query->hasAggs && !query->hasWindowFuncs && !query->hasSubLinks && query->limitCount == nullptr &&
		   query->limitOffset == nullptr && query->cteList == NIL && query->rowMarks == NIL;
}

namespace {

/* The leaves and conditions of a jointree of inner joins. */
bool
gather(Node *node, pg::Vec<int> *leaves, List **quals)
{
	ListCell *lc;
	if (node == nullptr)
		return true;
	if (IsA(node, FromExpr))
	{
		FromExpr *from = as<FromExpr>(node);
		if (from->quals)
			*quals = lappend(*quals, from->quals);
		foreach (lc, from->fromlist)
			if (!gather(static_cast<Node *>(lfirst(lc)), leaves, quals))
				return false;
		return true;
	}
	if (IsA(node, JoinExpr))
	{
		JoinExpr *join = as<JoinExpr>(node);
		if (join->jointype != JOIN_INNER)
			return false;
		if (join->quals)
			*quals = lappend(*quals, join->quals);
		return gather(join->larg, leaves, quals) && gather(join->rarg, leaves, quals);
	}
	leaves->push(as<RangeTblRef>(node)->rtindex);
	return true;
}

/* The leaves on top of the others, the first one topmost. */
bool
stack_leaves(Node *node, pg::Vec<int> *stack, List **quals)
{
	pg::Vec<int> leaves;
	if (!gather(node, &leaves, quals))
		return false;
	for (int i = leaves.n; i > 0; i--)
		stack->push(leaves[i - 1]);
	return true;
}

struct RowReading
{
	int rtindex;
	Index level;
};

/* Is the row of an entry read as a whole? */
bool
reads_row(Node *node, void *context)
{
	RowReading *reading = static_cast<RowReading *>(context);
	if (node == nullptr)
		return false;
	if (IsA(node, Var))
		return as<Var>(node)->varattno == InvalidAttrNumber &&
			   static_cast<int>(as<Var>(node)->varno) == reading->rtindex &&
			   as<Var>(node)->varlevelsup == reading->level;
	if (IsA(node, Query))
	{
		RowReading inner{reading->rtindex, reading->level + 1};
		return pg::walk_query(reinterpret_cast<Query *>(node), reads_row, &inner, 0);
	}
	return pg::walk_expression(node, reads_row, context);
}

} // namespace

bool
reads_row_of(Query *query, int rtindex)
{
	RowReading reading{rtindex, 0};
	return pg::walk_query(query, reads_row, &reading, 0);
}

namespace {

bool
names_collation(Node *node, void *)
{
	return node && (IsA(node, CollateExpr) || pg::walk_expression(node, names_collation, nullptr));
}

struct Flattening
{
	Query *query;
	pg::Vec<int> stack; /* entries to look into, in the order of FROM: a function may refer to what comes before it */
	List *items;
	List *quals;
	Bitmapset *kept; /* subqueries that hold but outputs */
};

/* Would the text of its outputs mean something else in the place of its columns? A row has names, a collation a rank. */
bool
needs_outputs(Flattening *work, int rtindex, const Query *sub)
{
	RowReading reading{rtindex, 0};
	return names_collation(reinterpret_cast<Node *>(sub->targetList), nullptr) || reads_row_of(work->query, rtindex) ||
		   reads_row(reinterpret_cast<Node *>(work->quals), &reading);
}

/* The outputs alone, over the tables beside it. */
void
keep_outputs(Flattening *work, int rtindex, List *target_list)
{
	RangeTblEntry *rte = rt_fetch(rtindex, work->query->rtable);
	IncrementVarSublevelsUp(reinterpret_cast<Node *>(target_list), 1, 0);
	rte->subquery = makeNode(Query);
	rte->subquery->commandType = CMD_SELECT;
	rte->subquery->canSetTag = true;
	rte->subquery->targetList = target_list;
	rte->subquery->jointree = makeFromExpr(NIL, nullptr);
	rte->lateral = true;
	work->kept = bms_add_member(work->kept, rtindex);
	work->stack.push(rtindex);
}

/* The outputs, in the place of the outer query's references to them. */
void
substitute_outputs(Flattening *work, int rtindex, List *target_list)
{
	Query *query = work->query;
	RangeTblEntry *target = static_cast<RangeTblEntry *>(copyObjectImpl(rt_fetch(rtindex, query->rtable)));
	auto substitute = [&](auto *&part, int levels_up = 0) {
		part = reinterpret_cast<std::remove_reference_t<decltype(part)>>(pg::replace_columns(
			reinterpret_cast<Node *>(part), rtindex, levels_up, target, target_list, &query->hasSubLinks));
	};
	substitute(query->targetList);
	substitute(query->havingQual);
	substitute(work->quals);
	ListCell *lc;
	foreach (lc, query->rtable)
	{
		RangeTblEntry *entry = lfirst_node(RangeTblEntry, lc);
		if (entry->rtekind == RTE_FUNCTION)
			substitute(entry->functions);
		else if (entry->rtekind == RTE_VALUES)
			substitute(entry->values_lists);
		else if (entry->rtekind == RTE_TABLEFUNC)
			substitute(entry->tablefunc);
		else if (entry->rtekind == RTE_SUBQUERY && entry->lateral)
			substitute(entry->subquery, 1);
	}
}

/* Takes a plain subquery's FROM into the outer query's. */
bool
pull_up(Flattening *work, int rtindex)
{
	Query *query = work->query;
	RangeTblEntry *rte = rt_fetch(rtindex, query->rtable);
	Query *sub = rte->subquery;
	ListCell *lc;
	if (!is_projection(sub) || sub->setOperations || sub->hasTargetSRFs)
		return false;
	OffsetVarNodes(reinterpret_cast<Node *>(sub), list_length(query->rtable), 0);
	if (rte->lateral)
	{
		IncrementVarSublevelsUp(reinterpret_cast<Node *>(sub), -1, 1);
		foreach (lc, sub->rtable)
			if (lfirst_node(RangeTblEntry, lc)->rtekind != RTE_RELATION)
				lfirst_node(RangeTblEntry, lc)->lateral = true;
	}
	query->rtable = list_concat(query->rtable, sub->rtable);
	if (needs_outputs(work, rtindex, sub))
		keep_outputs(work, rtindex, sub->targetList);
	else
		substitute_outputs(work, rtindex, sub->targetList);
	return stack_leaves(reinterpret_cast<Node *>(sub->jointree), &work->stack, &work->quals);
}

/* All leaves down to what cannot be flattened further; false if something there is no inner join. */
bool
flatten_from(Flattening *work)
{
	if (!stack_leaves(reinterpret_cast<Node *>(work->query->jointree), &work->stack, &work->quals))
		return false;
	while (!work->stack.empty())
	{
		int rtindex = work->stack.back();
		RangeTblEntry *rte = rt_fetch(rtindex, work->query->rtable);
		work->stack.truncate(work->stack.n - 1);
		switch (rte->rtekind)
		{
		case RTE_SUBQUERY:
			if (!bms_is_member(rtindex, work->kept))
			{
				if (!pull_up(work, rtindex))
					return false;
				break;
			}
			[[fallthrough]];
		case RTE_RELATION:
			if (rte->tablesample != nullptr)
				return false;
			[[fallthrough]];
		case RTE_FUNCTION:
		case RTE_TABLEFUNC:
		case RTE_VALUES:
		{
			RangeTblRef *ref = makeNode(RangeTblRef);
			ref->rtindex = rtindex;
			work->items = lappend(work->items, ref);
			break;
		}
		case RTE_RESULT:
			break;
		default:
			return false;
		}
	}
	return true;
}

void
rename_entry(RangeTblEntry *rte, const char *name)
{
	rte->alias = makeAlias(name, rte->alias ? rte->alias->colnames : NIL);
	rte->eref = makeAlias(name, rte->rtekind == RTE_RELATION ? current_columns(rte->relid, rte->alias->colnames)
															 : rte->eref->colnames);
}

/* Hidden entries that multiply rows: nobody reads them, but the rows are there. */
bool
hides_sets(const Query *query)
{
	ListCell *lc;
	foreach (lc, query->targetList)
	{
		TargetEntry *entry = lfirst_node(TargetEntry, lc);
		if (entry->resjunk && expression_returns_set(reinterpret_cast<Node *>(entry->expr)))
			return true;
	}
	return false;
}

} // namespace

bool
flatten_branch(Query *source, int first, Branch *branch)
{
	if (source->hasSubLinks || source->setOperations || source->cteList != NIL || source->rowMarks != NIL ||
		hides_sets(source))
		return false;
	Flattening work{};
	work.query = static_cast<Query *>(copyObjectImpl(source));
	Query *query = work.query;
	if (!flatten_from(&work) || query->hasSubLinks)
		return false;

	branch->source = source;
	branch->query = query;
	branch->first = first;
	branch->multiplies = query->hasTargetSRFs;
	query->jointree = makeFromExpr(
		work.items, work.quals == NIL ? nullptr : reinterpret_cast<Node *>(make_ands_explicit(work.quals)));

	Bitmapset *used = nullptr;
	ListCell *lc;
	foreach (lc, work.items)
	{
		int rtindex = lfirst_node(RangeTblRef, lc)->rtindex;
		RangeTblEntry *rte = rt_fetch(rtindex, query->rtable);
		used = bms_add_member(used, rtindex);
		if (rte->rtekind == RTE_RELATION)
		{
			rename_entry(rte, psprintf("r%d", first + branch->rtindex.n));
			branch->rtindex.push(rtindex);
		}
		else
		{
			rename_entry(rte, psprintf("x%d", rtindex));
			branch->multiplies = branch->multiplies || rte->rtekind != RTE_SUBQUERY;
		}
	}
	/* Entries of flattened joins and subqueries stay in the range table, for the numbers' sake. */
	for (int rtindex = 1; rtindex <= list_length(query->rtable); rtindex++)
	{
		RangeTblEntry *rte = rt_fetch(rtindex, query->rtable);
		if (bms_is_member(rtindex, used))
			continue;
		rte->rtekind = RTE_RESULT;
		rte->relid = InvalidOid;
		rte->subquery = nullptr;
		rte->joinaliasvars = NIL;
		rte->joinleftcols = NIL;
		rte->joinrightcols = NIL;
		rte->alias = nullptr;
		rte->eref = makeAlias(psprintf("unread_%d", rtindex), NIL);
	}
	return true;
}

} // namespace dv::analyze
