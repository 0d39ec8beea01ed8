#pragma once

/*
 * Deltas computed row by row with compiled expressions, instead of by a query: of blocks over one table, and of joins in
 * which every further table has an index to look rows up by.  A query costs less where a delta is large, and more to begin.
 */
#include "engine/maintain.hpp"

namespace dv::engine {

/* A row's way through a block, from the delta of one occurrence on; see look_ups.cpp. */
struct Way;

/* Is the step's delta to be computed so? */
bool runs_natively(Step *step);

/*
 * Each row of the delta goes to `take`, under the active snapshot: the sign first, if it is wanted, then the block's
 * outputs, as the queries of the delta would give them.  They are good until the next row.  Without signs the rows are
 * those of a trace: they may come more than once.  With `collect`, what the view itself tells goes there instead; see
 * in_place.hpp.
 */
void run_native(Step *step, bool with_sign, Take take, void *context, Collect *collect = nullptr);

/* What the planner would say of it. */
double native_cost(const Step *step);

/* --- between native.cpp, look_ups.cpp and passage.cpp --------------------- */

/* A column of the row that a way puts together. */
struct Read
{
	AttrNumber column; /* of the table */
	int at;            /* in that row */
};

/* A further table. */
struct LookUp
{
	int occurrence; /* in the block */
	Oid table;
	Oid index;
	bool one; /* there is one row at most */
	int nkeys;
	ScanKeyData *keys;
	int *sources;     /* per key: where its value stands, or -1: a constant, which is in the key */
	ExprState *found; /* what the index has seen to, for rows that come from elsewhere; or nullptr */
	ExprState *quals; /* the other conditions that can be judged by now; or nullptr */
	pg::Vec<Read> reads;
	pg::Vec<Read> delta_reads; /* the same of a row of the table's delta, once one was read */
	double rows;               /* that one look-up finds, about */
	TupleDesc desc;            /* of the table's rows, */
	pg::IdleSlots idle;        /* and slots for them, once one was looked up */
};

struct Way
{
	int occurrence; /* where it begins */
	Oid table;
	ExprState *quals;
	pg::Vec<Read> reads;
	pg::Vec<Read> delta_reads; /* the same of a row of the table's delta, once one was read */
	pg::Vec<LookUp> look_ups;
	int noutputs;
	ExprState **outputs;      /* nullptr: a column, */
	int *copied;              /* which stands there in the row */
	TupleTableSlot *row;      /* all columns that are read */
	TupleTableSlot *result;   /* sign, outputs */
	struct InPlace *in_place; /* or nullptr */
	double rows;              /* that one row of the delta looks at, about */
	double all;               /* of the tables that are looked up in, about */
	double whole;             /* the rows of all tables that are looked up in, about */
};

/* An output, of what is in the way's row. */
inline Datum
output_of(const Way *way, int output, ExprContext *expressions, bool *isnull)
{
	if (way->outputs[output])
		return ExecEvalExprSwitchContext(way->outputs[output], expressions, isnull);
	*isnull = way->row->tts_isnull[way->copied[output]];
	return way->row->tts_values[way->copied[output]];
}

/* nullptr if a table cannot be looked up by an index. The result lives in the program's context. */
Way *make_way(Program *program, const analyze::Native *native, int occurrence);

/* The delta of a block's table, or nullptr. */
const capture::Delta *delta_at(const Step *step, int block, int occurrence);

/* run_native(), for the delta that the way begins with. */
void pass(Step *step, int block, Way *way, bool with_sign, Take take, void *context, Collect *collect);

} // namespace dv::engine
