#pragma once

/*
 * What this transaction has changed and no view has taken in yet.
 *
 * Each base table has one append-only log of signed rows (+1 entered, -1 left),
 * holding the columns that some view uses.  A position in a log is the number
 * of entries before it; a view remembers, per base table, the position up to
 * which it is flushed.  new state = old state + the rows of the log, so exact
 * deltas need no snapshot of the old state.  Where the rows of a change are not
 * known (TRUNCATE, a statement cut short, a column layout that changed under
 * us), the log holds an entry `unknown`, and the views of that table recompute.
 *
 * Logs, positions and counts of open statements follow subtransactions: an
 * aborted one takes back all that happened in it, flushes too.
 *
 * All memory lives in TopTransactionContext; rows beyond work_mem go to a
 * temporary file.
 */
#include "pg/idle_slots.hpp"
#include "pg/vec.hpp"

namespace dv::capture {

/* The delta of one base table between two positions. */
struct Delta
{
	Oid table;
	TupleDesc desc; /* the captured columns under the table's own names, then __dv_sign int4 */
	uint64 layout;  /* the same number: the same columns */
	pg::IdleSlots *idle;
	int64 nrows;
	bool netted; /* no row is in it twice: as one statement leaves its table, or less what came and went */
	MemoryContext context;
	pg::Vec<MinimalTuple> few; /* the rows, if they were netted; */
	uint64 from;               /* otherwise they are in the log, */
	uint64 to;                 /* from one position to another */
	Tuplestorestate *store;    /* the rows, once delta_store() has put them there */
};

/* The rows as an executor can scan them. */
Tuplestorestate *delta_store(Delta *delta);
void end_delta(const Delta *delta);

/* Goes through the rows; nothing is appended to logs meanwhile. */
struct DeltaReader
{
	const Delta *delta;
	TupleTableSlot *slot;
	int next;
	struct Reader *log;
};
DeltaReader begin_delta(const Delta *delta);
bool next_row(DeltaReader *reader);
void end_reading(const DeltaReader *reader);

/* For rows of the delta. */
inline TupleTableSlot *
slot_for(const Delta *delta)
{
	return pg::take_slot(delta->idle, delta->desc, &TTSOpsMinimalTuple);
}

inline void
put_back(const Delta *delta, TupleTableSlot *slot)
{
	pg::put_back(delta->idle, slot, GetMemoryChunkContext(delta->desc));
}

/* The last column of every delta: +1 for a row that entered, -1 for one that left. */
inline constexpr const char *sign_column = "__dv_sign";

/* --- the writer's side: called by the statement triggers ---------------- */

/* A captured statement begins on rel. */
void statement_begins(Relation rel);

/* A captured statement on rel is complete; old_rows / new_rows are its transition tables (either may be null). */
void statement_ends(Relation rel, TriggerEvent event, Tuplestorestate *old_rows, Tuplestorestate *new_rows);

/* The engine changed a row of a view that other views read. */
void append(Relation rel, int sign, TupleTableSlot *slot);

/* The rows of a change of this table are not known: its views must recompute. */
void append_unknown(Oid table);

/* --- the flush's side ---------------------------------------------------- */

/* Captured statements begun and not ended, in this transaction. */
int open_statements();

/* True when a captured statement has begun in this transaction, or the engine has changed a view that others read. */
bool active();

/* Base tables that have a log in this transaction, and whether there are any. */
pg::Vec<Oid> changed_tables();
bool any_changed();
bool has_changed(Oid table);

/*
 * The position at the end of a table's log; 0 where it has none.  Entries that come later are never merged into
 * what was there, so a flush may freeze here, and take as flushed what lies before.
 */
uint64 end_position(Oid table);

/*
 * Up to where a view has taken in this table; a view without a mark starts at 0, so one that is filled or
 * recomputed in this transaction must be set to end_position of all its tables.
 */
uint64 flushed_position(Oid view, Oid table);
void set_flushed_position(Oid view, Oid table, uint64 position);

/* Does the view have anything to take in from this table? */
inline bool
pending(Oid view, Oid table)
{
	return flushed_position(view, table) < end_position(table);
}

/*
 * True if an entry `unknown` lies in [from, to), or the rows there lack columns that the views use by now, or the
 * table's columns or storage have changed since: then there is no delta to materialize.
 */
bool unknown_between(Oid table, uint64 from, uint64 to);

/*
 * The rows in [from, to), less what came and went (see net.hpp), in CurrentMemoryContext.  Where there is nothing to
 * net, or too much, they stay in the log: good as long as that is not cut.
 */
Delta materialize(Oid table, uint64 from, uint64 to);

/* Statements still counted open at pre-commit were cut short: their tables become `unknown`, the counts zero. */
void close_cut_statements();

/* Forget everything: at the end of the top-level transaction, also at PREPARE. Must not ereport. */
void forget() noexcept;

/* Subtransactions: called by the engine's SubXactCallback with the nest level of the ending subtransaction. */
void subtransaction_aborts(int level) noexcept;
void subtransaction_commits(int level);

} // namespace dv::capture
