#include "core/source.hpp"

namespace dv::core {

Changed
only(const View &view, int table)
{
	Changed changed(static_cast<size_t>(view.tables.n), false);
	changed[static_cast<size_t>(table)] = true;
	return changed;
}

Changed
changed_by(const View &view, unsigned long mask)
{
	Changed changed;
	for (int i = 0; i < view.tables.n; i++)
		changed.push_back(i < 64 && (mask >> i & 1) != 0);
	return changed;
}

std::string
delta_name(int table)
{
	return "__dv_delta_" + std::to_string(table);
}

std::string
key_name(int key)
{
	return "k" + std::to_string(key + 1);
}

std::string
alias(int occurrence)
{
	return "r" + std::to_string(occurrence);
}

namespace {

std::string
columns_of(const BaseTable &table)
{
	std::string list;
	for (Text column : table.columns)
		list.append(column).append(", ");
	return list;
}

} // namespace

/*
 * old = new - delta, as signed multisets: every row of the table with +1, every
 * row of the delta with its sign turned.  The delta stands behind a fence: as
 * a bare tuplestore it cannot take a parameter, and then neither can the whole,
 * so that the table would be read from end to end.
 */
std::string
source(const View &view, int occurrence, Role role)
{
	int index = view.occurrences[occurrence].table;
	const BaseTable &table = view.tables[index];
	switch (role)
	{
	case Role::current:
		return std::string(table.name);
	case Role::delta:
		return delta_name(index);
	case Role::before:
		break;
	}
	std::string columns = columns_of(table);
	return "(SELECT " + columns + "1 AS " + sign_name + " FROM " + std::string(table.name) + " UNION ALL (SELECT " +
		   columns + "- " + sign_name + " FROM " + delta_name(index) + " OFFSET 0))";
}

} // namespace dv::core
