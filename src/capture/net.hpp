#pragma once

/*
 * Rows that came and went between two positions cancel out, so that no delta
 * query sees a value that was never there at a flush (and fails on it).  The
 * rows of one statement were all there before it, or are there after it.
 */
#include "pg/postgres.hpp"
#include "pg/vec.hpp"

namespace dv::capture {

/* Beyond so many entries rows are taken as they are, and not held in memory: the deltas are exact all the same. */
inline constexpr uint64 most_netted = 4096;

/* Takes those that cancel out of the rows (captured columns, then their sign). */
void net(pg::Vec<MinimalTuple> *rows, TupleDesc desc);

} // namespace dv::capture
