#include "analyze/rewrite_steps.hpp"

extern "C" {
#include "optimizer/optimizer.h"
#include "parser/parse_coerce.h"
#include "parser/parsetree.h"
#include "utils/fmgroids.h"
}

namespace dv::analyze {

/*
 * UNION      SELECT DISTINCT * FROM (L UNION ALL R)
 * INTERSECT  SELECT c FROM (SELECT c, count of L's rows n1, of R's rows n2 FROM (L UNION ALL R) GROUP BY c)
 *            WHERE n1 > 0 AND n2 > 0
 * EXCEPT     ... WHERE n1 > 0 AND n2 = 0
 *
 * With ALL a row comes least(n1, n2) or n1 - n2 times.
 */
namespace {

Query *block_of(const Query *query, Node *node);

bool
is_union_all_only(Node *node)
{
	if (!IsA(node, SetOperationStmt))
		return true;
	SetOperationStmt *op = as<SetOperationStmt>(node);
	return op->op == SETOP_UNION && op->all && is_union_all_only(op->larg) && is_union_all_only(op->rarg);
}

/* The block with columns of the set operation's types and collations. */
Query *
conform(Query *block, const SetOperationStmt *op)
{
	bool conforms = true;
	ListCell *type = list_head(op->colTypes);
	ListCell *collation = list_head(op->colCollations);
	ListCell *lc;
	foreach (lc, block->targetList)
	{
		TargetEntry *entry = lfirst_node(TargetEntry, lc);
		if (entry->resjunk)
			continue;
		Node *expr = reinterpret_cast<Node *>(entry->expr);
		conforms = conforms && exprType(expr) == lfirst_oid(type) && exprCollation(expr) == lfirst_oid(collation);
		type = lnext(op->colTypes, type);
		collation = lnext(op->colCollations, collation);
	}
	if (conforms)
		return block;

	block = open_columns(block);
	ListCell *type_cell;
	forthree(lc, block->targetList, type_cell, op->colTypes, collation, op->colCollations)
	{
		TargetEntry *entry = lfirst_node(TargetEntry, lc);
		Node *expr = reinterpret_cast<Node *>(entry->expr);
		if (exprType(expr) != lfirst_oid(type_cell))
			expr = coerce_to_common_type(nullptr, expr, lfirst_oid(type_cell), "UNION");
		if (exprCollation(expr) != lfirst_oid(collation) && OidIsValid(lfirst_oid(collation)))
		{
			CollateExpr *collate = makeNode(CollateExpr);
			collate->arg = as<Expr>(expr);
			collate->collOid = lfirst_oid(collation);
			collate->location = -1;
			expr = reinterpret_cast<Node *>(collate);
		}
		entry->expr = as<Expr>(expr);
	}
	return block;
}

/* The blocks whose UNION ALL a side is, as often as `op` asks for: unless it counts, one level of UNION does. */
void
gather_branches(const Query *query, const SetOperationStmt *op, Node *side, List **branches)
{
	if (IsA(side, SetOperationStmt))
	{
		SetOperationStmt *inner = as<SetOperationStmt>(side);
		if (inner->op == SETOP_UNION && (inner->all || !op->all) && equal(inner->colTypes, op->colTypes) &&
			equal(inner->colCollations, op->colCollations))
		{
			gather_branches(query, op, inner->larg, branches);
			gather_branches(query, op, inner->rarg, branches);
			return;
		}
	}
	*branches = lappend(*branches, conform(block_of(query, side), op));
}

SortGroupClause *
clause_for(TargetEntry *entry, const SortGroupClause *clause)
{
	SortGroupClause *copy = static_cast<SortGroupClause *>(copyObjectImpl(clause));
	copy->tleSortGroupRef = entry->ressortgroupref = entry->resno;
	return copy;
}

Query *
distinct_block(const SetOperationStmt *op, Query *all)
{
	Query *block = select_from(all);
	ListCell *lc;
	ListCell *clause;
	forboth(lc, block->targetList, clause, op->groupClauses) block->distinctClause =
		lappend(block->distinctClause, clause_for(lfirst_node(TargetEntry, lc), lfirst_node(SortGroupClause, clause)));
	return block;
}

List *
tagged(List *blocks, int tag)
{
	List *result = NIL;
	ListCell *lc;
	foreach (lc, blocks)
	{
		Query *block = open_columns(lfirst_node(Query, lc));
		(void) add_column(block, integer(tag, INT4OID), "side");
		result = lappend(result, block);
	}
	return result;
}

/* SELECT columns, rows of the left side, rows of the right FROM both GROUP BY columns */
Query *
counted_block(const SetOperationStmt *op, Query *both)
{
	Query *block = empty_block();
	int rtindex = add_to_from(block, both, "both_sides");
	int n = list_length(op->colTypes);
	ListCell *clause;
	foreach (clause, op->groupClauses)
	{
		int k = foreach_current_index(clause) + 1;
		TargetEntry *entry =
			add_column(block, column_of(block, rtindex, k), get_tle_by_resno(both->targetList, k)->resname);
		block->groupClause = lappend(block->groupClause, clause_for(entry, lfirst_node(SortGroupClause, clause)));
	}
	for (int side = 1; side <= 2; side++)
		(void) add_column(block,
						  count_rows(call_operator("=", column_of(block, rtindex, n + 1), integer(side, INT4OID))),
						  side == 1 ? "in_left" : "in_right");
	block->hasAggs = true;
	return block;
}

/* FROM ..., generate_series(1, times) */
void
repeat_rows(Query *block, Node *times)
{
	RangeTblEntry *rte = makeNode(RangeTblEntry);
	RangeTblFunction *function = makeNode(RangeTblFunction);
	RangeTblRef *ref = makeNode(RangeTblRef);
	FuncExpr *series = makeFuncExpr(F_GENERATE_SERIES_INT8_INT8, INT8OID, list_make2(integer(1, INT8OID), times),
									InvalidOid, InvalidOid, COERCE_EXPLICIT_CALL);
	series->funcretset = true;
	function->funcexpr = reinterpret_cast<Node *>(series);
	function->funccolcount = 1;
	rte->rtekind = RTE_FUNCTION;
	rte->functions = list_make1(function);
	rte->lateral = true;
	rte->inFromCl = true;
	rte->alias = makeAlias("copies", NIL);
	rte->eref = makeAlias("copies", list_make1(makeString(pstrdup("copies"))));
	block->rtable = lappend(block->rtable, rte);
	ref->rtindex = list_length(block->rtable);
	block->jointree->fromlist = lappend(block->jointree->fromlist, ref);
}

Node *
least_of(Node *left, Node *right)
{
	MinMaxExpr *least = makeNode(MinMaxExpr);
	least->minmaxtype = INT8OID;
	least->op = IS_LEAST;
	least->args = list_make2(left, right);
	least->location = -1;
	return reinterpret_cast<Node *>(least);
}

Query *
compared_block(const SetOperationStmt *op, Query *counted)
{
	Query *block = empty_block();
	int rtindex = add_to_from(block, counted, "counted");
	int n = list_length(op->colTypes);
	for (int k = 1; k <= n; k++)
		(void) add_column(block, column_of(block, rtindex, k), get_tle_by_resno(counted->targetList, k)->resname);
	Node *left = column_of(block, rtindex, n + 1);
	Node *right = column_of(block, rtindex, n + 2);
	bool intersect = op->op == SETOP_INTERSECT;
	if (op->all)
		repeat_rows(block, intersect ? least_of(left, right) : call_operator("-", left, right));
	else
		block->jointree->quals = all_of(list_make2(call_operator(">", left, integer(0, INT8OID)),
												   call_operator(intersect ? ">" : "=", right, integer(0, INT8OID))));
	return block;
}

Query *
block_of(const Query *query, Node *node)
{
	check_stack_depth();
	if (IsA(node, RangeTblRef))
		return static_cast<Query *>(copyObjectImpl(rt_fetch(as<RangeTblRef>(node)->rtindex, query->rtable)->subquery));
	SetOperationStmt *op = as<SetOperationStmt>(node);
	List *left = NIL;
	List *right = NIL;
	gather_branches(query, op, op->larg, &left);
	gather_branches(query, op, op->rarg, &right);
	name_columns(linitial_node(Query, left), distinct_names(column_names(linitial_node(Query, left))));
	if (op->op == SETOP_UNION)
	{
		Query *all = union_all(list_concat(left, right));
		return op->all ? all : distinct_block(op, all);
	}
	left = tagged(left, 1);
	right = tagged(right, 2);
	return compared_block(op, counted_block(op, union_all(list_concat(left, right))));
}

} // namespace

Query *
rewrite_set_operation(const Query *query)
{
	if (query->setOperations == nullptr || is_union_all_only(query->setOperations) || query->limitCount ||
		query->limitOffset || query->cteList != NIL || column_names(query) == NIL)
		return nullptr;
	Query *rewritten = block_of(query, query->setOperations);
	name_columns(rewritten, column_names(query));
	return rewritten;
}

} // namespace dv::analyze
