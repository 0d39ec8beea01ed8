#include "analyze/cut.hpp"
#include "analyze/rewrite_steps.hpp"
#include "pg/compat.hpp"

extern "C" {
#include "nodes/bitmapset.h"
#include "optimizer/optimizer.h"
#include "parser/parse_relation.h"
#include "parser/parsetree.h"
}

namespace dv::analyze {

/*
 * A FULL JOIN B ON c  is  SELECT A.*, B.* FROM A LEFT JOIN B ON c
 *                         UNION ALL
 *                         SELECT NULL, B.* FROM B WHERE NOT EXISTS (SELECT FROM A WHERE c)
 */
namespace {

struct Sides
{
	JoinExpr *join;
	Bitmapset *left;
	Bitmapset *right;
	Bitmapset *both;
};

/* Where the first of the outermost FULL JOINs hangs. */
Node **
find_full_join(Node **place)
{
	ListCell *lc;
	if (IsA(*place, FromExpr))
	{
		foreach (lc, as<FromExpr>(*place)->fromlist)
			if (Node **found = find_full_join(reinterpret_cast<Node **>(&lfirst(lc))))
				return found;
		return nullptr;
	}
	if (!IsA(*place, JoinExpr))
		return nullptr;
	JoinExpr *join = as<JoinExpr>(*place);
	if (join->jointype == JOIN_FULL)
		return place;
	Node **found = find_full_join(&join->larg);
	return found ? found : find_full_join(&join->rarg);
}

Bitmapset *
entries_below(Node *node)
{
	if (IsA(node, RangeTblRef))
		return bms_make_singleton(as<RangeTblRef>(node)->rtindex);
	JoinExpr *join = as<JoinExpr>(node);
	return bms_add_member(bms_union(entries_below(join->larg), entries_below(join->rarg)), join->rtindex);
}

/* Does nothing in it refer to what stands beside it in FROM? */
bool
is_closed(const Query *query, const Bitmapset *entries)
{
	int rtindex = -1;
	while ((rtindex = bms_next_member(entries, rtindex)) >= 0)
	{
		RangeTblEntry *rte = rt_fetch(rtindex, query->rtable);
		Bitmapset *used = nullptr;
		if (rte->rtekind == RTE_SUBQUERY)
			used = pull_varnos_of_level(nullptr, reinterpret_cast<Node *>(rte->subquery), 1);
		else if (rte->rtekind == RTE_FUNCTION)
			used = entries_used(reinterpret_cast<Node *>(rte->functions));
		else if (rte->rtekind == RTE_VALUES)
			used = entries_used(reinterpret_cast<Node *>(rte->values_lists));
		else if (rte->rtekind == RTE_TABLEFUNC)
			used = entries_used(reinterpret_cast<Node *>(rte->tablefunc));
		if (!bms_is_subset(used, entries))
			return false;
	}
	return true;
}

struct Columns
{
	List *vars;
	List *numbers;
	List *names;
};

Columns
describe_below(Query *query, Node *node)
{
	Columns columns{NIL, NIL, NIL};
	ListCell *lc;
	if (IsA(node, FromExpr))
	{
		foreach (lc, as<FromExpr>(node)->fromlist)
			(void) describe_below(query, static_cast<Node *>(lfirst(lc)));
		return columns;
	}
	if (IsA(node, RangeTblRef))
	{
		int rtindex = as<RangeTblRef>(node)->rtindex;
		RangeTblEntry *rte = rt_fetch(rtindex, query->rtable);
		List *vars;
		List *names;
		pg::expand_entry(rte, rtindex, &names, &vars);
		foreach (lc, vars)
		{
			Var *var = lfirst_node(Var, lc);
			if (var->varattno > list_length(rte->eref->colnames)) /* hidden: as if added later */
				continue;
			columns.vars = lappend(columns.vars, var);
			columns.names = lappend(columns.names, list_nth(names, foreach_current_index(lc)));
			columns.numbers = lappend_int(columns.numbers, var->varattno);
		}
		return columns;
	}
	JoinExpr *join = as<JoinExpr>(node);
	RangeTblEntry *rte = rt_fetch(join->rtindex, query->rtable);
	Columns left = describe_below(query, join->larg);
	Columns right = describe_below(query, join->rarg);
	join->usingClause = NIL;
	columns.vars = list_concat_copy(left.vars, right.vars);
	columns.names = list_concat_copy(left.names, right.names);
	for (int i = 1; i <= list_length(columns.vars); i++)
		columns.numbers = lappend_int(columns.numbers, i);
	rte->jointype = join->jointype;
	rte->joinmergedcols = 0;
	rte->joinaliasvars = static_cast<List *>(copyObjectImpl(columns.vars));
	rte->joinleftcols = left.numbers;
	rte->joinrightcols = right.numbers;
	rte->eref = makeAlias(rte->eref->aliasname, static_cast<List *>(copyObjectImpl(columns.names)));
	return columns;
}

} // namespace

void
describe_joins(Query *query)
{
	(void) describe_below(query, reinterpret_cast<Node *>(query->jointree));
}

namespace {

/* SELECT FROM node WHERE quals, over the entries of the query, whose numbers stay. */
Query *
block_over(const Query *query, Node *node, Node *quals)
{
	Query *block = empty_block();
	block->rtable = static_cast<List *>(copyObjectImpl(query->rtable));
	block->jointree = makeFromExpr(list_make1(copyObjectImpl(node)), quals);
	neutralise_unread(block);
	describe_joins(block);
	note_sublinks(block);
	return block;
}

struct Walk
{
	const Bitmapset *entries;
	int depth;
	/* for refer_to_outputs: */
	int rtindex;
	List *outputs;
	bool failed;
};

bool
refers_to(const Walk *walk, const Node *node)
{
	return IsA(node, Var) && static_cast<int>(reinterpret_cast<const Var *>(node)->varlevelsup) == walk->depth &&
		   bms_is_member(reinterpret_cast<const Var *>(node)->varno, walk->entries);
}

/* References to these entries as seen from one level further in. */
bool
move_outwards(Node *node, void *context)
{
	Walk *walk = static_cast<Walk *>(context);
	if (node == nullptr)
		return false;
	if (refers_to(walk, node))
		as<Var>(node)->varlevelsup++;
	if (!IsA(node, Query))
		return pg::walk_expression(node, move_outwards, context);
	walk->depth++;
	(void) pg::walk_query(as<Query>(node), move_outwards, context, 0);
	walk->depth--;
	return false;
}

/* References to these entries as ones to columns of the subquery. */
bool
refer_to_outputs(Node *node, void *context)
{
	Walk *walk = static_cast<Walk *>(context);
	if (node == nullptr)
		return false;
	if (refers_to(walk, node))
	{
		Var *var = as<Var>(node);
		Var *own = static_cast<Var *>(copyObjectImpl(var));
		ListCell *lc;
		int k = 0;
		own->varlevelsup = 0;
		foreach (lc, walk->outputs)
			if (equal(lfirst(lc), own))
				k = foreach_current_index(lc) + 1;
		if (k == 0)
		{
			walk->outputs = lappend(walk->outputs, own);
			k = list_length(walk->outputs);
		}
		walk->failed = walk->failed || var->varattno <= 0;
		var->varno = walk->rtindex;
		var->varattno = k;
		var->varnosyn = 0;
		var->varattnosyn = 0;
		return false;
	}
	if (!IsA(node, Query))
		return pg::walk_expression(node, refer_to_outputs, context);
	walk->depth++;
	(void) pg::walk_query(as<Query>(node), refer_to_outputs, context, 0);
	walk->depth--;
	return false;
}

Node *
without_partner(const Query *query, const Sides *sides)
{
	SubLink *exists = makeNode(SubLink);
	Node *condition = static_cast<Node *>(copyObjectImpl(sides->join->quals));
	Walk walk{sides->right, 0, 0, NIL, false};
	(void) move_outwards(condition, &walk);
	exists->subLinkType = EXISTS_SUBLINK;
	exists->subselect = reinterpret_cast<Node *>(block_over(query, sides->join->larg, condition));
	exists->location = -1;
	return reinterpret_cast<Node *>(makeBoolExpr(NOT_EXPR, list_make1(exists), -1));
}

Query *
both_branches(const Query *query, const Sides *sides, List *outputs)
{
	JoinExpr *left_join = static_cast<JoinExpr *>(copyObjectImpl(sides->join));
	left_join->jointype = JOIN_LEFT;
	Query *joined = block_over(query, reinterpret_cast<Node *>(left_join), nullptr);
	Query *alone = block_over(query, sides->join->rarg, without_partner(query, sides));
	ListCell *lc;
	foreach (lc, outputs)
	{
		Var *var = lfirst_node(Var, lc);
		char *name = get_rte_attribute_name(rt_fetch(var->varno, query->rtable), var->varattno);
		(void) add_column(joined, static_cast<Node *>(copyObjectImpl(var)), name);
		Node *beside = bms_is_member(var->varno, sides->left)
						   ? reinterpret_cast<Node *>(makeNullConst(var->vartype, var->vartypmod, var->varcollid))
						   : static_cast<Node *>(copyObjectImpl(var));
		(void) add_column(alone, beside, name);
	}
	if (outputs == NIL)
	{
		(void) add_column(joined, integer(1, INT4OID), "one");
		(void) add_column(alone, integer(1, INT4OID), "one");
	}
	return union_all(list_make2(joined, alone));
}

} // namespace

Query *
rewrite_full_join(const Query *original)
{
	if (original->setOperations || original->cteList != NIL)
		return nullptr;
	Query *query = static_cast<Query *>(copyObjectImpl(original));
	Node *from = reinterpret_cast<Node *>(query->jointree);
	Node **place = find_full_join(&from);
	if (place == nullptr)
		return nullptr;
	JoinExpr *join = as<JoinExpr>(*place);
	Sides sides{join, entries_below(join->larg), entries_below(join->rarg), nullptr};
	sides.both = bms_union(sides.left, sides.right);
	if (!is_closed(query, sides.both))
		return nullptr;

	/* The subquery takes the join's place in the range table: entries of joins around it must come later. */
	RangeTblRef *ref = makeNode(RangeTblRef);
	ref->rtindex = join->rtindex;
	*place = reinterpret_cast<Node *>(ref);
	neutralise_unread(query);
	Walk walk{sides.both, 0, join->rtindex, NIL, false};
	(void) pg::walk_query(query, refer_to_outputs, &walk, QTW_IGNORE_JOINALIASES);
	if (walk.failed)
		return nullptr;
	(void) add_entry(query, both_branches(original, &sides, walk.outputs), "part");
	lfirst(list_nth_cell(query->rtable, join->rtindex - 1)) = llast(query->rtable);
	query->rtable = list_delete_last(query->rtable);
	(void) describe_below(query, from);
	note_sublinks(query);
	return query;
}

} // namespace dv::analyze
