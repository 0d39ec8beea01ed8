#include "core/explain.hpp"

#include "core/aggregate.hpp"
#include "core/keyed.hpp"
#include "core/linear.hpp"
#include "core/trace.hpp"

namespace dv::core {

namespace {

std::string
joined(const std::vector<std::string> &queries)
{
	std::string all;
	for (const std::string &query : queries)
		all += (all.empty() ? "" : ";\n") + query;
	return all;
}

bool
leads_an_index(const BaseTable &table, Text column)
{
	for (Text leading : table.leading)
		if (leading == column)
			return true;
	return false;
}

void
advise(const View &view, int occurrence, Text column, std::string &advice)
{
	const BaseTable &table = view.tables[view.occurrences[occurrence].table];
	std::string statement = "CREATE INDEX ON " + std::string(table.name) + " (" + std::string(column) + ")";
	if (column.empty() || leads_an_index(table, column) || advice.find(statement + ";") != std::string::npos)
		return;
	advice += (advice.empty() ? "" : "\n") + statement + ";";
}

/* What is recomputed is computed for some keys alone: an index on one of the key's columns finds their rows. */
void
advise_for_keys(const View &view, int table, std::string &advice)
{
	bool recomputes = view.kind == Kind::keyed;
	for (const State &state : view.states)
		recomputes = recomputes || state.kind == StateKind::extreme;
	if (!recomputes)
		return;
	const KeyColumn *first = nullptr;
	for (const KeyColumn &key : view.keys)
	{
		if (key.occurrence < 0)
			continue;
		if (leads_an_index(view.tables[view.occurrences[key.occurrence].table], key.column))
			return;
		first = first ? first : &key;
	}
	if (first && view.occurrences[first->occurrence].table == table)
		advise(view, first->occurrence, first->column, advice);
}

/* An index on either side of an equality finds the partners of a changed row of the other. */
std::string
advice_for(const View &view, int table)
{
	std::string advice;
	if (view.kind == Kind::complete)
		return advice;
	for (const Edge &edge : view.edges)
	{
		if (view.occurrences[edge.from].table == table)
			advise(view, edge.from, edge.from_column, advice);
		if (view.occurrences[edge.to].table == table)
			advise(view, edge.to, edge.to_column, advice);
	}
	advise_for_keys(view, table, advice);
	return advice;
}

std::string
key_names(const View &view)
{
	std::string names;
	for (const KeyColumn &key : view.keys)
		names += (names.empty() ? "" : ", ") + std::string(key.name);
	return names;
}

} // namespace

Explanation
explain(const View &view, int table)
{
	Explanation out;
	Changed changed = only(view, table);
	out.advice = advice_for(view, table);
	switch (view.kind)
	{
	case Kind::linear:
		out.strategy = "linear";
		out.incremental = true;
		out.reason = view.blocks.n > 1
						 ? "a union of inner joins: the delta takes the table's place in each that reads it"
						 : "inner joins, filters and projections: the delta takes the table's place";
		out.delta_sql = joined(linear_terms(view, changed));
		return out;
	case Kind::aggregate:
		out.strategy = "aggregate";
		out.incremental = true;
		out.reason = view.blocks.n > 1
						 ? "aggregates over a union of inner joins: the delta is folded into the groups it touches"
						 : "aggregates over inner joins: the delta is folded into the groups it touches";
		out.delta_sql = joined(aggregate_terms(view, changed));
		return out;
	case Kind::keyed:
		if (auto traces = key_traces(view, changed))
		{
			out.strategy = "keyed";
			out.incremental = true;
			out.reason = "the rows that share " + key_names(view) + " with a changed row are computed anew";
			traces->push_back(content_for_keys(view, 0));
			out.delta_sql = joined(*traces);
			return out;
		}
		out.reason = "no equality leads from a changed row of this table to " + key_names(view);
		break;
	case Kind::complete:
		if (view.first_rows)
		{
			out.strategy = "complete";
			out.incremental = true;
			out.reason = "the first rows are read anew, by an index in their order";
			out.delta_sql = whole_content(view);
			return out;
		}
		out.reason = "the query has no key by which the rows that a change touches could be found";
		break;
	}
	out.strategy = "complete";
	out.delta_sql = whole_content(view);
	return out;
}

} // namespace dv::core
