#include "search.hpp"

namespace model {

namespace {

std::string
row_text(const Table &table, const Row &row)
{
	std::string text = table.name + "(";
	for (size_t i = 0; i < table.columns.size(); i++)
		text += (i > 0 ? ", " : "") + table.columns[i] + " " + std::to_string(row[i]);
	return text + ")";
}

std::string
changes_text(const Case &which, const Transaction &transaction)
{
	std::string text;
	for (const Change &change : transaction.changes)
	{
		const Table &table = which.tables[change.table];
		text += text.empty() ? "" : ", ";
		if (change.flush > 0)
			text += "after flush " + std::to_string(change.flush) + " ";
		if (!change.before)
			text += "inserts " + row_text(table, *change.after);
		else if (!change.after)
			text += "deletes " + row_text(table, *change.before);
		else
			text += "updates " + row_text(table, *change.before) + " to " + row_text(table, *change.after);
	}
	return text + (transaction.extent == Extent::keys     ? ""
				   : transaction.extent == Extent::tables ? "; escalated"
														  : "; recomputes");
}

} // namespace

std::string
Data::describe(int view, int key, int value) const
{
	std::string text = which.views[view].name;
	if (which.views[view].strategy == Strategy::linear)
	{
		std::string row;
		for (size_t i = 0; i < which.views[view].key.size(); i++, key /= 16)
			row = std::to_string(key % 16) + (i > 0 ? ", " : "") + row;
		return text + "(" + row + "): " + std::to_string(value) + " copies";
	}
	text += "(" + std::to_string(key) + "): ";
	if (value == 0)
		return text + "none";
	if (which.views[view].strategy == Strategy::aggregate)
		return text + "count " + std::to_string(value / 256) + ", maximum " + std::to_string(value % 256);
	for (const auto &[name, number] : names_)
		if (number == value)
			text += name;
	return text;
}

/* The rows in which the views differ from their queries. */
std::string
Protocol::differences(const State &state) const
{
	Sight all{state.committed};
	std::string text;
	for (size_t view = 0; view < which_.views.size(); view++)
	{
		int number = static_cast<int>(view);
		Contents is = data_.stored(number, all, state.versions);
		Contents should = data_.query(number, all, state.versions);
		for (int key : data_.all_keys(number, all, state.versions))
			if (is[key] != should[key])
				text += "is " + data_.describe(number, key, is[key]) + "; should be " +
						data_.describe(number, key, should[key]) + "\n";
	}
	return text;
}

std::string
explain(const Case &which, Rules rules, const std::vector<int> &way)
{
	Protocol protocol(which, rules);
	State state = protocol.start();
	std::string text;
	for (const Table &table : which.tables)
		for (const Row &row : table.rows)
			text += row_text(table, row) + " ";
	text += "\n";
	for (size_t writer = 0; writer < which.writers.size(); writer++)
		text += "T" + std::to_string(writer + 1) + " " + changes_text(which, which.writers[writer]) + "\n";
	for (int writer : way)
	{
		std::string said;
		protocol.step(state, writer, &said);
		text += "  T" + std::to_string(writer + 1) + " " + said + "\n";
	}
	std::string wrong = protocol.differences(state);
	return text + (wrong.empty() ? "no one can go on\n" : wrong);
}

} // namespace model
