#pragma once

/*
 * Which views a flush is for, and the locks that it takes before its first snapshot.
 *
 * Two writers cannot miss or overwrite each other:  each takes its locks, of all views, before the snapshots that it
 * computes from, and keeps them until its commit can be seen.  Who comes second sees all that the first has done; who
 * comes first leaves the second's changes, not yet committed, to the second.
 */
#include "engine/locks.hpp"

namespace dv::engine {

enum class When : char {
	statement,
	now,
	commit,
};

/* Of one view, for its changed tables to be taken in by deltas. */
constexpr int most_tables = 64;

/* A view to flush, and what its locks allow for. */
struct Locked
{
	const catalog::View *view;
	bool exclusive;
	int ntables;
	bool *changed; /* per table of the analysis */
};

/* The views that have something to take in, or read one that has, in rank order. */
pg::Vec<const catalog::View *> affected_views(When when);

/* Does another view read it? Then its changes go to the delta log. */
bool feeds_views(Oid view);

/* The view's table and what it reads, against DDL. */
void lock_relations(const catalog::View *view);

/*
 * All locks first, in one order over all views, those on relations before those on tags: who truncates or alters a
 * table comes to its own tags later.
 */
pg::Vec<Locked> lock_views(When when);

/* False if a trigger on a view of another owner has changed a table after the locks were taken. */
bool locks_suffice(const Locked &locked, const Program *program);

} // namespace dv::engine
