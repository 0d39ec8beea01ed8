#pragma once

/*
 * Slots that are kept between uses, each in a memory context of its own.  What an error cuts short is not put back: it
 * may hold what is gone, and goes with the context of who took it.
 */
#include "pg/postgres.hpp"

namespace dv::pg {

struct IdleSlots
{
	TupleTableSlot *slots[2];
	int n;
};

/* An empty one, in the current context until it is put back. The descriptor must not be counted, and outlive it. */
inline TupleTableSlot *
take_slot(IdleSlots *idle, TupleDesc desc, const TupleTableSlotOps *ops)
{
	if (idle->n > 0)
	{
		TupleTableSlot *slot = idle->slots[--idle->n];
		MemoryContextSetParent(GetMemoryChunkContext(slot), CurrentMemoryContext);
		return slot;
	}
	MemoryContext own = AllocSetContextCreate(CurrentMemoryContext, "deltaview slot", ALLOCSET_SMALL_SIZES);
	MemoryContext before = MemoryContextSwitchTo(own);
	TupleTableSlot *slot = MakeSingleTupleTableSlot(desc, ops);
	MemoryContextSwitchTo(before);
	return slot;
}

inline void
put_back(IdleSlots *idle, TupleTableSlot *slot, MemoryContext context)
{
	MemoryContext own = GetMemoryChunkContext(slot);
	if (idle->n < static_cast<int>(lengthof(idle->slots)))
	{
		ExecClearTuple(slot);
		MemoryContextSetParent(own, context);
		idle->slots[idle->n++] = slot;
		return;
	}
	ExecDropSingleTupleTableSlot(slot);
	MemoryContextDelete(own);
}

} // namespace dv::pg
