#pragma once

/*
 * What the views of a flush lock before they are computed.
 *
 * Two-phase locking of what maintenance reads against what changes write, since neither sees what the other has not
 * committed.  Per view, with W: RowExclusive, R: Share, which conflict with each other and not with themselves:
 *
 *     table    W on each table changed;  R on tables that the delta reads otherwise than by an equality;
 *              both: ShareRowExclusive;  ShareRowExclusive on all, where the whole is computed anew
 *     value    W on what changed rows, old and new, hold in columns by which the view's deltas find rows of their table;
 *              R on the values by which this delta finds rows (src/core/touches.hpp);  both: ShareRowExclusive
 *     key      keyed views: Exclusive on the keys that the delta reaches.  They are traced under a snapshot taken after the
 *              tags on values, and so nobody can add to them any more.
 *
 * Rows of aggregates need no tag: the row lock orders those who add to them.  All this is taken before the snapshot that
 * the view is computed from, and held until the commit can be seen: whoever waited sees what it waited for.
 *
 * Order: views by rank and owner, for each of these groups tables, then values, then keys; so two transactions that hold
 * and want tags of one group cannot wait for each other.  Values that lie in rows found on the way are looked for before
 * the tags, and again after the last one was granted: what is new then is taken without waiting, or all is let go of and
 * begun anew.
 *
 * docs/concurrency.md has the argument; test/model searches the states.
 */
#include "engine/maintain.hpp"

namespace dv::engine {

/* All of one rank and owner. Keyed ones come out with the keys to compute anew. */
void lock_steps(const pg::Vec<Step *> &steps);

} // namespace dv::engine
