#pragma once

#include "connection.hpp"
#include "generate.hpp"

namespace tpch {

/* Makes schema tpch anew, and fills it. */
void load(Connection &connection, const Generator &generator, const std::string &schema);

/* The rows of one table as an INSERT. */
std::string insertion(const std::string &table, const std::vector<Line> &lines);

std::string read_file(const std::string &path);

} // namespace tpch
