#include "core/trace.hpp"

#include "core/linear.hpp"

namespace dv::core {

namespace {

/* Breadth first from `start` along edges: parent per occurrence, -1 where not reached. */
struct Reach
{
	std::vector<int> order;
	std::vector<int> parent;
};

Reach
reach_from(const View &view, int start)
{
	Reach reach;
	reach.parent.assign(static_cast<size_t>(view.occurrences.n), -1);
	reach.parent[static_cast<size_t>(start)] = start;
	reach.order.push_back(start);
	for (size_t i = 0; i < reach.order.size(); i++)
		for (const Edge &edge : view.edges)
			if (edge.from == reach.order[i] && reach.parent[static_cast<size_t>(edge.to)] < 0)
			{
				reach.parent[static_cast<size_t>(edge.to)] = edge.from;
				reach.order.push_back(edge.to);
			}
	return reach;
}

/* The column of u that can stand for the key column: its own, or one that must equal it. */
std::optional<Text>
stands_for(const View &view, int u, const KeyColumn &key)
{
	if (u == key.occurrence)
		return key.column;
	for (const Edge &edge : view.edges)
		if (edge.from == u && edge.to == key.occurrence && edge.to_column == key.column && edge.same_type)
			return edge.from_column;
	return std::nullopt;
}

bool
read_already(const Path &path, int occurrence)
{
	for (const Path::Step &step : path.steps)
		if (step.occurrence == occurrence)
			return true;
	return false;
}

void
add_steps(const View &view, const Reach &reach, int to, Path &path)
{
	if (read_already(path, to))
		return;
	int parent = reach.parent[static_cast<size_t>(to)];
	Path::Step step{to, {}};
	if (parent != to)
	{
		add_steps(view, reach, parent, path);
		for (const Edge &edge : view.edges)
			if (edge.from == parent && edge.to == to)
				step.by.push_back(&edge);
	}
	path.steps.push_back(std::move(step));
}

std::string
column_of(int occurrence, Text column)
{
	return alias(occurrence) + "." + std::string(column);
}

std::string
operand(int occurrence, Text column, Text cast)
{
	std::string value = column_of(occurrence, column);
	return cast.empty() ? value : "(" + value + ")::" + std::string(cast);
}

std::string
trace_query(const View &view, const Changed &changed, const Path &path)
{
	std::string outputs;
	std::string from;
	std::string where;
	for (size_t i = 0; i < path.outputs.size(); i++)
		outputs += (i > 0 ? ", " : "") + column_of(path.outputs[i].occurrence, path.outputs[i].column) + " AS " +
				   key_name(static_cast<int>(i));
	for (size_t i = 0; i < path.steps.size(); i++)
	{
		int o = path.steps[i].occurrence;
		bool differs = changed[static_cast<size_t>(view.occurrences[o].table)];
		from += (i > 0 ? ", " : "") +
				source(view, o,
					   i == 0    ? Role::delta
					   : differs ? Role::before
								 : Role::current) +
				" " + alias(o);
		for (const Edge *edge : path.steps[i].by)
			where += (where.empty() ? " WHERE " : " AND ") + operand(edge->from, edge->from_column, edge->from_cast) +
					 " " + std::string(edge->op) + " " + operand(edge->to, edge->to_column, edge->to_cast);
	}
	return "SELECT DISTINCT " + outputs + " FROM " + from + where;
}

} // namespace

std::optional<Path>
find_path(const View &view, int occurrence)
{
	Reach reach = reach_from(view, occurrence);
	Path path;
	path.steps.push_back({occurrence, {}});
	for (const KeyColumn &key : view.keys)
	{
		bool found = false;
		for (int u : reach.order)
			if (std::optional<Text> column = stands_for(view, u, key))
			{
				add_steps(view, reach, u, path);
				path.outputs.push_back({u, *column});
				found = true;
				break;
			}
		if (!found)
			return std::nullopt;
	}
	return path;
}

std::optional<std::vector<std::string>>
key_traces(const View &view, const Changed &changed)
{
	for (int t = 0; t < view.tables.n; t++)
		if (changed[static_cast<size_t>(t)] && !view.traceable[t])
			return std::nullopt;
	if (view.has_block)
		return linear_traces(view, changed);

	std::vector<std::string> traces;
	for (int o = 0; o < view.occurrences.n; o++)
	{
		if (!changed[static_cast<size_t>(view.occurrences[o].table)])
			continue;
		std::optional<Path> path = find_path(view, o);
		if (!path)
			return std::nullopt;
		traces.push_back(trace_query(view, changed, *path));
	}
	return traces;
}

} // namespace dv::core
