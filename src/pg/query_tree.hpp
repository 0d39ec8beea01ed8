#pragma once

/*
 * Differences between server versions that concern query trees.
 */
#include "pg/postgres.hpp"

extern "C" {
#include "optimizer/optimizer.h"
#include "parser/parse_relation.h"
#include "rewrite/rewriteManip.h"
}

namespace dv::pg {

/* Tree walkers with a type: up to 15 their callback is declared without parameters, which C++ reads as "none". */
using Walker = bool (*)(Node *, void *);
using Mutator = Node *(*) (Node *, void *);

inline bool
walk_expression(Node *node, Walker walker, void *context)
{
#if PG_VERSION_NUM >= 160000
	return expression_tree_walker(node, walker, context);
#else
	return expression_tree_walker(node, reinterpret_cast<bool (*)()>(reinterpret_cast<void *>(walker)), context);
#endif
}

inline bool
walk_query(Query *query, Walker walker, void *context, int flags)
{
#if PG_VERSION_NUM >= 160000
	return query_tree_walker(query, walker, context, flags);
#else
	return query_tree_walker(query, reinterpret_cast<bool (*)()>(reinterpret_cast<void *>(walker)), context, flags);
#endif
}

inline Node *
mutate_expression(Node *node, Mutator mutator, void *context)
{
#if PG_VERSION_NUM >= 160000
	return expression_tree_mutator(node, mutator, context);
#else
	return expression_tree_mutator(node, reinterpret_cast<Node *(*) ()>(reinterpret_cast<void *>(mutator)), context);
#endif
}

inline Query *
mutate_query(Query *query, Mutator mutator, void *context, int flags)
{
#if PG_VERSION_NUM >= 160000
	return query_tree_mutator(query, mutator, context, flags);
#else
	return query_tree_mutator(query, reinterpret_cast<Node *(*) ()>(reinterpret_cast<void *>(mutator)), context, flags);
#endif
}

/* SQL/JSON (16, 17) turns values into JSON and back by itself, under settings, and not by functions that say so. */
inline bool
converts_json(const Node *node)
{
#if PG_VERSION_NUM >= 170000
	return IsA(node, JsonConstructorExpr) || IsA(node, JsonExpr);
#elif PG_VERSION_NUM >= 160000
	return IsA(node, JsonConstructorExpr);
#else
	(void) node;
	return false;
#endif
}

/* An aggregate in whose syntax no order can be given (16). */
inline bool
is_json_objectagg(const Node *node)
{
#if PG_VERSION_NUM >= 160000
	return IsA(node, JsonConstructorExpr) &&
		   reinterpret_cast<const JsonConstructorExpr *>(node)->type == JSCTOR_JSON_OBJECTAGG;
#else
	(void) node;
	return false;
#endif
}

/* The columns of an entry: their names, and Vars. */
inline void
expand_entry(RangeTblEntry *rte, int rtindex, List **names, List **vars)
{
#if PG_VERSION_NUM >= 180000
	expandRTE(rte, rtindex, 0, VAR_RETURNING_DEFAULT, -1, false, names, vars);
#else
	expandRTE(rte, rtindex, 0, -1, false, names, vars);
#endif
}

inline Node *
flatten_join_aliases(Query *query, Node *node)
{
#if PG_VERSION_NUM >= 160000
	return flatten_join_alias_vars(nullptr, query, node);
#else
	return flatten_join_alias_vars(query, node);
#endif
}

/* An entry's columns become the outputs of the target list. */
inline Node *
replace_columns(Node *node, int rtindex, int levels_up, RangeTblEntry *entry, List *target_list, bool *has_sublinks)
{
#if PG_VERSION_NUM >= 180000
	return ReplaceVarsFromTargetList(node, rtindex, levels_up, entry, target_list, 0, REPLACEVARS_REPORT_ERROR, 0,
									 has_sublinks);
#else
	return ReplaceVarsFromTargetList(node, rtindex, levels_up, entry, target_list, REPLACEVARS_REPORT_ERROR, 0,
									 has_sublinks);
#endif
}

#if PG_VERSION_NUM >= 160000
inline void as_in_15(Query *query);

inline bool
node_as_in_15(Node *node, void *)
{
	if (node == nullptr)
		return false;
	if (IsA(node, Query))
		as_in_15(reinterpret_cast<Query *>(node));
	else if (IsA(node, Var))
		reinterpret_cast<Var *>(node)->varnullingrels = nullptr;
	return !IsA(node, Query) && expression_tree_walker(node, node_as_in_15, nullptr);
}
#endif

/*
 * A parsed query without what came later: an entry that stands for the groups (18), marks of the outer joins that a
 * column has passed (16), and rights in a list of their own (16), which no entry could leave its query without.
 */
inline void
as_in_15(Query *query)
{
#if PG_VERSION_NUM >= 180000
	if (query->hasGroupRTE)
	{
		Node *target_list = flatten_group_exprs(nullptr, query, reinterpret_cast<Node *>(query->targetList));
		query->targetList = reinterpret_cast<List *>(target_list);
		query->havingQual = flatten_group_exprs(nullptr, query, query->havingQual);
		query->hasGroupRTE = false;
	}
#endif
#if PG_VERSION_NUM >= 160000
	ListCell *lc;
	foreach (lc, query->rtable)
	{
		RangeTblEntry *rte = lfirst_node(RangeTblEntry, lc);
		rte->perminfoindex = 0;
#if PG_VERSION_NUM >= 180000
		if (rte->rtekind != RTE_GROUP)
			continue;
		rte->rtekind = RTE_RESULT;
		rte->groupexprs = NIL;
		rte->eref = makeAlias("unread", NIL);
#endif
	}
	query->rteperminfos = NIL;
	(void) query_tree_walker(query, node_as_in_15, nullptr, 0);
#else
	(void) query;
#endif
}

} // namespace dv::pg
