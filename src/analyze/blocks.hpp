#pragma once

/*
 * What kind of block a query is.
 */
#include "analyze/internal.hpp"

namespace dv::analyze {

/* Does it refer to nothing outside of it? */
bool is_closed(Query *query);

/* Is it no more than inner joins, which the block around it takes in? */
bool pulls_up(const Query *query);

/* Inner joins of relations, and of subqueries that stand by themselves: these are for others to keep. */
bool joins_plainly(const Query *query);

/* Can a column hold it? */
bool storable(const Node *expr);

/* Can a hidden table hold its rows, and let the tables that it reads be altered? */
bool storable(Query *query);

} // namespace dv::analyze
