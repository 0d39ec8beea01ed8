#include "analyze/work.hpp"

extern "C" {
#include "parser/parsetree.h"
}

namespace dv::analyze {

List *
visible_columns(Query *query)
{
	List *columns = NIL;
	ListCell *lc;
	foreach (lc, query->targetList)
		if (!lfirst_node(TargetEntry, lc)->resjunk)
			columns = lappend(columns, copyObjectImpl(lfirst(lc)));
	return columns;
}

int
count_columns(List *target_list)
{
	int n = 0;
	ListCell *lc;
	foreach (lc, target_list)
		n += !lfirst_node(TargetEntry, lc)->resjunk;
	return n;
}

/* The visible entry that is this expression, or a new hidden one at the end of the list. */
TargetEntry *
expose(List **columns, Node *expr, int *hidden)
{
	ListCell *lc;
	foreach (lc, *columns)
		if (same_expression(reinterpret_cast<Node *>(lfirst_node(TargetEntry, lc)->expr), expr))
			return lfirst_node(TargetEntry, lc);
	TargetEntry *entry = makeTargetEntry(static_cast<Expr *>(copyObjectImpl(expr)), list_length(*columns) + 1,
										 psprintf("__dv_k%d", ++*hidden), false);
	*columns = lappend(*columns, entry);
	return entry;
}

AttrNumber
position(List *columns, const TargetEntry *entry)
{
	ListCell *lc;
	foreach (lc, columns)
		if (lfirst(lc) == entry)
			return foreach_current_index(lc) + 1;
	return 0;
}

Var *
column_var(const Query *query, int rtindex, AttrNumber column)
{
	Oid type;
	int32 typmod;
	Oid collation;
	get_atttypetypmodcoll(rt_fetch(rtindex, query->rtable)->relid, column, &type, &typmod, &collation);
	return makeVar(rtindex, column, type, typmod, collation, 0);
}

Var *
key_var(Work *work, Query *query, int rtindex, AttrNumber column)
{
	use_column(work, rt_fetch(rtindex, query->rtable)->relid, column);
	return column_var(query, rtindex, column);
}

} // namespace dv::analyze
