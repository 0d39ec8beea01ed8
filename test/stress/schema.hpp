#pragma once

#include "connection.hpp"
#include "random.hpp"

#include <vector>

namespace stress {

struct View
{
	std::string name;
	std::string refresh;
	std::string query;
};

extern const std::vector<View> all_views; /* a view comes after those that it reads */
extern const char *const base_tables;

/*
 * A view that is computed as a whole has the writers of its tables take turns,
 * which would hide what the others do wrong. So one round in four has all
 * views, and the others some, with those that they read.
 */
std::vector<View> views_of_round(Random &random, int round, const std::string &only);

/* Makes tables and views anew. */
void make_schema(Connection &connection, const std::vector<View> &views);

} // namespace stress
