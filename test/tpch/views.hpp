#pragma once

#include "connection.hpp"

#include <set>
#include <string>
#include <vector>

namespace tpch {

constexpr int query_count = 22;

struct View
{
	int number;
	std::string name, query;
	std::set<std::string> tables; /* that it reads; known once it is made */
	std::string digest;           /* an expression for its visible content */
	std::string content;          /* the digest when last seen */
	int touched = 0, changed = 0; /* transactions that touched its tables; that changed its content */
};

/* The queries, with what depends on the scale filled in. */
std::vector<View> read_views(const std::string &directory, double scale);

/* Makes the view; throws if it is refused. */
void make_view(Connection &connection, View &view);

std::string strategy(Connection &connection, const View &view, const std::string &table);

/* The differences that deltaview.verify finds, or nothing. */
std::string differences(Connection &connection, const View &view);
/* The same by a query of our own. */
std::string own_differences(Connection &connection, const View &view);

/* Looks at the contents of the views; true for those that changed. */
std::vector<bool> look(Connection &connection, std::vector<View> &views);

} // namespace tpch
