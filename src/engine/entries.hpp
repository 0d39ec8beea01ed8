#pragma once

/*
 * Signed rows in the order of their places: in memory up to work_mem, beyond that in sorted runs on disk.
 */
#include "engine/apply.hpp"

namespace dv::engine {

struct Entry
{
	uint64 place; /* key_place() */
	Hash128 ident;
	Hash128 state;
	MinimalTuple row; /* may be nullptr, for who has no use for it; of an entry read: good until release_row */
	ItemPointerData tid;
	int16 sign;
};

/* A total order of hashes that is the same in every backend. */
inline int
compare(const Hash128 &a, const Hash128 &b)
{
	if (a.hi != b.hi)
		return a.hi < b.hi ? -1 : 1;
	return a.lo == b.lo ? 0 : a.lo < b.lo ? -1 : 1;
}

inline bool
is_before(const Entry &a, const Entry &b)
{
	if (a.place != b.place)
		return a.place < b.place;

	int order = compare(a.ident, b.ident);
	return (order != 0 ? order : compare(a.state, b.state)) < 0;
}

struct Entries;
Entries *begin_entries(TupleDesc desc, MemoryContext context);
/* A row for an entry to be added. */
MinimalTuple form_row(Entries *entries, Datum *values, bool *nulls);
void add_entry(Entries *entries, const Entry &entry);
/* To the first entry; the first call ends the adding. */
void rewind_entries(Entries *entries);
bool next_entry(Entries *entries, Entry *entry);
void release_row(Entries *entries, const Entry &entry);
void end_entries(Entries *entries);

} // namespace dv::engine
