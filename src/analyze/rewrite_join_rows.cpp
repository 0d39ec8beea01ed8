#include "analyze/rewrite_join_rows.hpp"

#include "analyze/blocks.hpp"
#include "analyze/cut.hpp"
#include "pg/compat.hpp"

extern "C" {
#include "optimizer/optimizer.h"
#include "parser/parsetree.h"
#include "rewrite/rewriteManip.h"
}

namespace dv::analyze {

namespace {

/* From one block to the one around it. */
struct Lift
{
	JoinedRows *joined;
	Query *inner;
	bool guarded; /* by a CASE or COALESCE that may leave it unevaluated */
	int depth;
	bool failed;
};

bool
uses_rows(const JoinedRows *joined, Node *expr)
{
	Bitmapset *used = entries_used(expr);
	return bms_next_member(used, joined->nentries) >= 0;
}

/* In the outer block before its references are set right, the entry that the inner one will be. */
int
inner_mark(const JoinedRows *joined)
{
	return joined->nentries + joined->rows.n + 1;
}

/* Subqueries whose value does not depend on the one-row relations become columns of the inner block. */
Node *
lift_sublinks(Node *node, void *context)
{
	Lift *lift = static_cast<Lift *>(context);
	if (node == nullptr || IsA(node, Query))
		return node;
	if (IsA(node, SubLink) && !uses_rows(lift->joined, node))
	{
		SubLinkType type = as<SubLink>(node)->subLinkType;
		bool tests = type == EXISTS_SUBLINK || type == ANY_SUBLINK || type == ALL_SUBLINK;
		if (lift->guarded && !tests) /* it may fail */
			return node;
		TargetEntry *entry = add_column(lift->inner, node, tests ? "found" : "value");
		return reinterpret_cast<Node *>(makeVarFromTargetEntry(inner_mark(lift->joined), entry));
	}
	bool guarded = lift->guarded;
	lift->guarded = guarded || IsA(node, CaseExpr) || IsA(node, CoalesceExpr);
	Node *result = pg::mutate_expression(node, lift_sublinks, context);
	lift->guarded = guarded;
	return result;
}

bool
has_sublink(Node *node, void *)
{
	if (node == nullptr || IsA(node, Query))
		return false;
	return IsA(node, SubLink) || pg::walk_expression(node, has_sublink, nullptr);
}

int
column_in(Query *query, Query *inner, const Var *var)
{
	ListCell *lc;
	Var *own = static_cast<Var *>(copyObjectImpl(var));
	own->varlevelsup = 0;
	foreach (lc, inner->targetList)
		if (equal(lfirst_node(TargetEntry, lc)->expr, own))
			return foreach_current_index(lc) + 1;
	char *name = get_rte_attribute_name(rt_fetch(own->varno, query->rtable), own->varattno);
	return add_column(inner, reinterpret_cast<Node *>(own), name)->resno;
}

/* Sets right, in place, what the outer block refers to: the inner one is entry 1, the one-row relations follow. */
bool
renumber(Node *node, void *context)
{
	Lift *lift = static_cast<Lift *>(context);
	if (node == nullptr)
		return false;
	if (IsA(node, Query))
	{
		lift->depth++;
		(void) pg::walk_query(as<Query>(node), renumber, context, 0);
		lift->depth--;
		return false;
	}
	if (!IsA(node, Var) || static_cast<int>(as<Var>(node)->varlevelsup) != lift->depth)
		return pg::walk_expression(node, renumber, context);
	Var *var = as<Var>(node);
	if (var->varno == inner_mark(lift->joined))
		var->varno = 1;
	else if (var->varno > lift->joined->nentries)
		var->varno = var->varno - lift->joined->nentries + 1;
	else if (var->varattno <= 0)
		lift->failed = true;
	else
	{
		var->varattno = column_in(lift->joined->query, lift->inner, var);
		var->varno = 1;
	}
	var->varnosyn = 0;
	var->varattnosyn = 0;
	return false;
}

void
add_rows(JoinedRows *joined, Query *block)
{
	for (Query *row : joined->rows)
		(void) add_to_from(block, row, "one");
}

struct Conditions
{
	JoinedRows *joined;
	Node *(*replace)(Node *, void *);
	void *context;
	List *where;
};

/* The conjuncts that stay. */
List *
replace_conjuncts(Conditions *conditions, Node *quals)
{
	List *kept = NIL;
	ListCell *lc;
	foreach (lc, conjuncts_of(quals))
	{
		Node *replaced = conditions->replace(static_cast<Node *>(lfirst(lc)), conditions->context);
		List **side = uses_rows(conditions->joined, replaced) ? &conditions->where : &kept;
		*side = lappend(*side, replaced);
	}
	return kept;
}

void
replace_in_joins(Conditions *conditions, Node *from)
{
	ListCell *lc;
	if (IsA(from, FromExpr))
	{
		foreach (lc, as<FromExpr>(from)->fromlist)
			replace_in_joins(conditions, static_cast<Node *>(lfirst(lc)));
		return;
	}
	if (!IsA(from, JoinExpr))
		return;
	JoinExpr *join = as<JoinExpr>(from);
	if (join->jointype == JOIN_INNER)
		join->quals = all_of(replace_conjuncts(conditions, join->quals));
	if (join->jointype == JOIN_INNER || join->jointype == JOIN_LEFT)
		replace_in_joins(conditions, join->larg);
	if (join->jointype == JOIN_INNER || join->jointype == JOIN_RIGHT)
		replace_in_joins(conditions, join->rarg);
}

} // namespace

void
replace_conditions(JoinedRows *joined, Node *(*replace)(Node *, void *), void *context)
{
	FromExpr *from = joined->query->jointree;
	Conditions conditions{joined, replace, context, NIL};
	replace_in_joins(&conditions, reinterpret_cast<Node *>(from));
	List *kept = replace_conjuncts(&conditions, from->quals);
	from->quals = all_of(list_concat(kept, conditions.where));
}

Node *
column_of_row(JoinedRows *joined, Query *block, Node *aggregate, const char *name)
{
	int i = 0;
	while (i < joined->rows.n &&
		   !(equal(joined->rows[i]->rtable, block->rtable) && equal(joined->rows[i]->jointree, block->jointree) &&
			 equal(joined->rows[i]->cteList, block->cteList)))
		i++;
	if (i == joined->rows.n)
	{
		Query *row = empty_block();
		row->rtable = static_cast<List *>(copyObjectImpl(block->rtable));
		row->jointree = static_cast<FromExpr *>(copyObjectImpl(block->jointree));
		row->cteList = static_cast<List *>(copyObjectImpl(block->cteList));
		row->hasRecursive = block->hasRecursive;
		row->hasAggs = true;
		joined->rows.push(row);
	}
	Query *row = joined->rows[i];
	TargetEntry *entry = nullptr;
	ListCell *lc;
	foreach (lc, row->targetList)
		if (equal(lfirst_node(TargetEntry, lc)->expr, aggregate))
			entry = lfirst_node(TargetEntry, lc);
	if (entry == nullptr)
		entry = add_column(row, static_cast<Node *>(copyObjectImpl(aggregate)), name);
	note_sublinks(row);
	return reinterpret_cast<Node *>(makeVarFromTargetEntry(joined->nentries + i + 1, entry));
}

Query *
join_rows(JoinedRows *joined)
{
	Query *query = joined->query;
	List *within = NIL;
	List *above = NIL;
	ListCell *lc;
	Lift lift{joined, empty_block(), false, 0, false};

	foreach (lc, conjuncts_of(query->jointree->quals))
	{
		Node *conjunct = static_cast<Node *>(lfirst(lc));
		List **side = uses_rows(joined, conjunct) ? &above : &within;
		*side = lappend(*side, conjunct);
	}
	bool same_rows = above == NIL && !is_grouped(query);
	bool sublinks = has_sublink(reinterpret_cast<Node *>(query->jointree), nullptr) ||
					(same_rows && has_sublink(reinterpret_cast<Node *>(query->targetList), nullptr));
	if (!sublinks && joins_plainly(query))
	{
		add_rows(joined, query);
		note_sublinks(query);
		return query;
	}

	Query *outer = static_cast<Query *>(palloc(sizeof(Query)));
	*outer = *query;
	lift.inner->rtable = query->rtable;
	lift.inner->jointree = makeFromExpr(query->jointree->fromlist, all_of(within));
	outer->jointree = makeFromExpr(NIL, lift_sublinks(all_of(above), &lift));
	/* In the select list only where that evaluates them for no row more. */
	if (same_rows)
		outer->targetList = as<List>(lift_sublinks(reinterpret_cast<Node *>(outer->targetList), &lift));
	outer->rtable = NIL;
	outer = static_cast<Query *>(copyObjectImpl(outer));
	(void) pg::walk_query(outer, renumber, &lift, 0);
	if (lift.failed)
		return nullptr;
	if (lift.inner->targetList == NIL)
		(void) add_column(lift.inner, integer(1, INT4OID), "one");
	note_sublinks(lift.inner);
	(void) add_to_from(outer, lift.inner, "part");
	add_rows(joined, outer);
	note_sublinks(outer);
	return outer;
}

} // namespace dv::analyze
