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
void name_apart(Query *query);

/* Is the stored query kept best as it is? */
bool needs_no_parts(Query *stored);

/*
 * The query with the blocks that need it replaced by parts, made by `maker`, innermost first; nullptr where the stored
 * query is kept best as it is.
 */
Query *with_parts(Query *stored, PartMaker maker);

/* ORDER BY and LIMIT over one table and nothing else. */
struct FirstRows
{
	Oid table;
	const char *index_columns; /* of an index in this order, as in CREATE INDEX */
	AttrNumber leading;        /* the first of them */
	bool descending;
	bool nulls_first;
};
bool reads_first_rows(const Query *query, FirstRows *rows);

/* Has the table an index that finds them? */
bool has_index_for(const FirstRows &rows);

} // namespace dv::analyze
