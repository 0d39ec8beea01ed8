#pragma once

/*
 * What a delta adds to each group of an aggregate, before it meets the groups' rows.
 */
#include "engine/entries.hpp"
#include "engine/maintain.hpp"

namespace dv::engine {

/* What it adds to one state. */
struct Part
{
	Datum value; /* count: int8; sum: the state's type; extreme: the best that entered */
	bool isnull;
	Datum leaving; /* extreme: the best that left */
	bool leaving_isnull;
};

struct Group
{
	uint64 place; /* key_place() */
	Hash128 hash;
	TupleTableSlot *key; /* a view row with the key columns alone */
	int64 left;          /* rows that leave */
	Part *parts;         /* per state */
};

/* How a state is added to. */
struct Adding
{
	core::StateKind kind;
	int at;        /* where a row has the argument, or -1 */
	bool by_value; /* the state */
	bool numeric;  /* the state; a sum is bigint else */
};

/* In the memory context in which it was begun. */
struct Groups
{
	Step *step;
	MemoryContext context;
	pg::Vec<Group> all;
	pg::Vec<int32> slots; /* hash table of indexes in all, -1 where free; empty while there are few */
	int last;             /* the group of the row before, or -1 */
	TupleTableSlot *row;  /* the key of the row at hand */
	Adding *adding;       /* per state */
};

Groups *begin_groups(Step *step);

/* A row of an aggregate term (core/aggregate.hpp): a group, and what the term adds to it. `context`: Groups. */
void take_partial(TupleTableSlot *slot, void *context);
/* A row of a native block, or of a linear term: sign, group, arguments. */
void take_row(TupleTableSlot *slot, void *context);
void take_query_row(TupleTableSlot *slot, void *context);

/* By place and hash: the order in which rows are locked. */
void sort_groups(Groups *groups);

/* The column of the view that holds a state. */
Form_pg_attribute state_attribute(const Groups *groups, int state);
Datum add_sums(const Groups *groups, int state, Datum a, Datum b);
/* Of an extreme. */
bool beats(const Groups *groups, int state, Datum a, Datum b);
/* The better of two extremes, either of which may be absent. */
void merge_extreme(const Groups *groups, int state, Datum *value, bool *isnull, Datum other, bool other_isnull);

} // namespace dv::engine
