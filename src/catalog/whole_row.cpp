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

/* The column as the catalog has it; false past the last one. */
bool
read_column(Oid relation, AttrNumber number, FormData_pg_attribute *column)
{
	HeapTuple tuple = SearchSysCache2(ATTNUM, ObjectIdGetDatum(relation), Int16GetDatum(number));

	if (!HeapTupleIsValid(tuple))
		return false;
	memcpy(static_cast<void *>(column), GETSTRUCT(tuple), ATTRIBUTE_FIXED_PART_SIZE);
	ReleaseSysCache(tuple);
	return true;
}

/* No relation is locked: DDL on one table asks this of all others. */
bool
holds_rows(Oid relation, Oid row)
{
	FormData_pg_attribute column;
	bool found = false;

	for (AttrNumber number = 1; !found && read_column(relation, number, &column); number++)
	{
		if (column.attisdropped)
			continue;
		Oid type = getBaseType(column.atttypid);
		while (OidIsValid(get_element_type(type)))
			type = getBaseType(get_element_type(type));
		found = type == row || (get_typtype(type) == TYPTYPE_COMPOSITE && holds_rows(get_typ_typrelid(type), row));
	}
	return found;
}

} // namespace

bool
holds_rows_of(Oid table, Oid relation)
{
	Oid row = get_rel_type_id(relation);

	return OidIsValid(row) && holds_rows(table, row);
}

bool
reads_whole_row(Oid definition, Oid table)
{
	Search search = {table, definition, NIL};

	return walk_query(analyze::stored_query(definition), &search);
}

} // namespace dv::catalog
