#pragma once

#include "core/source.hpp"

#include <optional>

namespace dv::core {

/*
 * How a changed row of one occurrence reaches the partition key: the
 * occurrences read on the way (the changed one first), each by the edges from
 * those before it, and where each key column is then taken from.
 *
 * Sound, because an edge u -> v says that a row of u matters only together with
 * rows of v that satisfy it.  Take an output row that differs between the two
 * states, and on its path to the key the changed row that is nearest to the
 * key: what lies between is unchanged, so reading it in either state finds it.
 *
 * A path need not be walked to its end.  Where its equalities lead from a column
 * of u through one column of each occurrence to the key, all by the equality that
 * tells keys apart, u's column equals the key in every row that satisfies them:
 * what it holds is a superset of the keys that the rest of the path would find.
 * Its NULLs equal nothing, and lead nowhere.
 */
struct Path
{
	struct Step
	{
		int occurrence;
		std::vector<const Edge *> by; /* empty for the changed occurrence */
	};
	struct Output
	{
		int occurrence;
		Text column;
		Text value;   /* instead of a column: an expression */
		bool equated; /* another column than the key's stands for a key that may be NULL: its own NULLs are none */
	};
	std::vector<Step> steps;
	std::vector<Output> outputs;
};

/* The shortest path from a changed occurrence to all key columns; none if there is none. */
std::optional<Path> find_path(const View &view, int occurrence);

/* Breadth first from an occurrence along the edges. */
struct Reach
{
	std::vector<int> order;
	std::vector<int> parent; /* per occurrence: the one from which it was reached, itself for the first, -1 for none */
};
Reach reach_from(const View &view, int start);

/* Adds what lies between the path's beginning and an occurrence that is within reach of it, that one included. */
void add_steps(const View &view, const Reach &reach, int to, Path &path);

/* The outputs of a path as a query, in every state that the changed tables were or are in. */
std::string trace_query(const View &view, const Changed &changed, const Path &path);

/* A side of an equality, as it compares it. */
std::string operand(int occurrence, Text column, Text value, Text cast);

/* How many tables all paths to the key read, the changed ones included. */
int count_steps(const View &view);

/* The queries that give the keys that the changed tables' deltas may reach; empty if some occurrence has no path. */
std::optional<std::vector<std::string>> key_traces(const View &view, const Changed &changed);

} // namespace dv::core
