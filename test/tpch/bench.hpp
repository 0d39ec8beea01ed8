#pragma once

#include "connection.hpp"
#include "generate.hpp"
#include "views.hpp"

namespace tpch {

/* Prints a row of docs/tpch.md per view; false if one did not follow. */
bool bench(Connection &connection, const Generator &generator, std::vector<View> views, int rounds);

} // namespace tpch
