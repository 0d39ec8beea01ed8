#pragma once

/*
 * The state behind capture/transaction.hpp, shared by the files of this room.
 *
 * Undo.  Each thing that a subtransaction may have to take back (a table's log
 * and counters; a view's position) has, per nest level at which it was changed,
 * one record of how it was before.  Records lie on one stack, levels ascending.
 * An aborted level restores its records; a committed one hands them to its
 * parent, or drops them where the parent has its own, older ones.  Level 1 is
 * the transaction itself and needs none.
 */
#include "capture/layout.hpp"
#include "capture/row_log.hpp"
#include "capture/transaction.hpp"

namespace dv::capture {

/* From this position on, entries have this layout. */
struct Epoch
{
	uint64 start;
	Layout *layout;
};

struct Position
{
	Oid view;
	int undo_level; /* level of the newest undo record, 1 if there is none */
	uint64 flushed;
};

struct TableState
{
	Oid table;
	int index; /* in tables */
	int undo_level;
	int open;            /* statements begun and not ended */
	bool stale_noted;    /* its on-demand views were told, when the catalog was at stale_generation */
	bool layout_checked; /* the newest layout fits, as of generation */
	uint64 stale_generation;
	uint64 generation;
	uint64 handed_out; /* the highest end that anybody has asked for */
	uint64 last_start; /* the end as the last statement was captured: from there on no row is twice in the log */
	RowLog log;
	pg::Vec<uint64> unknown; /* positions of the entries `unknown`, ascending */
	pg::Vec<Epoch> epochs;
	pg::Vec<Position> positions;
};

struct Undo
{
	int level;
	int previous; /* undo_level of the thing before this record */
	int table;
	int position; /* index in positions, or -1: the table's log and counters */
	uint64 flushed;
	LogMark end;
	int nunknown;
	int nepochs;
	int open;
	bool stale_noted;
};

struct Store
{
	MemoryContext context; /* child of TopTransactionContext */
	Pool pool;
	pg::Vec<TableState *> tables;
	int32 *slots; /* hash by table: 1 + index in tables, 0 if free */
	uint32 nslots;
	pg::Vec<Undo> undo;
	int open;             /* over all tables */
	bool statement_views; /* a table with `on statement` views has changed since the last flush of these */
};

/* nullptr while the transaction has captured nothing. */
extern Store *store;

/* The state of a table; nullptr if it has none. */
TableState *find_table(Oid table);

/* The same, made where it is missing. */
TableState *get_table(Oid table);

/* To be called before a table's log or counters change. */
void about_to_change(TableState *state);

/* The table has changed: its on-demand views are told. */
void note_change(TableState *state, const catalog::Table *info);

/*
 * The layout for further rows, or nullptr where rows need not be kept: every view has an entry `unknown` ahead.
 * `generation` is the catalog's as it was before info was looked up.
 */
Layout *layout_for_append(TableState *state, Relation rel, const catalog::Table *info, uint64 generation);

/* Appends an entry `unknown`, unless one lies ahead of every view anyway. */
void add_unknown(TableState *state);

} // namespace dv::capture
