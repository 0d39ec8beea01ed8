#pragma once

/*
 * The cascade: blocks of a query that become hidden views of their own, so that the block above sees a small delta of
 * a small table.
 */
#include "pg/postgres.hpp"

namespace dv::analyze {

/* Makes a hidden view of a query and returns the table that holds its rows, the query's columns first. */
struct PartMaker
{
	Oid (*make)(void *context, Query *part);
	void *context;
};

/* Gives every visible column a name of its own. */
void name_columns(List *target_list);

/* Is the stored query kept best as it is? */
bool needs_no_parts(Query *stored);

/*
 * The query with the blocks that need it replaced by parts, made by `maker`, innermost first; nullptr where the stored
 * query is kept best as it is.
 */
Query *with_parts(Query *stored, PartMaker maker);

/*
 * ORDER BY and LIMIT over one table and nothing else: the table, and the columns of an index that would find these
 * rows, as in CREATE INDEX; `leading` is the first of them.  False if the query is another.
 */
bool reads_first_rows(const Query *query, Oid *table, const char **index_columns, AttrNumber *leading);

} // namespace dv::analyze
