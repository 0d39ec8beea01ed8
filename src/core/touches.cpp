#include "core/touches.hpp"

#include "core/trace.hpp"

namespace dv::core {

namespace {

/* A reading of a table that a change leads to: by an equality, or (nullptr) by all of it. */
struct Read
{
	int occurrence;
	const Edge *by;
	Path way; /* from the changed occurrence to edge->from */
};

const Edge *
first_hashed(const std::vector<const Edge *> &edges)
{
	for (const Edge *edge : edges)
		if (edge->access >= 0)
			return edge;
	return nullptr;
}

void
add_read(const View &view, const Reach &reach, const Path::Step &step, std::vector<Read> &reads)
{
	Read read{step.occurrence, first_hashed(step.by), {}};
	if (read.by)
		add_steps(view, reach, read.by->from, read.way);
	reads.push_back(std::move(read));
}

const LinearBlock *
block_of(const View &view, int occurrence)
{
	for (const LinearBlock &block : view.blocks)
		for (int i : block.occurrences)
			if (i == occurrence)
				return &block;
	return nullptr;
}

/* What a change of this occurrence reads. */
std::vector<Read>
reads_from(const View &view, int start)
{
	std::vector<Read> reads;
	Reach reach = reach_from(view, start);
	const LinearBlock *block = view.has_block ? block_of(view, start) : nullptr;
	if (block == nullptr)
	{
		if (std::optional<Path> path = find_path(view, start))
			for (size_t i = 1; i < path->steps.size(); i++)
				add_read(view, reach, path->steps[i], reads);
		return reads;
	}
	for (int i : block->occurrences)
	{
		Path way;
		if (i == start)
			continue;
		if (reach.parent[static_cast<size_t>(i)] >= 0)
		{
			add_steps(view, reach, i, way);
			add_read(view, reach, way.steps.back(), reads);
		}
		else
			reads.push_back({i, nullptr, {}});
	}
	return reads;
}

int
index_of(const View &view, const Edge *edge)
{
	return static_cast<int>(edge - view.edges.data);
}

bool
is_known(const View &view, const std::vector<Touch> &values, const Touch &touch)
{
	for (const Touch &known : values)
		if (known.writes == touch.writes && view.edges[known.edge].access == view.edges[touch.edge].access &&
			known.table == touch.table && known.column == touch.column && known.sql == touch.sql)
			return true;
	return false;
}

void
add(const View &view, std::vector<Touch> &values, Touch touch)
{
	if (!is_known(view, values, touch))
		values.push_back(std::move(touch));
}

Touch
read_touch(const View &view, const Changed &changed, Read &read)
{
	const Edge &edge = *read.by;
	bool deep = read.way.steps.size() > 1;
	Touch touch{index_of(view, &edge), false, deep, view.occurrences[read.way.steps.front().occurrence].table, {}, {}};
	if (!deep && edge.from_value.empty())
	{
		touch.column = edge.from_column;
		return touch;
	}
	read.way.outputs.push_back({edge.from, edge.from_column, edge.from_value, false});
	touch.sql = trace_query(view, changed, read.way);
	return touch;
}

Touch
write_touch(const View &view, const Edge &edge)
{
	int table = view.occurrences[edge.to].table;
	Touch touch{index_of(view, &edge), true, false, table, edge.to_value.empty() ? edge.to_column : Text(), {}};
	if (!edge.to_value.empty())
		touch.sql = "SELECT " + operand(edge.to, edge.to_column, edge.to_value, {}) + " FROM " + delta_name(table) +
					" " + alias(edge.to);
	return touch;
}

/*
 * Where a view joins two tables, each by values of the other, one of the two equalities keeps their changes apart: the
 * same two rows meet at the other one.
 */
const Edge *
lone_equality(const View &view)
{
	if (view.occurrences.n != 2 || view.occurrences[0].table == view.occurrences[1].table)
		return nullptr;
	std::vector<Read> first = reads_from(view, 0);
	std::vector<Read> second = reads_from(view, 1);
	if (first.size() != 1 || second.size() != 1)
		return nullptr;
	for (const Edge *edge : {first[0].by, second[0].by})
		if (edge == nullptr)
			return nullptr;
	for (const Edge *edge : {first[0].by, second[0].by})
		if (edge->from_value.empty() && edge->to_value.empty())
			return edge;
	return first[0].by;
}

} // namespace

Touches
touches(const View &view, const Changed &changed)
{
	Touches all;
	all.tables.assign(static_cast<size_t>(view.tables.n), false);
	const Edge *lone = lone_equality(view);
	for (int o = 0; o < view.occurrences.n; o++)
	{
		bool reads = changed[static_cast<size_t>(view.occurrences[o].table)];
		for (Read &read : reads_from(view, o))
		{
			size_t table = static_cast<size_t>(view.occurrences[read.occurrence].table);
			if (read.by == nullptr)
			{
				all.tables[table] = all.tables[table] || reads;
				continue;
			}
			if (lone && read.by != lone)
				continue;
			if (reads)
				add(view, all.values, read_touch(view, changed, read));
			if (changed[table])
				add(view, all.values, write_touch(view, *read.by));
		}
	}
	return all;
}

} // namespace dv::core
