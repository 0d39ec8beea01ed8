#include "engine/locks.hpp"

#include "engine/stats.hpp"

extern "C" {
#include "common/hashfn.h"
}

#include <algorithm>

namespace dv::engine {

namespace {

/* Tells our tags from the server's locks of objects, which have 0 there. */
constexpr uint16 tag_class = 0xDE10;

/* Object ids come from a counter that no cluster has brought so far, and a relation that had one would but wait now and then. */
constexpr Oid no_relations = 0x80000000;

int max_key_locks = 128;
int taken; /* in this transaction, on values and keys */

/*
 * Who only writes a table takes its tag in a weak mode, and nearly everybody does: as a lock of a relation that lies in the
 * backend's own few slots, not in the table that all share.
 */
LOCKTAG
locktag(const Tag &tag)
{
	LOCKTAG lock;
	if (tag.kind == TagKind::table)
		SET_LOCKTAG_RELATION(lock, MyDatabaseId, no_relations | hash_combine(murmurhash32(tag.view), tag.value));
	else
		SET_LOCKTAG_OBJECT(lock, MyDatabaseId, tag.view, tag.value, tag_class + static_cast<uint16>(tag.kind));
	return lock;
}

int
compare(const Tag &a, const Tag &b)
{
	if (a.kind != b.kind)
		return a.kind < b.kind ? -1 : 1;
	if (a.view != b.view)
		return a.view < b.view ? -1 : 1;
	return a.value < b.value ? -1 : a.value > b.value;
}

bool
less(const Tag &a, const Tag &b)
{
	return compare(a, b) < 0;
}

/* The least mode that conflicts with whatever one of the two conflicts with. */
LOCKMODE
covering(LOCKMODE a, LOCKMODE b)
{
	if (a == b)
		return a;
	return Max(Max(a, b), ShareRowExclusiveLock);
}

bool
take_without_waiting(const Tag &tag)
{
	LOCKTAG lock = locktag(tag);
	if (LockAcquire(&lock, tag.mode, false, true) == LOCKACQUIRE_NOT_AVAIL)
		return false;
	taken += tag.kind != TagKind::table;
	return true;
}

void
release(const Tag &tag)
{
	LOCKTAG lock = locktag(tag);
	(void) LockRelease(&lock, tag.mode, false);
	taken -= tag.kind != TagKind::table;
}

} // namespace

void
sort_tags(pg::Vec<Tag> *tags)
{
	if (tags->n < 2)
		return;
	std::sort(tags->begin(), tags->end(), less);
	int last = 0;
	for (int i = 1; i < tags->n; i++)
	{
		Tag &kept = (*tags)[last];
		if (compare(kept, (*tags)[i]) == 0)
			kept.mode = covering(kept.mode, (*tags)[i].mode);
		else
			(*tags)[++last] = (*tags)[i];
	}
	tags->truncate(last + 1);
}

pg::Vec<Tag>
missing_tags(const pg::Vec<Tag> &wanted, const pg::Vec<Tag> &held)
{
	pg::Vec<Tag> missing;
	int at = 0;
	for (const Tag &tag : wanted)
	{
		while (at < held.n && compare(held[at], tag) < 0)
			at++;
		bool same = at < held.n && compare(held[at], tag) == 0;
		if (!same || covering(held[at].mode, tag.mode) != held[at].mode)
			missing.push(tag);
	}
	return missing;
}

void
acquire_tags(const pg::Vec<Tag> &tags)
{
	for (const Tag &tag : tags)
	{
		if (take_without_waiting(tag))
			continue;
		Counters counters{};
		counters.lock_waits = 1;
		count(tag.view, counters);
		LOCKTAG lock = locktag(tag);
		(void) LockAcquire(&lock, tag.mode, false, false);
		taken += tag.kind != TagKind::table;
	}
}

bool
try_tags(const pg::Vec<Tag> &tags)
{
	for (int i = 0; i < tags.n; i++)
	{
		if (take_without_waiting(tags[i]))
			continue;
		Counters counters{};
		counters.lock_waits = 1;
		count(tags[i].view, counters);
		while (--i >= 0)
			release(tags[i]);
		return false;
	}
	return true;
}

void
release_tags(const pg::Vec<Tag> &tags)
{
	for (const Tag &tag : tags)
		release(tag);
}

void
join_queue(Oid view, uint32 row)
{
	LOCKTAG lock = locktag(Tag{view, TagKind::row, row, ExclusiveLock});
	Counters counters{};
	counters.lock_waits = 1;
	count(view, counters);
	(void) LockAcquire(&lock, ExclusiveLock, false, false);
}

void
leave_queue(Oid view, uint32 row)
{
	LOCKTAG lock = locktag(Tag{view, TagKind::row, row, ExclusiveLock});
	(void) LockRelease(&lock, ExclusiveLock, false);
}

int
tags_left()
{
	return Max(max_key_locks - taken, 0);
}

void
forget_tags() noexcept
{
	taken = 0;
}

void
define_lock_setting()
{
	DefineCustomIntVariable(
		"deltaview.max_key_locks", "Locks on values and keys that the maintenance of views takes in a transaction.",
		"Beyond them it locks views as wholes, which other writers of these wait for. All lie in the "
		"server's lock table, whose size max_locks_per_transaction sets.",
		&max_key_locks, 128, 0, 65536, PGC_SUSET, 0, nullptr, nullptr, nullptr);
}

} // namespace dv::engine
