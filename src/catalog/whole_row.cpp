#include "catalog/whole_row.hpp"

#include "analyze/analysis.hpp"
#include "pg/compat.hpp"

extern "C" {
#include "nodes/pathnodes.h"
#include "parser/parsetree.h"
}

namespace dv::catalog {

namespace {

struct Search
{
	Oid table;
	Oid view;      /* the rule of a view lists the view itself in its range table, up to 15 */
	List *queries; /* innermost first */
};

bool walk(Node *node, void *context);

bool
walk_query(Query *query, Search *search)
{
	ListCell *cell;

	foreach (cell, query->rtable)
	{
		RangeTblEntry *rte = lfirst_node(RangeTblEntry, cell);

		if (rte->rtekind == RTE_RELATION && rte->relkind == RELKIND_VIEW && rte->relid != search->view &&
			reads_whole_row(rte->relid, search->table))
			return true;
	}
	search->queries = lcons(query, search->queries);
	bool found = pg::walk_query(query, walk, search, 0);
	search->queries = list_delete_first(search->queries);
	return found;
}

bool
walk(Node *node, void *context)
{
	Search *search = static_cast<Search *>(context);

	if (node == nullptr)
		return false;
	if (IsA(node, Query))
		return walk_query(reinterpret_cast<Query *>(node), search);
	if (IsA(node, Var))
	{
		Var *var = reinterpret_cast<Var *>(node);
		if (var->varattno != InvalidAttrNumber || static_cast<int>(var->varlevelsup) >= list_length(search->queries))
			return false;
		Query *query = static_cast<Query *>(list_nth(search->queries, static_cast<int>(var->varlevelsup)));
		return rt_fetch(var->varno, query->rtable)->relid == search->table;
	}
	return pg::walk_expression(node, walk, context);
}

bool
holds_rows(TupleDesc desc, Oid row)
{
	bool found = false;

	for (int i = 0; i < desc->natts && !found; i++)
	{
		if (TupleDescAttr(desc, i)->attisdropped)
			continue;
		Oid type = getBaseType(TupleDescAttr(desc, i)->atttypid);
		while (OidIsValid(get_element_type(type)))
			type = getBaseType(get_element_type(type));
		found = type == row;
		if (!found && get_typtype(type) == TYPTYPE_COMPOSITE)
			found = holds_rows(lookup_rowtype_tupdesc_copy(type, -1), row);
	}
	return found;
}

} // namespace

bool
holds_rows_of(Oid table, Oid relation)
{
	if (!SearchSysCacheExists1(RELOID, ObjectIdGetDatum(table)) || !OidIsValid(get_rel_type_id(relation)))
		return false;
	Relation rel = relation_open(table, AccessShareLock);
	bool found = holds_rows(RelationGetDescr(rel), get_rel_type_id(relation));
	relation_close(rel, NoLock);
	return found;
}

bool
reads_whole_row(Oid definition, Oid table)
{
	Search search = {table, definition, NIL};

	return walk_query(analyze::stored_query(definition), &search);
}

} // namespace dv::catalog
