#include "core/trace.hpp"

#include "core/linear.hpp"

namespace dv::core {

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

namespace {

struct Source
{
	int occurrence;
	Text column;
	Text value; /* instead of a column: an expression */
};

/* The columns that can stand for the key column, the fewest equalities away first: it, and those that must equal it. */
std::vector<Source>
stand_ins(const View &view, const KeyColumn &key)
{
	std::vector<Source> sources{{key.occurrence, key.column, {}}};
	auto known = [&](const Edge &edge) {
		for (const Source &source : sources)
			if (source.occurrence == edge.from && source.column == edge.from_column && source.value == edge.from_value)
				return true;
		return false;
	};
	for (size_t i = 0; i < sources.size(); i++)
		for (const Edge &edge : view.edges)
			if (edge.same_type && edge.to == sources[i].occurrence && edge.to_column == sources[i].column &&
				edge.to_value == sources[i].value && !known(edge))
				sources.push_back({edge.from, edge.from_column, edge.from_value});
	return sources;
}

bool
read_already(const Path &path, int occurrence)
{
	for (const Path::Step &step : path.steps)
		if (step.occurrence == occurrence)
			return true;
	return false;
}

} // namespace

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

namespace {

std::string
value_of(int occurrence, Text column, Text value)
{
	return value.empty() ? alias(occurrence) + "." + std::string(column) : std::string(value);
}

std::string
value_of(const Path::Output &output)
{
	return value_of(output.occurrence, output.column, output.value);
}

} // namespace

std::string
operand(int occurrence, Text column, Text value, Text cast)
{
	std::string operand = value_of(occurrence, column, value);
	return cast.empty() ? operand : "(" + operand + ")::" + std::string(cast);
}

std::string
trace_query(const View &view, const Changed &changed, const Path &path)
{
	std::string outputs;
	std::string from;
	std::string where;
	for (size_t i = 0; i < path.outputs.size(); i++)
		outputs += (i > 0 ? ", " : "") + value_of(path.outputs[i]) + " AS " + key_name(static_cast<int>(i));
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
			where += (where.empty() ? " WHERE " : " AND ") +
					 operand(edge->from, edge->from_column, edge->from_value, edge->from_cast) + " " +
					 std::string(edge->op) + " " + operand(edge->to, edge->to_column, edge->to_value, edge->to_cast);
	}
	for (const Path::Output &output : path.outputs)
		if (output.equated)
			where += (where.empty() ? " WHERE " : " AND ") + value_of(output) + " IS DISTINCT FROM NULL";
	return "SELECT DISTINCT " + outputs + " FROM " + from + where;
}

std::optional<Path>
find_path(const View &view, int occurrence)
{
	Reach reach = reach_from(view, occurrence);
	Path path;
	path.steps.push_back({occurrence, {}});
	for (const KeyColumn &key : view.keys)
	{
		std::vector<Source> sources = stand_ins(view, key);
		const Source *nearest = nullptr;
		for (size_t u = 0; u < reach.order.size() && nearest == nullptr; u++)
			for (const Source &source : sources)
				if (source.occurrence == reach.order[u] && nearest == nullptr)
					nearest = &source;
		if (nearest == nullptr)
			return std::nullopt;
		add_steps(view, reach, nearest->occurrence, path);
		path.outputs.push_back({nearest->occurrence, nearest->column, nearest->value,
								key.nullable && nearest->occurrence != key.occurrence});
	}
	return path;
}

int
count_steps(const View &view)
{
	size_t steps = 0;
	for (int o = 0; o < view.occurrences.n; o++)
		if (std::optional<Path> path = find_path(view, o))
			steps += path->steps.size();
	return static_cast<int>(steps);
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
