#pragma once

#include "core/source.hpp"

namespace dv::core {

/* What each occurrence is in one term; those outside of its block are `current`. */
using Roles = std::vector<Role>;

/*
 * The delta of an inner-join block, one term per changed occurrence i:
 *
 *     new - old  =  sum over i of  NEW(1..i-1) x DELTA(i) x OLD(i+1..n)
 *
 * Exact with multiplicities: it is the telescoping sum of the product's
 * difference.  All terms read the new state; OLD is NEW minus the delta.
 */
std::vector<Roles> term_roles(const View &view, const LinearBlock &block, const Changed &changed);

/*
 * The terms of all blocks as queries: the row's sign, the product of those of its parts, then the block's outputs.
 * The delta of a UNION ALL is the sum of its branches' deltas.
 */
std::vector<std::string> linear_terms(const View &view, const Changed &changed);

/*
 * For the keys that a delta may reach: besides the delta in its place, the
 * other changed occurrences range over old and new rows alike (`before` has
 * every row of either state, under one sign or another).
 */
std::vector<Roles> trace_roles(const View &view, const LinearBlock &block, const Changed &changed);

/* The same as queries; signs are left out. */
std::vector<std::string> linear_traces(const View &view, const Changed &changed);

} // namespace dv::core
