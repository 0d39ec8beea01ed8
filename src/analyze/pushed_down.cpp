#include "analyze/graph.hpp"

#include "core/ir.hpp"

extern "C" {
#include "parser/parsetree.h"
}

namespace dv::analyze {

namespace {

struct Known
{
	int reading;
	AttrNumber column;
	int key; /* which key column it equals */
};

bool
is_known(const pg::Vec<Known> &known, int reading, AttrNumber column, int key)
{
	for (const Known &one : known)
		if (one.reading == reading && one.column == column && (key < 0 || one.key == key))
			return true;
	return false;
}

/*
 * The columns that equal a key column wherever their rows matter.  The planner derives the same: from q.p = k.p and a
 * chain of equalities, and into the null-extended side of an outer join from the other.
 */
pg::Vec<Known>
known_columns(const Graph *graph, core::Slice<core::KeyColumn> keys)
{
	pg::Vec<Known> known;
	for (int k = 0; k < keys.n; k++)
		if (keys[k].occurrence >= 0)
		{
			Oid table = graph->readings[keys[k].occurrence].table;
			for (AttrNumber column = 1; get_attname(table, column, true) != nullptr; column++)
				if (core::Text(column_text(table, column)) == keys[k].column)
					known.push(Known{keys[k].occurrence, column, k});
		}
	for (int i = 0; i < known.n; i++)
		for (const GraphEdge &edge : graph->edges)
			if (edge.to == known[i].reading && edge.to_column == known[i].column && edge.from_column > 0 &&
				!is_known(known, edge.from, edge.from_column, known[i].key))
				known.push(Known{edge.from, edge.from_column, known[i].key});
	return known;
}

/* More than FROM and WHERE: it is computed by itself, for what reaches into it alone. */
bool
stands_alone(const Query *query)
{
	return query->setOperations || query->hasAggs || query->groupClause != NIL || query->groupingSets != NIL ||
		   query->havingQual || query->distinctClause != NIL || query->windowClause != NIL || query->hasTargetSRFs ||
		   query->limitCount || query->limitOffset;
}

/* One group, partition or row of it is computed per key, or what has all the key's columns. */
bool
is_restricted(const Builder *builder, int block, const pg::Vec<Known> &known, int nkeys)
{
	const Query *query = builder->blocks[block].query;
	Bitmapset *found = nullptr;
	int exported = 0;
	int restricted = 0;
	ListCell *lc;
	foreach (lc, query->targetList)
	{
		TargetEntry *entry = lfirst_node(TargetEntry, lc);
		Endpoint endpoint;
		if (!exports(query, entry))
			continue;
		exported++;
		if (!resolve(builder, block, reinterpret_cast<Node *>(entry->expr), &endpoint) || endpoint.rtindex == 0 ||
			endpoint.column.attno == 0)
			continue;
		restricted += is_known(known, endpoint.column.reading, endpoint.column.attno, -1);
		for (int k = 0; k < nkeys; k++)
			if (is_known(known, endpoint.column.reading, endpoint.column.attno, k))
				found = bms_add_member(found, k);
	}
	return exported > 0 && (restricted == exported || bms_num_members(found) == nkeys);
}

bool
pushed_into(const Builder *builder, int at, const pg::Vec<Known> &known, int nkeys)
{
	const Block &block = builder->blocks[at];
	for (int i = 1; i <= list_length(block.query->rtable); i++)
	{
		int child = block.child[i];
		if (child < 0)
			continue;
		bool lateral = rt_fetch(i, block.query->rtable)->lateral;
		if (!lateral && stands_alone(builder->blocks[child].query) && !is_restricted(builder, child, known, nkeys))
			return false;
		if (!lateral && !pushed_into(builder, child, known, nkeys))
			return false;
	}
	return true;
}

} // namespace

bool
pushed_down(Query *normalized, const core::View *ir)
{
	Builder *builder = build_graph(normalized);
	return pushed_into(builder, 0, known_columns(builder->graph, ir->keys), ir->keys.n);
}

} // namespace dv::analyze
