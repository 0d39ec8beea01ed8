#pragma once

/*
 * Changes of one table of a join, read off the view instead of looked up.  Where the table's key is the view's key, or
 * leads it, the view tells which of its rows came from a row of the table's: when that row leaves, so do they; when it
 * changes, and no row of another table was chosen by what has changed, they change in its columns.
 */
#include "engine/native.hpp"

namespace dv::engine {

/* What a way has to know for that. */
struct InPlace
{
	/* Of the way's reads: */
	pg::Vec<int> keys; /* the table's key, in the order of the view's first key columns */
	pg::Vec<int>
		fixed; /* the key, what rows of other tables are chosen by, and what makes a value together with theirs */
	pg::Vec<int> own; /* outputs of the table's columns alone */
	bool finds_one;   /* the look-ups lead to one row of the view at most */
};

/* nullptr where the view does not tell. The result lives in the current context. */
InPlace *make_in_place(const Program *program, const analyze::Native *native, const Way *way);

/* One way, while its delta goes through. */
struct Replacing;

/* nullptr where rows must be looked up: several tables have changed, or a row of this one more than once. */
Replacing *begin_replacing(const Step *step, const Way *way, const capture::Delta *delta, Collect *collect);

/*
 * The next row of the delta, which is in the way's row, too.  `wanted`: it satisfies the conditions on the table alone.
 * False: it is to be looked up.
 */
bool replaces(Replacing *replacing, TupleTableSlot *row, int32 sign, bool wanted);

void end_replacing(Replacing *replacing);

} // namespace dv::engine
