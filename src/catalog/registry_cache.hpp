#pragma once

/*
 * What the registry remembers; for registry.cpp and read_catalog.cpp alone.
 */
#include "catalog/registry.hpp"

extern "C" {
#include "utils/hsearch.h"
}

namespace dv::catalog {

struct TableEntry
{
	Table table; /* first */
	bool columns_known;
};

struct Entry
{
	Oid relid; /* hash key */
	View *view;
	TableEntry *table;
};

/* One reading of the catalog, in a context of its own. */
struct Cache
{
	MemoryContext context;
	Oid catalog; /* deltaview.view_catalog, or invalid: not installed */
	HTAB *entries;
	Entry *recent[16]; /* by the last digits of the relation */
	int nviews;
	View **views; /* rank order */
	LocalTransactionId retired_in;
	Cache *next;
};

inline Entry *
find(Cache *cache, Oid relid)
{
	Entry **recent = &cache->recent[relid % lengthof(cache->recent)];

	if (*recent == nullptr || (*recent)->relid != relid)
	{
		auto *found = static_cast<Entry *>(hash_search(cache->entries, &relid, HASH_FIND, nullptr));
		if (found == nullptr)
			return nullptr;
		*recent = found;
	}
	return *recent;
}

Cache *read_catalog();

} // namespace dv::catalog
