#include "analyze/blocks.hpp"

#include "analyze/parts.hpp"
#include "analyze/work.hpp"
#include "pg/compat.hpp"

extern "C" {
#include "mb/pg_wchar.h"
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

bool is_inner_join(Node *node, const Query *query);

} // namespace

bool
pulls_up(const Query *query)
{
	return query->setOperations == nullptr && query->groupClause == NIL && query->groupingSets == NIL &&
		   query->havingQual == nullptr && query->distinctClause == NIL && query->windowClause == NIL &&
		   !query->hasAggs && !query->hasWindowFuncs && !query->hasTargetSRFs && !query->hasSubLinks &&
		   query->limitCount == nullptr && query->limitOffset == nullptr && query->cteList == NIL &&
		   is_inner_join(reinterpret_cast<Node *>(query->jointree), query);
}

namespace {

bool
is_inner_join(Node *node, const Query *query)
{
	ListCell *lc;
	if (IsA(node, FromExpr))
	{
		foreach (lc, as<FromExpr>(node)->fromlist)
			if (!is_inner_join(static_cast<Node *>(lfirst(lc)), query))
				return false;
		return true;
	}
	if (IsA(node, JoinExpr))
		return as<JoinExpr>(node)->jointype == JOIN_INNER && is_inner_join(as<JoinExpr>(node)->larg, query) &&
			   is_inner_join(as<JoinExpr>(node)->rarg, query);
	RangeTblEntry *rte = rt_fetch(as<RangeTblRef>(node)->rtindex, query->rtable);
	return rte->rtekind != RTE_SUBQUERY || pulls_up(rte->subquery);
}

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
storable(Query *query)
{
	ListCell *lc;
	foreach (lc, query->targetList)
	{
		TargetEntry *entry = lfirst_node(TargetEntry, lc);
		Node *expr = reinterpret_cast<Node *>(entry->expr);
		Oid type = exprType(expr);
		if (!entry->resjunk && (get_typtype(type) == TYPTYPE_PSEUDO || is_row_type(type) ||
								(type_is_collatable(type) && !OidIsValid(exprCollation(expr)))))
			return false;
	}
	return count_columns(query->targetList) > 0;
}

void
name_columns(List *target_list)
{
	ListCell *lc;
	List *names = NIL;
	foreach (lc, target_list)
	{
		TargetEntry *entry = lfirst_node(TargetEntry, lc);
		if (entry->resjunk)
			continue;
		const char *base = entry->resname && strncmp(entry->resname, "__dv_", 5) != 0 ? entry->resname : "c";
		const char *name = base;
		for (int i = 1; list_member(names, makeString(pstrdup(name))); i++)
			name = psprintf("%.*s_%d", pg_mbcliplen(base, strlen(base), NAMEDATALEN - 12), base, i);
		entry->resname = pstrdup(name);
		names = lappend(names, makeString(entry->resname));
	}
}

} // namespace dv::analyze
