#pragma once

/*
 * Rows that wait to be inserted at once, page by page.
 */
#include "pg/postgres.hpp"
#include "pg/vec.hpp"

namespace dv::engine {

struct WaitingRows
{
	pg::Vec<TupleTableSlot *> slots; /* in its context, which must be set */
	int n;                           /* so many of them wait, */
	Size bytes;                      /* of so many bytes */
};

/* Takes over the tuple. True once so many wait that they are to be inserted. */
bool add_waiting(WaitingRows *rows, TupleDesc desc, HeapTuple tuple);
/* They have been inserted. */
void clear_waiting(WaitingRows *rows);
void end_waiting(const WaitingRows *rows);

} // namespace dv::engine
