#pragma once

/*
 * One view, one flush: the delta of its base tables in, the change of its rows out.
 */
#include "engine/program.hpp"
#include "pg/identity.hpp"

namespace dv::engine {

/* Everything that a maintenance step works with. */
struct Step
{
	Program *program;
	const catalog::View *info;
	Oid owner;
	bool feeds_views;
	bool exclusive;      /* the view's locks exclude every other writer */
	Snapshot crosscheck; /* see Target */
	int ndeltas;
	capture::Delta **deltas; /* per base table of the analysis, or nullptr where it has none */
	uint64 mask;             /* the tables that have one */
	int64 rows_in;           /* rows of all deltas */
};

struct Outcome
{
	uint64 rows_out;
	bool complete;
	int lock_waits;
};

/* By the view's strategy; the active snapshot is the latest, taken after the locks. */
Outcome maintain(Step *step);

/* Recompute and apply the difference. */
Outcome recompute_all(Step *step);
/* The same where the locks so far let others write, too: those for it, and a snapshot after them. */
Outcome recompute_all_alone(Step *step);

/* By the planner's estimates. */
double cost_of_whole(Program *program);
bool terms_cost_more(const Step *step, const Prepared &terms);

/* Puts the columns of a query's row into the view's row, from column `from` of the row on. */
void fill_view_row(TupleTableSlot *view_row, TupleTableSlot *row, int from, int ncolumns);

/* The same of a row that begins with the view's key: the key columns alone, all others NULL. */
void fill_key_row(TupleTableSlot *view_row, TupleTableSlot *row, const Shape &shape);

/* Queries run as the owner in a restricted operation with the view's settings; writing only as the owner. */
pg::Identity act_restricted(const Step *step);
pg::Identity act_as_owner(const Step *step);

/* The view's table open for a difference; rows of queries go into it by these takers. */
struct Collect
{
	Program *program;
	pg::Identity owner;
	Target *target;
	Difference *difference;
	TupleTableSlot *row;
};
Collect begin_collecting(const Step *step);
void take_content(TupleTableSlot *slot, void *context);
void take_stored(TupleTableSlot *slot, void *context); /* ctid, then all columns */
/* Applies the difference; returns the view rows written. */
uint64 apply_collected(Collect *collect);

/* --- between the parts ---------------------------------------------------- */

/* aggregate: folds; recomputes the groups that do not fold. */
Outcome fold_delta(Step *step);

/* Keys to recompute, without repetition. */
struct KeySet;
KeySet *begin_keys(Step *step);
void add_key(KeySet *keys, TupleTableSlot *view_row);
int64 count_keys(const KeySet *keys);
void end_keys(KeySet *keys);
/* Is it cheaper to recompute the whole? */
bool keys_cost_more(Step *step, const KeySet *keys);
/* Computes the content for the keys anew and applies the difference. Consumes the set. */
uint64 recompute_keys(Step *step, KeySet *keys);

/* Makes the view's locks exclude every other writer, late; a deadlock is possible then. Returns the waits. */
int make_exclusive(Step *step);

} // namespace dv::engine
