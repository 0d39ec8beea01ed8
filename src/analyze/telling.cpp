/*
 * Which keys tell the rows of a join apart: not that of a table whose row is determined by rows of others, since it is
 * joined to them by all columns of its key.
 */
#include "analyze/work.hpp"

extern "C" {
#include "access/stratnum.h"
#include "parser/parsetree.h"
}

namespace dv::analyze {

namespace {

struct Joined
{
	const Graph *graph;
	pg::Vec<int> reading; /* per table: of the graph */
	pg::Vec<Oid> key;     /* per table: the index over it */
};

/* Is the key's column found by an equality on rows that are known, as the index tells its values apart? */
bool
is_found(const Graph *graph, int reading, Relation key, int at, const Bitmapset *known)
{
	for (const GraphEdge &edge : graph->edges)
		if (edge.to == reading && edge.to_column == key->rd_index->indkey.values[at] &&
			bms_is_member(edge.from, known) &&
			get_op_opfamily_strategy(edge.op, key->rd_opfamily[at]) == BTEqualStrategyNumber &&
			op_volatile(edge.op) == PROVOLATILE_IMMUTABLE && /* or a clock put forward makes two times one */
			(!OidIsValid(key->rd_indcollation[at]) || key->rd_indcollation[at] == edge.collation))
			return true;
	return false;
}

bool
is_determined(const Joined *joined, int table, const Bitmapset *known)
{
	Relation key = index_open(joined->key[table], AccessShareLock);
	bool found = true;
	for (int i = 0; found && i < key->rd_index->indnkeyatts; i++)
		found = is_found(joined->graph, joined->reading[table], key, i, known);
	index_close(key, AccessShareLock);
	return found;
}

/* Do these tables' keys determine the rows of all? */
bool
determine_all(const Joined *joined, const Bitmapset *tables)
{
	Bitmapset *known = nullptr;
	for (int i = 0; i < joined->reading.n; i++)
		if (bms_is_member(i, tables))
			known = bms_add_member(known, joined->reading[i]);
	for (bool more = true; more;)
	{
		more = false;
		for (int i = 0; i < joined->reading.n; i++)
			if (!bms_is_member(joined->reading[i], known) && is_determined(joined, i, known))
			{
				known = bms_add_member(known, joined->reading[i]);
				more = true;
			}
	}
	return bms_num_members(known) == joined->reading.n;
}

/* Does the user see the key of the table? */
bool
shows_key(const Flat *flat, List *columns, int rtindex, Oid key)
{
	bool all = true;
	Relation index = index_open(key, AccessShareLock);
	for (int i = 0; all && i < index->rd_index->indnkeyatts; i++)
	{
		Var *var = column_var(flat->query, rtindex, index->rd_index->indkey.values[i]);
		bool any = false;
		ListCell *lc;
		foreach (lc, columns)
			any = any || same_expression(reinterpret_cast<Node *>(lfirst_node(TargetEntry, lc)->expr),
										 reinterpret_cast<Node *>(var));
		all = any;
	}
	index_close(index, AccessShareLock);
	return all;
}

} // namespace

Bitmapset *
telling_tables(const Flat *flat, List *columns)
{
	const pg::Vec<int> &rtindex = flat->branches[0].rtindex;
	Joined joined{read_graph(flat->branches[0].query), {}, {}};
	Bitmapset *tables = nullptr;
	for (int i = 0; i < rtindex.n; i++)
	{
		int reading = 0;
		while (reading < joined.graph->readings.n && joined.graph->readings[reading].rtindex != rtindex[i])
			reading++;
		if (reading == joined.graph->readings.n || !joined.graph->readings[reading].top)
			elog(ERROR, "a join block reads a table unseen");
		joined.reading.push(reading);
		joined.key.push(key_index(rt_fetch(rtindex[i], flat->query->rtable)->relid));
		tables = bms_add_member(tables, i);
	}
	/* Rather a key that the user does not see is left out. */
	for (bool shown : {false, true})
		for (int i = 0; i < rtindex.n; i++)
		{
			if (bms_num_members(tables) == 1 || !bms_is_member(i, tables) ||
				shows_key(flat, columns, rtindex[i], joined.key[i]) != shown)
				continue;
			Bitmapset *rest = bms_del_member(bms_copy(tables), i);
			if (determine_all(&joined, rest))
				tables = rest;
		}
	return tables;
}

} // namespace dv::analyze
