#pragma once

/*
 * One view, one flush: the delta of its base tables in, the change of its rows out.
 */
#include "engine/locks.hpp"
#include "engine/program.hpp"
#include "pg/identity.hpp"

namespace dv::engine {

/* How much of a view a step locks; see lock_steps.hpp. */
enum class Footing : char {
	values,    /* tables as intentions, values, keys */
	tables,    /* linear and aggregate: whichever values; writers of other tables wait */
	exclusive, /* every other writer waits */
};

struct KeySet;

/* One view in one flush: everything that a maintenance step works with. */
struct Step
{
	Program *program;
	const catalog::View *info;
	Relation rel; /* the view's table; held by lock_relations */
	Oid owner;
	bool feeds_views;
	bool has_triggers; /* AFTER ones, those of constraints among them */
	bool whole;        /* compute the whole, apply the difference */
	Footing footing;
	bool connected;                /* by connect(), */
	EphemeralNamedRelation *named; /* as which the deltas are known then */
	KeySet *keys;                  /* keyed, footing values: those to compute anew */
	Snapshot crosscheck;           /* see Target */
	int ndeltas;
	capture::Delta **deltas; /* per base table of the analysis, or nullptr where it has none */
	uint64 mask;             /* the tables that have one */
	int64 rows_in;           /* rows of all deltas */
};

/* Of one view, for its changed tables to be taken in by deltas. */
constexpr int most_tables = 64;

/*
 * step.cpp: takes the deltas of a view out of the logs; nothing that changes from now on is in them.  nullptr if there is
 * nothing to do.  `looked_at`: somebody in this transaction may look at the view before it ends.
 */
Step *begin_step(const catalog::View *view, bool by_hand, bool looked_at);
void end_step(Step *step);

/* Work for a step, as the view's owner, with the view's settings. Its errors name the view. */
void with_step(Step *step, void (*work)(Step *step, void *context), void *context);

/*
 * Before the first query of such a work: an SPI connection where the step's deltas are registered.  What comes after
 * lives in its memory, and ends with the work.
 */
void connect(Step *step);
/* A query that reads deltas. */
void run_on_deltas(const Step *step, SPIPlanPtr plan, Take take, void *context);

/* As the owner of a step's view, with the view's settings, until the resume. */
pg::Identity act_as_owner(const Step *step);

/* The column of a delta that is the table's of this name, quoted as in queries. */
AttrNumber delta_column(TupleDesc delta, const char *name);

struct Outcome
{
	uint64 rows_out;
	bool complete;
};

/* By the view's strategy; the active snapshot is the latest, taken after the locks. */
Outcome maintain(Step *step);

/* Recompute and apply the difference. */
Outcome recompute_all(Step *step);

/* Keyed: fills step->keys, under the active snapshot. */
void trace_keys(Step *step);
/* With these keys, is it cheaper to recompute the whole? */
bool keys_cost_more(Step *step);

/* By the planner's estimates. */
double cost_of_whole(Program *program);
bool terms_cost_more(Step *step);

/* Puts the columns of a query's row into the view's row, from column `from` of the row on. */
void fill_view_row(TupleTableSlot *view_row, TupleTableSlot *row, int from, int ncolumns);

/* The same of a row that has the view's key there: the key columns alone, all others NULL. */
void fill_key_row(TupleTableSlot *view_row, TupleTableSlot *row, int from, const Shape &shape);

/* Queries and expressions of the view run in a restricted operation; writing does not, since no deferred trigger may there. */
inline int
restrict_operation()
{
	return pg::restrict_context(SECURITY_RESTRICTED_OPERATION);
}

/* The view's table open for a difference; rows of queries go into it by these takers. */
struct Collect
{
	Program *program;
	MemoryContext context;
	Target *target;
	Difference *difference; /* once there is one */
	TupleTableSlot *row;
	bool at_once; /* what enters is one row at most, and nothing leaves: see in_place.hpp */
};
Collect begin_collecting(const Step *step);
/* As add_row. */
void collect_row(Collect *collect, int sign, TupleTableSlot *row, ItemPointer tid);
void take_content(TupleTableSlot *slot, void *context);
void take_stored(TupleTableSlot *slot, void *context); /* ctid, then all columns */
/* Applies the difference; returns the view rows written. */
uint64 apply_collected(Collect *collect);

/* --- between the parts ---------------------------------------------------- */

/* aggregate: folds; recomputes the groups that do not fold. */
Outcome fold_delta(Step *step);

/* Keys to recompute, without repetition. */
KeySet *begin_keys(Step *step);
void add_key(KeySet *keys, TupleTableSlot *view_row);
int64 count_keys(const KeySet *keys);
void end_keys(KeySet *keys);
/* By the planner's costs of look-ups. */
bool look_ups_cost_more(Step *step, const KeySet *keys);
/* Exclusive on each. */
void add_key_tags(const KeySet *keys, pg::Vec<Tag> *tags);
/* Computes the content for the keys anew and applies the difference. Consumes the set. */
uint64 recompute_keys(Step *step, KeySet *keys);

/* Makes the step exclude every other writer, late: a deadlock is possible then. */
void exclude_others(Step *step);

} // namespace dv::engine
