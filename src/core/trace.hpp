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
	};
	std::vector<Step> steps;
	std::vector<Output> outputs;
};

/* The shortest path from a changed occurrence to all key columns; none if there is none. */
std::optional<Path> find_path(const View &view, int occurrence);

/* The queries that give the keys that the changed tables' deltas may reach; empty if some occurrence has no path. */
std::optional<std::vector<std::string>> key_traces(const View &view, const Changed &changed);

} // namespace dv::core
