#include "analyze/internal.hpp"

extern "C" {
#include "nodes/nodeFuncs.h"
#include "parser/parse_coerce.h"
#include "parser/parsetree.h"
}

namespace dv::analyze {

/*
 * A query over a UNION ALL is the sum of the same query over each of its branches, up to its grouping: columns and
 * conditions go into the branches, groups and aggregates are above the sum.
 */
namespace {

/*
 * The columns of a branch as the server makes them the set operation's; false if they cannot be. `compared`: something
 * above may compare them, and would do so under the collation that the branch's own expression has.
 */
bool
coerce_outputs(Query *branch, const SetOperationStmt *op, bool compared)
{
	ListCell *lc;
	int i = 0;
	foreach (lc, branch->targetList)
	{
		TargetEntry *entry = lfirst_node(TargetEntry, lc);
		if (entry->resjunk)
			continue;
		Node *expr = reinterpret_cast<Node *>(entry->expr);
		Oid type = list_nth_oid(op->colTypes, i);
		Oid collation = list_nth_oid(op->colCollations, i++);
		Oid own_type = exprType(expr);
		Oid own_collation = exprCollation(expr);
		if (own_type != type)
		{
			if (!can_coerce_type(1, &own_type, &type, COERCION_IMPLICIT))
				return false;
			/* explicit: an implicit cast would not be in the text */
			expr = coerce_type(nullptr, expr, own_type, type, -1, COERCION_IMPLICIT, COERCE_EXPLICIT_CAST, -1);
			if (!type_is_collatable(type))
				own_collation = InvalidOid;
			else if (!OidIsValid(own_collation))
				own_collation = get_typcollation(type);
			if (OidIsValid(own_collation))
				exprSetCollation(expr, own_collation);
			entry->expr = as<Expr>(expr);
		}
		if (compared && own_collation != collation)
			return false;
	}
	return true;
}

List *spread(Query *query, bool compared);

/* The leaves of a tree of UNION ALL, with the types of each level in turn; false at another set operation. */
bool
gather_leaves(const Query *query, Node *node, bool compared, List **leaves)
{
	ListCell *lc;
	check_stack_depth();
	if (IsA(node, RangeTblRef))
	{
		Query *leaf = rt_fetch(as<RangeTblRef>(node)->rtindex, query->rtable)->subquery;
		List *below = is_projection(leaf) ? spread(leaf, compared) : NIL;
		*leaves = list_concat(*leaves, below);
		return below != NIL;
	}
	SetOperationStmt *op = castNode(SetOperationStmt, node);
	List *below = NIL;
	if (op->op != SETOP_UNION || !op->all || !gather_leaves(query, op->larg, compared, &below) ||
		!gather_leaves(query, op->rarg, compared, &below))
		return false;
	foreach (lc, below)
		if (!coerce_outputs(lfirst_node(Query, lc), op, compared))
			return false;
	*leaves = list_concat(*leaves, below);
	return true;
}

/* Columns have the names of the first branch. */
void
name_outputs(Query *branch, List *names)
{
	ListCell *lc;
	foreach (lc, branch->targetList)
		if (foreach_current_index(lc) < list_length(names))
			lfirst_node(TargetEntry, lc)->resname = strVal(list_nth(names, foreach_current_index(lc)));
}

/* The query once per branch of the UNION ALL that it is or reads from; NIL if it is or reads what is no such sum. */
List *
spread(Query *query, bool compared)
{
	ListCell *lc;
	List *sum = NIL;
	if (query->setOperations)
		return gather_leaves(query, query->setOperations, compared, &sum) ? sum : NIL;

	List *from = query->jointree->fromlist;
	if (list_length(from) != 1 || !IsA(linitial(from), RangeTblRef))
		return list_make1(query);
	int rtindex = linitial_node(RangeTblRef, from)->rtindex;
	RangeTblEntry *rte = rt_fetch(rtindex, query->rtable);
	if (rte->rtekind != RTE_SUBQUERY || !is_projection(rte->subquery))
		return list_make1(query);
	List *below = spread(rte->subquery, true);
	if (list_length(below) == 1)
		return list_make1(query);
	foreach (lc, below)
	{
		Query *one = static_cast<Query *>(copyObjectImpl(query));
		rt_fetch(rtindex, one->rtable)->subquery = lfirst_node(Query, lc);
		name_outputs(lfirst_node(Query, lc), rte->eref->colnames);
		sum = lappend(sum, one);
	}
	return sum;
}

bool
has_visible(const List *target_list)
{
	ListCell *lc;
	foreach (lc, target_list)
		if (!lfirst_node(TargetEntry, lc)->resjunk)
			return true;
	return false;
}

/* The same branch with other outputs, given over the whole query. */
Branch
with_outputs_of(const Branch &branch, List *outputs)
{
	Query *source = static_cast<Query *>(palloc(sizeof(Query)));
	*source = *branch.source;
	source->targetList = outputs;
	Branch other{};
	if (!flatten_branch(source, branch.first, &other))
		elog(ERROR, "a branch of a union is no join any more");
	return other;
}

} // namespace

Flat *
flatten(const Query *normalized)
{
	/* A set multiplies rows after they are grouped. */
	if (normalized->hasTargetSRFs && !is_projection(normalized))
		return nullptr;
	List *sum = spread(static_cast<Query *>(copyObjectImpl(normalized)), false);
	Flat *flat = static_cast<Flat *>(palloc0(sizeof(Flat)));
	int occurrences = 0;
	ListCell *lc;
	foreach (lc, sum)
	{
		Branch branch{};
		if (!flatten_branch(lfirst_node(Query, lc), occurrences, &branch))
			return nullptr;
		occurrences += branch.rtindex.n;
		flat->multiplies = branch.multiplies || list_length(sum) > 1;
		flat->branches.push(branch);
	}
	if (occurrences == 0 || (list_length(sum) > 1 && !has_visible(normalized->targetList)))
		return nullptr;
	flat->query = list_length(sum) > 1 ? static_cast<Query *>(copyObjectImpl(normalized)) : flat->branches[0].query;
	return flat;
}

void
add_blocks(Analysis *analysis, core::View *ir, const Flat *flat, List *outputs)
{
	pg::Vec<core::LinearBlock> blocks;
	pg::Vec<const Native *> natives;
	for (const Branch &branch : flat->branches)
	{
		pg::Vec<int> numbers;
		for (int i = 0; i < branch.rtindex.n; i++)
			numbers.push(branch.first + i);
		if (numbers.empty()) /* constants do not change */
			continue;
		Branch block = branch;
		List *columns = outputs;
		if (flat->branches.n > 1)
		{
			if (!flat->query->setOperations)
				block = with_outputs_of(branch, outputs);
			columns = block.query->targetList;
		}
		blocks.push(core::LinearBlock{text(slotted_body(&block, columns)), slice(numbers)});
		natives.push(native_of(&block, columns));
	}
	ir->blocks = slice(blocks);
	ir->has_block = true;
	analysis->natives = natives.data;
}

void
locate_column(const Flat *flat, Node *expr, int *occurrence, core::Text *column)
{
	expr = strip_relabel(expr);
	if (flat->branches.n > 1 || !IsA(expr, Var) || as<Var>(expr)->varattno <= 0)
		return;
	const Branch &branch = flat->branches[0];
	for (int i = 0; i < branch.rtindex.n; i++)
		if (branch.rtindex[i] == static_cast<int>(as<Var>(expr)->varno))
		{
			*occurrence = i;
			*column =
				text(column_text(rt_fetch(branch.rtindex[i], flat->query->rtable)->relid, as<Var>(expr)->varattno));
		}
}

} // namespace dv::analyze
