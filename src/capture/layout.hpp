#pragma once

/*
 * Which columns of a base table a log holds, and how a row becomes an entry.
 */
#include "capture/row_log.hpp"
#include "catalog/registry.hpp"
#include "pg/idle_slots.hpp"
#include "pg/plain_rows.hpp"

namespace dv::capture {

struct Layout
{
	TupleDesc desc; /* the captured columns, then __dv_sign */
	uint64 number;  /* of its own */
	int ncolumns;
	AttrNumber *columns; /* ascending */
	AttrNumber last;     /* the highest, 0 if none */
	Oid filenode;        /* stored values may point to the TOAST table of this one */
	pg::PlainRows plain; /* if the columns make such */
	Datum *values;       /* scratch, as long as desc */
	bool *isnull;
	TupleTableSlot *old_row; /* of the table, */
	TupleTableSlot *new_row;
	uint64 rows_as_of;  /* as it was when the catalog was at this generation */
	bool repeats;       /* and whether one statement may update a row of it twice */
	bool reading;       /* rows are in them */
	pg::IdleSlots idle; /* for its own rows */
};

Layout *make_layout(Relation rel, const catalog::Table *info, MemoryContext context);

/* The layout of the table as it is now, kept between transactions; good until the end of this one. */
Layout *current_layout(Relation rel, const catalog::Table *info, uint64 generation);
/* Slots for the table's rows, until end_rows. */
void begin_rows(Layout *layout, Relation rel, uint64 generation);
void end_rows(Layout *layout);

/* At the end of a transaction. */
void release_layouts() noexcept;

/* Does the layout hold all that is needed of the table as it is now? */
bool fits(const Layout *layout, Relation rel, const catalog::Table *info);

/* Are the captured columns of two rows the same, image by image? */
bool same_columns(const Layout *layout, TupleDesc desc, TupleTableSlot *a, TupleTableSlot *b);

/*
 * Which TOAST pointers of a row may stay pointers until the end of the transaction.  Those of a row version that
 * this transaction has ended may: nobody can vacuum it.  A new row may carry one from wherever its value was
 * read: another row, or a table that is dropped before the commit.
 */
enum class Stored : char { none, all, as_in_old };

void add_row(Pool *pool, RowLog *log, Layout *layout, int sign, TupleTableSlot *slot, Stored stored,
			 TupleTableSlot *old_slot);

} // namespace dv::capture
