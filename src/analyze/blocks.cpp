#include "analyze/blocks.hpp"

#include "analyze/parts.hpp"
#include "analyze/rewrite_build.hpp"
#include "analyze/work.hpp"
#include "pg/compat.hpp"

extern "C" {
#include "parser/parsetree.h"
}

namespace dv::analyze {

namespace {

struct Closed
{
	Index depth;
};

bool
refers_outside(Node *node, void *context)
{
	Closed *closed = static_cast<Closed *>(context);
	if (node == nullptr)
		return false;
	if (IsA(node, Var))
		return as<Var>(node)->varlevelsup >= closed->depth;
	if (IsA(node, Aggref) && as<Aggref>(node)->agglevelsup >= closed->depth)
		return true;
	if (IsA(node, GroupingFunc) && as<GroupingFunc>(node)->agglevelsup >= closed->depth)
		return true;
	if (IsA(node, RangeTblEntry))
	{
		RangeTblEntry *rte = as<RangeTblEntry>(node);
		return rte->rtekind == RTE_CTE && rte->ctelevelsup >= closed->depth;
	}
	if (IsA(node, Query))
	{
		closed->depth++;
		bool outside =
			pg::walk_query(as<Query>(node), refers_outside, context, QTW_EXAMINE_RTES_BEFORE | QTW_IGNORE_JOINALIASES);
		closed->depth--;
		return outside;
	}
	return pg::walk_expression(node, refers_outside, context);
}

} // namespace

bool
is_closed(Query *query)
{
	Closed closed{0};
	return !refers_outside(reinterpret_cast<Node *>(query), &closed);
}

namespace {

/* Are all joins below inner ones, of entries that satisfy `leaf`? */
template <class Leaf>
bool
all_inner(const Query *query, Node *from, Leaf leaf)
{
	ListCell *lc;
	if (IsA(from, FromExpr))
	{
		foreach (lc, as<FromExpr>(from)->fromlist)
			if (!all_inner(query, static_cast<Node *>(lfirst(lc)), leaf))
				return false;
		return true;
	}
	if (IsA(from, JoinExpr))
		return as<JoinExpr>(from)->jointype == JOIN_INNER && all_inner(query, as<JoinExpr>(from)->larg, leaf) &&
			   all_inner(query, as<JoinExpr>(from)->rarg, leaf);
	return leaf(rt_fetch(as<RangeTblRef>(from)->rtindex, query->rtable));
}

template <class Leaf>
bool
all_inner(const Query *query, Leaf leaf)
{
	return all_inner(query, reinterpret_cast<Node *>(query->jointree), leaf);
}

} // namespace

bool
pulls_up(const Query *query)
{
	return query->setOperations == nullptr && query->groupClause == NIL && query->groupingSets == NIL &&
		   query->havingQual == nullptr && query->distinctClause == NIL && query->windowClause == NIL &&
		   !query->hasAggs && !query->hasWindowFuncs && !query->hasTargetSRFs && !query->hasSubLinks &&
		   query->limitCount == nullptr && query->limitOffset == nullptr && query->cteList == NIL &&
		   all_inner(query,
					 [](const RangeTblEntry *rte) { return rte->rtekind != RTE_SUBQUERY || pulls_up(rte->subquery); });
}

bool
joins_plainly(const Query *query)
{
	return all_inner(query, [](const RangeTblEntry *rte) {
		switch (rte->rtekind)
		{
		case RTE_SUBQUERY:
			return !rte->lateral;
		case RTE_RELATION:
		case RTE_FUNCTION:
		case RTE_VALUES:
		case RTE_RESULT:
			return true;
		default:
			return false;
		}
	});
}

namespace {

/* The type of a table's rows: a column of it would stand in the way of changes to that table. */
bool
is_row_type(Oid type)
{
	Oid element = get_base_element_type(type);
	Oid relation = get_typ_typrelid(OidIsValid(element) ? element : getBaseType(type));
	return OidIsValid(relation) && get_rel_relkind(relation) != RELKIND_COMPOSITE_TYPE;
}

} // namespace

bool
storable(const Node *expr)
{
	Oid type = exprType(expr);
	return get_typtype(type) != TYPTYPE_PSEUDO && (!type_is_collatable(type) || OidIsValid(exprCollation(expr)));
}

bool
storable(Query *query)
{
	ListCell *lc;
	foreach (lc, query->targetList)
	{
		TargetEntry *entry = lfirst_node(TargetEntry, lc);
		Node *expr = reinterpret_cast<Node *>(entry->expr);
		if (!entry->resjunk && (!storable(expr) || is_row_type(exprType(expr))))
			return false;
	}
	return count_columns(query->targetList) > 0;
}

void
name_apart(Query *query)
{
	List *names = NIL;
	ListCell *lc;
	foreach (lc, column_names(query))
	{
		/* the names of maintenance columns are taken */
		char *name = strVal(lfirst(lc));
		names = lappend(names, makeString(strncmp(name, "__dv_", 5) == 0 ? pstrdup("c") : name));
	}
	name_columns(query, distinct_names(names));
}

} // namespace dv::analyze
