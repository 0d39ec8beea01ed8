#pragma once

/*
 * A block to which relations of one row each are joined.
 */
#include "analyze/rewrite_build.hpp"

namespace dv::analyze {

struct JoinedRows
{
	Query *query; /* a copy, which is changed */
	int nentries; /* in its range table, before the relations of one row */
	pg::Vec<Query *> rows;
};

/* Column of the one row that this aggregate is, taken from what the block reads. Blocks that read the same share one. */
Node *column_of_row(JoinedRows *joined, Query *block, Node *aggregate, const char *name);

/*
 * Replaces conjunct by conjunct of WHERE, and of ON where a condition may as well stand in WHERE: there it then stands
 * if it depends on the rows.
 */
void replace_conditions(JoinedRows *joined, Node *(*replace)(Node *, void *), void *context);

/*
 * SELECT outputs FROM from, row, ... WHERE quals
 *
 * Where the block is more than a flat join, that is two levels: what does not depend on the rows within.
 */
Query *join_rows(JoinedRows *joined);

} // namespace dv::analyze
