#include "engine/waiting_rows.hpp"

namespace dv::engine {

namespace {

/* About as in COPY. */
constexpr int most_rows = 1000;
constexpr Size most_bytes = Size{64} * 1024;

} // namespace

bool
add_waiting(WaitingRows *rows, TupleDesc desc, HeapTuple tuple)
{
	if (rows->n == rows->slots.n)
	{
		MemoryContext before = MemoryContextSwitchTo(rows->slots.context);
		rows->slots.push(MakeSingleTupleTableSlot(desc, &TTSOpsHeapTuple));
		MemoryContextSwitchTo(before);
	}
	ExecStoreHeapTuple(tuple, rows->slots[rows->n++], true);
	rows->bytes += tuple->t_len;
	return rows->n == most_rows || rows->bytes > most_bytes;
}

void
clear_waiting(WaitingRows *rows)
{
	for (int i = 0; i < rows->n; i++)
		ExecClearTuple(rows->slots[i]);
	rows->n = 0;
	rows->bytes = 0;
}

void
end_waiting(const WaitingRows *rows)
{
	for (TupleTableSlot *slot : rows->slots)
		ExecDropSingleTupleTableSlot(slot);
}

} // namespace dv::engine
