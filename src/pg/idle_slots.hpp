#pragma once

/*
 * Slots that are kept between uses.  What an error cuts short is not put back: it may hold what is gone, and its memory
 * goes with the context.
 */
#include "pg/postgres.hpp"

namespace dv::pg {

struct IdleSlots
{
	TupleTableSlot *slots[2];
	int n;
};

/* An empty one. The descriptor must not be counted, and live as long as the context. */
inline TupleTableSlot *
take_slot(IdleSlots *idle, TupleDesc desc, const TupleTableSlotOps *ops, MemoryContext context)
{
	if (idle->n > 0)
		return idle->slots[--idle->n];
	MemoryContext before = MemoryContextSwitchTo(context);
	TupleTableSlot *slot = MakeSingleTupleTableSlot(desc, ops);
	MemoryContextSwitchTo(before);
	return slot;
}

inline void
put_back(IdleSlots *idle, TupleTableSlot *slot)
{
	ExecClearTuple(slot);
	if (idle->n < static_cast<int>(lengthof(idle->slots)))
		idle->slots[idle->n++] = slot;
	else
		ExecDropSingleTupleTableSlot(slot);
}

} // namespace dv::pg
