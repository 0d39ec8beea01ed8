#pragma once

#include "generate.hpp"

#include <functional>
#include <string>
#include <vector>

namespace tpch {

struct Column
{
	std::string name;
	/* an SQL expression for a new value, one that the queries ask for as likely as not */
	std::function<std::string(Random &, const Generator &)> value;
	bool key = false;
};

struct Table
{
	std::string name;
	std::vector<std::string> key;
	std::function<long(const Generator &)> last; /* about the greatest of its first key column */
	std::vector<Column> columns;
};

const std::vector<Table> &tables();

} // namespace tpch
