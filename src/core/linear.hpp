#pragma once

#include "core/source.hpp"

namespace dv::core {

/*
 * The delta of an inner-join block, one term per changed occurrence i:
 *
 *     new - old  =  sum over i of  NEW(1..i-1) x DELTA(i) x OLD(i+1..n)
 *
 * each a query whose first column is the row's sign, then the block's outputs.
 * Exact with multiplicities: it is the telescoping sum of the product's
 * difference.  All terms read the new state; OLD is NEW minus the delta.
 */
std::vector<std::string> linear_terms(const View &view, const Changed &changed);

/*
 * As linear_terms, for the keys that a delta may reach: the other changed
 * occurrences range over old and new rows alike, signs are left out.
 */
std::vector<std::string> linear_traces(const View &view, const Changed &changed);

} // namespace dv::core
