#pragma once

#include "connection.hpp"

#include <vector>

namespace stress {

struct View
{
	const char *name;
	const char *refresh;
	const char *query;
};

extern const std::vector<View> views;

/* Makes tables and views anew. */
void make_schema(Connection &connection);

/* What differs between the views and their queries; empty if nothing. Nobody else may be writing. */
std::string differences(Connection &connection);

} // namespace stress
