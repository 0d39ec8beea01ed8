#include "analyze/blocks.hpp"
#include "analyze/cut.hpp"
#include "analyze/rewrite_steps.hpp"
#include "pg/compat.hpp"

extern "C" {
#include "optimizer/clauses.h"
#include "optimizer/optimizer.h"
#include "optimizer/tlist.h"
#include "parser/parse_agg.h"
#include "rewrite/rewriteManip.h"
}

namespace dv::analyze {

/*
 * One block per set of groups, UNION ALL: a group that is not in the set is NULL there, wherever it stands outside of
 * aggregates, and GROUPING(...) is a constant.
 */
namespace {

constexpr int most_sets = 256;

struct Leaf
{
	const Query *query;
	List *set;    /* references of the groups that it groups by */
	Node *whole;  /* the output at hand */
	bool grouped; /* has an aggregate */
	bool failed;
};

/* The group that an expression is, or 0. */
Index
group_of(const Query *query, Node *expr)
{
	ListCell *lc;
	foreach (lc, query->groupClause)
	{
		SortGroupClause *clause = lfirst_node(SortGroupClause, lc);
		if (equal(get_sortgroupclause_expr(clause, query->targetList), expr))
			return clause->tleSortGroupRef;
	}
	return 0;
}

Node *
value_of_grouping(const Leaf *leaf, const GroupingFunc *function)
{
	int value = 0;
	ListCell *lc;
	foreach (lc, function->refs)
		value = value << 1 | !list_member_int(leaf->set, lfirst_int(lc));
	return integer(value, INT4OID);
}

/* The text of a NULL within an expression would claim its collation for the whole of it. */
bool
has_own_collation(Node *node)
{
	return OidIsValid(exprCollation(node)) && exprCollation(node) != get_typcollation(exprType(node));
}

/* As it is in this set's rows. */
Node *
in_set(Node *node, void *context)
{
	Leaf *leaf = static_cast<Leaf *>(context);
	if (node == nullptr)
		return nullptr;
	if (Index group = group_of(leaf->query, node))
	{
		if (list_member_int(leaf->set, static_cast<int>(group)))
			return node;
		leaf->failed = leaf->failed || (node != leaf->whole && has_own_collation(node));
		return reinterpret_cast<Node *>(makeNullConst(exprType(node), exprTypmod(node), exprCollation(node)));
	}
	if (IsA(node, GroupingFunc))
		return value_of_grouping(leaf, as<GroupingFunc>(node));
	if (IsA(node, Aggref))
	{
		leaf->grouped = true;
		leaf->failed = leaf->failed || contain_var_clause(reinterpret_cast<Node *>(as<Aggref>(node)->aggdirectargs));
		return node;
	}
	/* What it refers to in the block would have to become NULL as well. */
	if (IsA(node, SubLink))
		leaf->failed = leaf->failed || !is_closed(as<Query>(as<SubLink>(node)->subselect));
	if (IsA(node, Query))
		return node;
	return pg::mutate_expression(node, in_set, context);
}

/* Exactly one row, whatever there is to read. */
Query *
as_one_row(Query *leaf)
{
	Query *counted = empty_block();
	counted->rtable = leaf->rtable;
	counted->jointree = leaf->jointree;
	counted->hasAggs = true;
	(void) add_column(counted, count_rows(nullptr), "count");
	note_sublinks(counted);

	leaf->rtable = NIL;
	leaf->jointree = makeFromExpr(NIL, leaf->havingQual);
	leaf->havingQual = nullptr;
	(void) add_to_from(leaf, counted, "part");
	return leaf;
}

/* The block for one set; nullptr where it cannot be written. */
Query *
leaf_for(const Query *query, List *set)
{
	Query *block = static_cast<Query *>(copyObjectImpl(query));
	Leaf leaf{query, set, nullptr, false, false};
	List *targets = NIL;
	ListCell *lc;
	block->groupingSets = NIL;
	block->groupDistinct = false;
	block->sortClause = NIL;
	block->groupClause = NIL;
	foreach (lc, query->groupClause)
		if (list_member_int(set, static_cast<int>(lfirst_node(SortGroupClause, lc)->tleSortGroupRef)))
			block->groupClause = lappend(block->groupClause, copyObjectImpl(lfirst(lc)));
	foreach (lc, block->targetList)
	{
		TargetEntry *entry = lfirst_node(TargetEntry, lc);
		bool groups = list_member_int(set, static_cast<int>(entry->ressortgroupref));
		if (entry->resjunk && !groups)
			continue;
		leaf.whole = reinterpret_cast<Node *>(entry->expr);
		entry->expr = as<Expr>(in_set(leaf.whole, &leaf));
		entry->ressortgroupref = groups ? entry->ressortgroupref : 0;
		entry->resno = list_length(targets) + 1;
		targets = lappend(targets, entry);
	}
	block->targetList = targets;
	block->havingQual = in_set(block->havingQual, &leaf);
	block->hasAggs = leaf.grouped;
	note_sublinks(block);
	if (leaf.failed)
		return nullptr;
	return block->groupClause == NIL && !leaf.grouped ? as_one_row(block) : block;
}

bool
is_writable(const Query *query)
{
	ListCell *lc;
	foreach (lc, query->groupClause)
	{
		SortGroupClause *clause = lfirst_node(SortGroupClause, lc);
		Node *group = get_sortgroupclause_expr(clause, query->targetList);
		/* Two groups of one expression could not be told apart, and a constant not from others. */
		if (group_of(query, group) != clause->tleSortGroupRef || !contain_var_clause(group))
			return false;
	}
	return true;
}

} // namespace

Query *
rewrite_grouping_sets(const Query *query)
{
	if (query->groupingSets == NIL || query->hasWindowFuncs || query->hasTargetSRFs || query->distinctClause != NIL ||
		is_limited(query) || query->cteList != NIL || column_names(query) == NIL || !is_writable(query))
		return nullptr;
	List *leaves = NIL;
	ListCell *lc;
	List *sets = static_cast<List *>(copyObjectImpl(query->groupingSets));
	foreach (lc, expand_grouping_sets(sets, query->groupDistinct, most_sets))
	{
		Query *leaf = leaf_for(query, static_cast<List *>(lfirst(lc)));
		if (leaf == nullptr)
			return nullptr;
		leaves = lappend(leaves, leaf);
	}
	return leaves == NIL ? nullptr : union_all(leaves);
}

} // namespace dv::analyze
