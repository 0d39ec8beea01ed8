/*
 * Equalities of a graph as edges of the program, and by which hash they can be locked.
 */
#include "analyze/work.hpp"

namespace dv::analyze {

namespace {

core::Text
cast_text(Oid type)
{
	return OidIsValid(type) ? text(format_type_be_qualified(type)) : core::Text();
}

core::Text
compared_column(const Graph *graph, int reading, AttrNumber column)
{
	return column > 0 ? text(column_text(graph->readings[reading].table, column)) : core::Text();
}

core::Text
compared_value(const Graph *graph, int reading, Node *value, int occurrence)
{
	return value ? text(expression_text(value, graph->readings[reading].table, psprintf("r%d", occurrence)))
				 : core::Text();
}

/* Edges that find rows of the same table by the same value, under the same hash, have one number. */
int
access_of(const Work *work, const pg::Vec<core::Edge> &edges, const core::Edge &edge, const EdgeHash &hash)
{
	if (!OidIsValid(hash.to))
		return -1;
	for (int i = 0; i < edges.n; i++)
	{
		const core::Edge &known = edges[i];
		const EdgeHash &other = work->hashes[i];
		if (other.to == hash.to && other.collation == hash.collation && known.to_column == edge.to_column &&
			known.to_value == edge.to_value && known.to_cast == edge.to_cast &&
			work->occurrences[known.to].table == work->occurrences[edge.to].table)
			return known.access;
	}
	return edges.n;
}

EdgeHash
hash_of(const GraphEdge &edge)
{
	EdgeHash hash{InvalidOid, InvalidOid, edge.collation};
	if (!get_op_hash_functions(edge.op, &hash.from, &hash.to))
		hash.from = hash.to = InvalidOid;
	return hash;
}

void
add_edges(Work *work, const Graph *graph, const pg::Vec<int> &occurrence, pg::Vec<core::Edge> *edges)
{
	for (const GraphEdge &edge : graph->edges)
	{
		int from = occurrence[edge.from];
		int to = occurrence[edge.to];
		core::Edge out{};
		out.from = from;
		out.from_column = compared_column(graph, edge.from, edge.from_column);
		out.from_value = compared_value(graph, edge.from, edge.from_value, from);
		out.from_cast = cast_text(edge.from_cast);
		out.to = to;
		out.to_column = compared_column(graph, edge.to, edge.to_column);
		out.to_value = compared_value(graph, edge.to, edge.to_value, to);
		out.to_cast = cast_text(edge.to_cast);
		out.op = text(operator_text(edge.op));
		out.same_type = edge.same_type;
		EdgeHash hash = hash_of(edge);
		out.access = access_of(work, *edges, out, hash);
		edges->push(out);
		work->hashes.push(hash);
	}
}

void
set_edges(Work *work, const pg::Vec<core::Edge> &edges)
{
	work->ir->edges = slice(edges);
	work->analysis->edge_hashes = work->hashes.data;
}

} // namespace

void
edges_of(Work *work, const Graph *graph)
{
	pg::Vec<int> occurrence;
	pg::Vec<core::Edge> edges;
	for (int i = 0; i < graph->readings.n; i++)
		occurrence.push(i);
	work->hashes.clear();
	add_edges(work, graph, occurrence, &edges);
	set_edges(work, edges);
}

void
edges_of_blocks(Work *work, const Flat *flat)
{
	pg::Vec<core::Edge> edges;
	work->hashes.clear();
	for (const Branch &branch : flat->branches)
	{
		Graph *graph = read_graph(branch.query);
		pg::Vec<int> occurrence;
		for (const Reading &reading : graph->readings)
		{
			int at = 0;
			while (at < branch.rtindex.n && branch.rtindex[at] != reading.rtindex)
				at++;
			if (at == branch.rtindex.n || !reading.top)
				elog(ERROR, "a join block reads a table unseen");
			occurrence.push(branch.first + at);
		}
		add_edges(work, graph, occurrence, &edges);
	}
	set_edges(work, edges);
}

} // namespace dv::analyze
