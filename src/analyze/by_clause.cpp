#include "analyze/work.hpp"

extern "C" {
#include "optimizer/optimizer.h"
#include "parser/parsetree.h"
}

namespace dv::analyze {

namespace {

/* Key entries become columns of the view: those that are junk go to the end, with a name. */
List *
columns_with_keys(Query *query, List *entries)
{
	List *columns = NIL;
	ListCell *lc;
	int hidden = 0;
	foreach (lc, query->targetList)
		if (!lfirst_node(TargetEntry, lc)->resjunk)
			columns = lappend(columns, lfirst(lc));
	foreach (lc, entries)
	{
		TargetEntry *entry = lfirst_node(TargetEntry, lc);
		if (!entry->resjunk)
			continue;
		entry->resjunk = false;
		entry->resname = psprintf("__dv_k%d", ++hidden);
		columns = lappend(columns, entry);
	}
	foreach (lc, query->targetList)
		if (lfirst_node(TargetEntry, lc)->resjunk)
			columns = lappend(columns, lfirst(lc));
	foreach (lc, columns)
		lfirst_node(TargetEntry, lc)->resno = foreach_current_index(lc) + 1;
	return columns;
}

} // namespace

void
add_key(pg::Vec<core::KeyColumn> *keys, const TargetEntry *entry, bool nullable, int occurrence, core::Text column)
{
	TypeCacheEntry *type = lookup_type_cache(exprType(reinterpret_cast<Node *>(entry->expr)), TYPECACHE_EQ_OPR);
	core::KeyColumn key{};
	key.name = text(quote_identifier(entry->resname));
	key.equal = text(operator_text(type->eq_opr));
	key.nullable = nullable;
	key.occurrence = occurrence;
	key.column = column;
	keys->push(key);
}

void
finish_keyed(Work *work, const pg::Vec<core::KeyColumn> &keys, const pg::Vec<AttrNumber> &columns,
			 engine::Identity identity, bool bounded, bool not_null)
{
	Analysis *analysis = work->analysis;
	work->ir->kind = core::Kind::keyed;
	work->ir->keys = slice(keys);
	analysis->content_sql = text_of(work->query);
	analysis->ncolumns = count_columns(work->query->targetList);
	analysis->shape.nvisible = analysis->nvisible;
	analysis->shape.identity = identity;
	analysis->shape.nkeys = keys.n;
	analysis->shape.keys = columns.data;
	analysis->index_unique = identity == engine::Identity::key;
	analysis->keys_not_null = not_null;
	if (!bounded || keys.n > INDEX_MAX_KEYS)
		analysis->hash_name = "__dv_key";
}

/* The clauses whose columns a change cannot move a row between unseen: group, partition or distinct columns. */
bool
key_entries(Query *query, List **entries, engine::Identity *identity)
{
	ListCell *lc;
	if (query->setOperations || query->groupingSets != NIL || query->limitCount || query->limitOffset ||
		query->hasTargetSRFs || query->hasRecursive ||
		((query->hasAggs || query->havingQual) && query->groupClause == NIL))
		return false;
	int kinds = (query->groupClause != NIL) + (query->windowClause != NIL) + (query->distinctClause != NIL);
	if (kinds == 0)
		return true;
	if (kinds > 1)
		return false;
	*identity = engine::Identity::group;
	List *clauses = query->distinctClause;
	if (query->groupClause != NIL)
	{
		clauses = query->groupClause;
		*identity = engine::Identity::key;
	}
	if (query->windowClause != NIL)
	{
		clauses = linitial_node(WindowClause, query->windowClause)->partitionClause;
		foreach (lc, query->windowClause)
		{
			List *common = NIL;
			ListCell *a;
			ListCell *b;
			foreach (a, clauses)
				foreach (b, lfirst_node(WindowClause, lc)->partitionClause)
					if (lfirst_node(SortGroupClause, a)->tleSortGroupRef ==
						lfirst_node(SortGroupClause, b)->tleSortGroupRef)
						common = lappend(common, lfirst(a));
			clauses = common;
		}
	}
	foreach (lc, clauses)
	{
		TargetEntry *entry = get_sortgroupclause_tle(lfirst_node(SortGroupClause, lc), query->targetList);
		if (!hashable_type(exprType(reinterpret_cast<Node *>(entry->expr))))
			return false;
		*entries = list_append_unique_ptr(*entries, entry);
	}
	return clauses != NIL;
}

/* Group, partition or distinct columns: computed by the join block where FROM is one, else found along equalities. */
bool
analyze_by_clause(Work *work, Flat *flat, List *entries, engine::Identity identity)
{
	ListCell *lc;
	pg::Vec<core::KeyColumn> keys;
	pg::Vec<AttrNumber> columns;
	List *block = NIL;
	bool bounded = true;
	pg::Vec<int> readings;
	pg::Vec<AttrNumber> attnos;

	foreach (lc, entries)
	{
		int reading = -1;
		AttrNumber attno = 0;
		if (flat == nullptr &&
			!resolve_output(work->query, reinterpret_cast<Node *>(lfirst_node(TargetEntry, lc)->expr), &reading,
							&attno))
			return false;
		readings.push(reading);
		attnos.push(attno);
	}
	Graph *graph = flat ? nullptr : read_graph(work->query);
	if (flat)
		foreach (lc, entries)
		{
			TargetEntry *entry = lfirst_node(TargetEntry, lc);
			ListCell *c;
			foreach (c, flat->query->targetList)
				if (lfirst_node(TargetEntry, c)->resno == entry->resno)
					block = lappend(
						block, makeTargetEntry(static_cast<Expr *>(copyObjectImpl(lfirst_node(TargetEntry, c)->expr)),
											   list_length(block) + 1, psprintf("k%d", list_length(block) + 1), false));
		}
	work->query->targetList = columns_with_keys(work->query, entries);
	foreach (lc, entries)
	{
		TargetEntry *entry = lfirst_node(TargetEntry, lc);
		int i = foreach_current_index(lc);
		add_key(&keys, entry, true, readings[i],
				graph ? text(column_text(graph->readings[readings[i]].table, attnos[i])) : core::Text());
		columns.push(entry->resno);
		bounded = bounded && bounded_type(exprType(reinterpret_cast<Node *>(entry->expr)),
										  exprTypmod(reinterpret_cast<Node *>(entry->expr)));
	}
	if (flat)
	{
		occurrences_of(work, flat);
		add_blocks(work->analysis, work->ir, flat, block);
		foreach (lc, block)
		{
			core::KeyColumn &key = keys[foreach_current_index(lc)];
			locate_column(flat, reinterpret_cast<Node *>(lfirst_node(TargetEntry, lc)->expr), &key.occurrence,
						  &key.column);
		}
	}
	else
	{
		for (const Reading &reading : graph->readings)
			work->occurrences.push(core::Occurrence{table_index(work, reading.table)});
		edges_of(work, graph);
	}
	finish_keyed(work, keys, columns, identity, bounded, false);
	return true;
}

} // namespace dv::analyze
