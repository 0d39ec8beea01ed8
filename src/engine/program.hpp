#pragma once

/*
 * What a backend keeps of a view between flushes: its analysis, prepared
 * delta queries, compiled expressions.  Built at first use, thrown away when
 * the catalog has moved.
 */
#include "analyze/analysis.hpp"
#include "capture/transaction.hpp"
#include "catalog/registry.hpp"
#include "core/ir.hpp"
#include "engine/query.hpp"

extern "C" {
#include "nodes/execnodes.h"
}

namespace dv::engine {

/* What a prepared query of a view is for. */
enum class Purpose : char {
	terms,        /* linear or aggregate: the delta, one query per term */
	values,       /* the values by which the delta finds rows, as far as they are not columns of it */
	traces,       /* keyed: the keys that the delta reaches */
	keys_content, /* the content for the keys at hand; mask: which key columns are NULL */
	keys_stored,  /* the stored rows for them */
	whole_content,
	whole_stored,
};

struct Prepared
{
	Purpose purpose;
	uint64 mask; /* tables changed, or key columns that are NULL */
	int size;    /* class of the delta's size */
	int nplans;
	SPIPlanPtr *plans;
	double cost; /* the planner's, for */
	int64 nrows; /* so many rows of the named relations */
	bool by_row; /* terms: rows to be taken in one by one, with their sign, not sums */
};

/* Where values to lock come from. */
struct ValueSource
{
	int table;
	AttrNumber column; /* of its delta; 0: the next query of Purpose::values */
	bool writes;
	bool deep; /* see core::Touch */
	uint32 access;
	FmgrInfo hash;
	Oid collation;
};

struct LockPlan
{
	uint64 mask;
	bool queries; /* some source is one */
	bool deep;
	bool *tables; /* those read otherwise than by values */
	pg::Vec<ValueSource> sources;
};

struct Program
{
	Oid view;
	uint64 generation;
	uint64 code_altered;
	int pins;
	MemoryContext context;
	analyze::Analysis *analysis;
	TupleDesc desc;      /* of the view's table */
	TupleDesc keys_desc; /* k1, k2, ..., h uuid */
	Hasher *hasher;
	TupleDesc *delta_descs; /* per base table: the layout that the prepared queries were made for, */
	uint64 *layouts;        /* and the number of the last one of its like */
	EState *estate;
	ExprContext *expressions;
	ExprState **finals; /* aggregate: per visible column, or nullptr */
	FmgrInfo *better;   /* aggregate: per state, for extremes */
	TargetKeeper keeper;
	TupleTableSlot *row; /* of the view's table, virtual: for who computes one */
	bool native;         /* deltas may be computed without queries */
	bool names_matter;   /* what maintenance evaluates, apart from queries, may look names up */
	pg::Vec<Prepared> prepared;
	/* for the layouts of the deltas, like the prepared queries */
	pg::Vec<const LockPlan *> lock_plans;
	struct NativeBlock *native_blocks;
};

/* The program of a view; pinned until the end of the transaction at the latest. */
Program *pin_program(Oid view);
void unpin_program(Program *program);

/*
 * The queries for a purpose, prepared in the current SPI connection for named relations of about `nrows` rows.
 * nplans < 0: there is none (a table has no path to the key).
 */
Prepared prepare(Program *program, Purpose purpose, uint64 mask, int64 nrows);

/* Throws the prepared queries away, and what else depends on the layout of deltas. */
void forget_prepared(Program *program);

/* The columns of a base table that a view's maintenance reads, appended to *out. */
void columns_used(Oid view, Oid table, pg::Vec<AttrNumber> *out);

/* At the end of a transaction. */
void release_programs() noexcept;

} // namespace dv::engine
