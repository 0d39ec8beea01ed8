#pragma once

#include "core/linear.hpp"

namespace dv::core {

/*
 * The delta of an aggregate view, one query per term of its blocks, or one for all where they can be netted: the group's
 * columns, then per state what the term adds to it:
 *
 *     count_rows, count    sum of the signs (of the rows with an argument)
 *     sum                  sum of sign * argument, NULL where no row has an argument
 *     extreme              two columns: the extreme among rows that enter, and among rows that leave
 *
 * and last, per group, the number of rows that leave.  Additive states fold by
 * addition; whether an extreme needs the group recomputed is for the engine to see.
 */
std::vector<std::string> aggregate_terms(const View &view, const Changed &changed);

/* Are several terms to be netted?  Else the rows of the linear ones add up to the same, one by one. */
bool nets_terms(const View &view, const Changed &changed);

} // namespace dv::core
