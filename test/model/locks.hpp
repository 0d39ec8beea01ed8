#pragma once

#include <map>
#include <string>
#include <vector>

#include "data.hpp"

namespace model {

/*
 * Four of PostgreSQL's lock modes. Of these, its conflict table lets Share pass
 * Share and RowExclusive pass RowExclusive, and nothing else; ShareRowExclusive
 * is both at once.
 */
enum Mode {
	share = 1,
	row_exclusive = 2,
	share_row_exclusive = 3,
	exclusive = 4,
};

inline bool
conflict(int one, int other)
{
	return one != other || one == share_row_exclusive || one == exclusive;
}

/* Ordered as the locks are taken: by kind, view and, for a value, access path and value. */
struct Tag
{
	enum Kind { table, value, key } kind;
	int view;
	int table_read; /* table, value */
	int column;     /* value */
	int hash;       /* value, key */

	int number() const { return (((kind * 16 + view) * 16 + table_read) * 4 + column) * 4096 + hash; }
};

using Needs = std::map<int, std::pair<Tag, int>>; /* modes by tag number */

inline void
add_need(Needs &needs, const Tag &tag, int mode)
{
	needs.emplace(tag.number(), std::pair(tag, 0)).first->second.second |= mode;
}

struct Lock
{
	Tag tag;
	int mode;
};

std::string describe(const Lock &lock, const Case &which);

} // namespace model
