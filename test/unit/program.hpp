#pragma once

/*
 * A view program with its storage, for tests to build by hand.
 */
#include "core/ir.hpp"
#include "core/source.hpp"

#include <deque>
#include <string>
#include <vector>

namespace dv::test {

using namespace dv::core;

struct Program
{
	View view;

	/* A base table; returns its index. */
	int table(const char *name, std::vector<Text> columns, std::vector<Text> leading = {})
	{
		lists.push_back(std::move(columns));
		std::vector<Text> &kept = lists.back();
		lists.push_back(std::move(leading));
		tables.push_back(BaseTable{name, slice(kept), slice(lists.back())});
		view.tables = slice(tables);
		return view.tables.n - 1;
	}

	/* A reading of a table; returns its index. Each table counts as traceable. */
	int reads(int table_index)
	{
		occurrences.push_back(Occurrence{table_index});
		view.occurrences = slice(occurrences);
		flags.assign(tables.size(), 1);
		view.traceable = Slice<bool>{reinterpret_cast<const bool *>(flags.data()), view.tables.n};
		return view.occurrences.n - 1;
	}

	void not_traceable(int table_index) { flags[static_cast<size_t>(table_index)] = 0; }

	/* One direction of an equality. */
	void edge(int from, Text from_column, int to, Text to_column, bool same_type = true)
	{
		edges.push_back(Edge{from, from_column, to, to_column, "=", same_type});
		view.edges = slice(edges);
	}

	/* What the last edge compares instead of columns. */
	void values(Text from, Text to)
	{
		edges.back().from_value = from;
		edges.back().to_value = to;
	}

	/* The last edge can be locked by values. */
	void access(int number) { edges.back().access = number; }

	void both_ways(int a, Text a_column, int b, Text b_column)
	{
		edge(a, a_column, b, b_column);
		edge(b, b_column, a, a_column);
	}

	void key(Text name, int occurrence, Text column, bool nullable = true)
	{
		keys.push_back(KeyColumn{name, "=", nullable, occurrence, column});
		view.keys = slice(keys);
	}

	/* One more branch: the occurrences since the last one are in it. */
	void block(std::string body)
	{
		texts.push_back(std::move(body));
		std::vector<int> &numbers = in_blocks.emplace_back();
		for (; blocked < view.occurrences.n; blocked++)
			numbers.push_back(blocked);
		blocks.push_back(LinearBlock{texts.back(), slice(numbers)});
		view.blocks = slice(blocks);
		view.has_block = true;
	}

	void state(StateKind kind, int argument, Text type = {}, Text aggregate = {})
	{
		states.push_back(State{kind, argument, type, aggregate});
		view.states = slice(states);
	}

private:
	template <class T> static Slice<T> slice(const std::vector<T> &from)
	{
		return Slice<T>{from.data(), static_cast<int>(from.size())};
	}

	std::deque<std::vector<Text>> lists;
	std::deque<std::string> texts;
	std::vector<BaseTable> tables;
	std::vector<Occurrence> occurrences;
	std::vector<unsigned char> flags;
	std::vector<Edge> edges;
	std::vector<KeyColumn> keys;
	std::vector<State> states;
	std::vector<LinearBlock> blocks;
	std::deque<std::vector<int>> in_blocks;
	int blocked = 0;
};

} // namespace dv::test
