#pragma once

/*
 * Which views a flush is for, in which order.
 */
#include "catalog/registry.hpp"

namespace dv::engine {

enum class When : char {
	statement,
	now,
	commit,
};

struct Affected
{
	const catalog::View *view;
	Oid owner;
};

/* Are they locked and flushed together? */
inline bool
same_group(const Affected &a, const Affected &b)
{
	return a.view->rank == b.view->rank && a.owner == b.owner;
}

/* The views that have something to take in, or read one that has, by rank, owner and oid. */
pg::Vec<Affected> affected_views(When when);

/* Does another view read it? Then its changes go to the delta log. */
bool feeds_views(Oid view);

/* The view's table and what it reads, against DDL. */
void lock_relations(const catalog::View *view);

/*
 * The views to flush, with the locks on all relations that this will touch: those come before the first tag, since who
 * truncates or alters a table comes to its own tags later.
 */
pg::Vec<Affected> lock_affected(When when);

} // namespace dv::engine
