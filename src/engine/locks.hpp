#pragma once

/*
 * Tags: locks of the server's own lock manager, as if of objects and relations that are not there, held to the end of the
 * transaction.  They meet no other locks, survive PREPARE, and the deadlock detector knows them.  What they stand for is
 * in lock_steps.hpp.
 */
#include "pg/postgres.hpp"
#include "pg/vec.hpp"

namespace dv::engine {

/* Tags are taken in this order. */
enum class TagKind : uint8 {
	table = 1, /* value: the base table's oid */
	value,     /* value: hash of a value, by which rows of a table are found */
	key,       /* value: hash of a key of the view */
	row,       /* value: hash of a row's identity; held only while the row is waited for and written */
};

struct Tag
{
	Oid view;
	TagKind kind;
	uint32 value;
	LOCKMODE mode;
};

/* In the order in which every backend takes them, each tag once, in the least mode that covers all wanted. */
void sort_tags(pg::Vec<Tag> *tags);

/* Those of `wanted` that are not in `held`; both sorted. */
pg::Vec<Tag> missing_tags(const pg::Vec<Tag> &wanted, const pg::Vec<Tag> &held);

/* Waits for each; waits are counted for its view. */
void acquire_tags(const pg::Vec<Tag> &tags);

/* All at once, or none and false. */
bool try_tags(const pg::Vec<Tag> &tags);

void release_tags(const pg::Vec<Tag> &tags);

/* In the queue of those who wait for a row that another transaction has changed: whoever is first waits for that one. */
void join_queue(Oid view, uint32 row);
void leave_queue(Oid view, uint32 row);

/* How many more tags on values and keys this transaction may take: deltaview.max_key_locks. */
int tags_left();

/* At the end of a transaction. */
void forget_tags() noexcept;

void define_lock_setting();

} // namespace dv::engine
