#pragma once

/*
 * Rows that came and went between two positions cancel out, so that no delta
 * query sees a value that was never there at a flush (and fails on it).
 */
#include "pg/postgres.hpp"
#include "pg/vec.hpp"

namespace dv::capture {

/* Beyond so many entries rows are taken as they are: the deltas are exact all the same. */
inline constexpr uint64 most_netted = 4096;

/* Puts what is left of the rows (captured columns, then their sign) into `out`; returns how many. */
int64 put_net(const pg::Vec<MinimalTuple> &rows, TupleDesc desc, Tuplestorestate *out);

} // namespace dv::capture
