#pragma once

/*
 * By which index of its table the rows of a view are found.
 */
#include "engine/apply.hpp"

namespace dv::engine {

/* What the index has to be over. */
struct KeyColumns
{
	int n; /* 0: none will do */
	AttrNumber attributes[INDEX_MAX_KEYS];
	bool single; /* not over columns, but the constant true */
};

/* The index, as long as the catalog says the same of the view's table. */
struct KeyIndex
{
	Oid view;
	uint64 generation;
	Oid index; /* or invalid */
	bool unique;
	bool other_unique; /* another index constrains */
	int nindexes;
	FmgrInfo functions[INDEX_MAX_KEYS];
	Oid collations[INDEX_MAX_KEYS];
};

/* Kept by the backend: good until the catalog has moved and somebody asks again. */
const KeyIndex *key_index_of(Relation rel, const KeyColumns &columns);

} // namespace dv::engine
