#pragma once

/*
 * Key traces followed by hand, and held against what a random change does to a view.
 */
#include "core/trace.hpp"
#include "multiset.hpp"
#include "program.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace dv::test {

using Tables = std::vector<Rows>;
using Content = std::map<int, std::vector<Row>>; /* by key */

/* NULL: equal to nothing. */
inline constexpr int null = 0;

inline bool
equal(int a, int b)
{
	return a == b && a != null;
}

inline size_t
column_number(const View &view, int occurrence, Text column)
{
	const Slice<Text> &columns = view.tables[view.occurrences[occurrence].table].columns;
	return static_cast<size_t>(std::find(columns.begin(), columns.end(), column) - columns.begin());
}

/* The keys that a path leads to, in the way of trace_query. */
inline void
follow(const View &view, const Path &path, const Changed &changed, const std::vector<History> &histories,
	   std::set<int> *keys)
{
	std::vector<std::map<int, Row>> partial{{}};
	for (const Path::Step &step : path.steps)
	{
		size_t table = static_cast<size_t>(view.occurrences[step.occurrence].table);
		Role role = &step == &path.steps.front() ? Role::delta : changed[table] ? Role::before : Role::current;
		std::vector<std::map<int, Row>> wider;
		for (const std::map<int, Row> &left : partial)
			for (const Signed &right : histories[table].as(role))
			{
				bool match = true;
				for (const Edge *edge : step.by)
					match = match && equal(left.at(edge->from)[column_number(view, edge->from, edge->from_column)],
										   right.row[column_number(view, edge->to, edge->to_column)]);
				if (!match)
					continue;
				wider.push_back(left);
				wider.back()[step.occurrence] = right.row;
			}
		partial = std::move(wider);
	}
	const Path::Output &output = path.outputs.front();
	for (const std::map<int, Row> &row : partial)
		if (int key = row.at(output.occurrence)[column_number(view, output.occurrence, output.column)];
			key != null || !output.equated)
			keys->insert(key);
}

/* Random changes of random tables: whatever key's content differs must be traced. */
inline void
expect_sound(const Program &p, Content (*evaluate)(const Tables &))
{
	Random random(4);
	int differing = 0;
	for (int round = 0; round < 2000; round++)
	{
		Changed changed;
		std::vector<History> histories;
		Tables olds;
		Tables news;
		for (int t = 0; t < p.view.tables.n; t++)
		{
			changed.push_back(pick(random, 2) == 0);
			histories.push_back(random_history(random, p.view.tables[t].columns.n, 4, changed.back()));
			olds.push_back(histories.back().old_rows);
			news.push_back(histories.back().new_rows);
		}
		std::set<int> traced;
		for (int o = 0; o < p.view.occurrences.n; o++)
			if (changed[static_cast<size_t>(p.view.occurrences[o].table)])
			{
				std::optional<Path> path = find_path(p.view, o);
				ASSERT_TRUE(path) << "occurrence " << o;
				follow(p.view, *path, changed, histories, &traced);
			}
		Content before = evaluate(olds);
		Content after = evaluate(news);
		for (int key = 0; key < 4; key++)
		{
			std::sort(before[key].begin(), before[key].end());
			std::sort(after[key].begin(), after[key].end());
			if (before[key] == after[key])
				continue;
			differing++;
			ASSERT_EQ(traced.count(key), 1U) << "round " << round << ", key " << key;
		}
	}
	EXPECT_GT(differing, 300);
}

inline std::string
trace(const Program &p, int table)
{
	std::optional<std::vector<std::string>> traces = key_traces(p.view, only(p.view, table));
	if (!traces)
		return "none";
	std::string all;
	for (const std::string &one : *traces)
		all += (all.empty() ? "" : "; ") + one;
	return all;
}

/* orders o, with an array of (items i JOIN products p) WHERE i.order_id = o.id */
inline Program
document()
{
	Program p;
	int o = p.reads(p.table("orders", {"id", "status"}));
	int i = p.reads(p.table("items", {"order_id", "product_id"}));
	int r = p.reads(p.table("products", {"id", "name"}));
	p.edge(i, "order_id", o, "id");
	p.both_ways(i, "product_id", r, "id");
	p.key("id", o, "id", false);
	return p;
}

} // namespace dv::test
