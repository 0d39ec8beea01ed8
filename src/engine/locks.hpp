#pragma once

/*
 * Locks of a flush: one tag per (view, base table), of the advisory class with
 * a fourth field of our own, held to the end of the transaction.  Whoever holds
 * them takes a snapshot afterwards, and so sees all that it waited for.
 *
 *     additive or linear   RowExclusive on the one table changed, Share on the view's others:
 *                          writers of one table pass each other, of different tables wait;
 *                          ShareRowExclusive on what is changed where that is several tables,
 *                          or one that the query reads more than once
 *     all that recomputes  ShareRowExclusive on all
 *
 * Tags are taken in one global order: views by rank and oid, then their tables by oid.
 */
#include "catalog/registry.hpp"
#include "engine/program.hpp"

namespace dv::engine {

enum class Sharing : char {
	same_side, /* the delta is purely additive or linear */
	exclusive,
};

/* `changed` has a flag per table of the view's analysis. Returns how many locks had to be waited for. */
int lock_view(const Program *program, const bool *changed, Sharing sharing);

} // namespace dv::engine
