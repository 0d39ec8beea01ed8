#include "engine/flush.hpp"
#include "engine/maintain.hpp"
#include "engine/waiting_rows.hpp"

namespace dv::engine {

/*
 * The first fill: the content streams into an empty table that nobody else
 * sees yet, without indexes, triggers or constraints to serve.  The caller
 * holds locks that keep writers of the base tables away.
 */
namespace {

struct Filling
{
	Program *program;
	Relation rel;
	TupleTableSlot *row;
	MemoryContext scratch; /* until waiting rows are inserted */
	WaitingRows waiting;
	BulkInsertState bulk;
	CommandId command;
	uint64 rows;
};

void
insert_waiting(Filling *filling)
{
	WaitingRows *waiting = &filling->waiting;
	if (waiting->n == 0)
		return;
	MemoryContext before = MemoryContextSwitchTo(filling->scratch);
	table_multi_insert(filling->rel, waiting->slots.data, waiting->n, filling->command, 0, filling->bulk);
	clear_waiting(waiting);
	MemoryContextSwitchTo(before);
	MemoryContextReset(filling->scratch);
}

void
take_row(TupleTableSlot *slot, void *context)
{
	Filling *filling = static_cast<Filling *>(context);
	const Shape &shape = filling->program->analysis->shape;
	TupleTableSlot *row = filling->row;
	fill_view_row(row, slot, 0, filling->program->analysis->ncolumns);
	set_hash_column(filling->program->hasher, shape, row);

	MemoryContext before = MemoryContextSwitchTo(filling->scratch);
	HeapTuple tuple = heap_form_tuple(row->tts_tupleDescriptor, row->tts_values, row->tts_isnull);
	MemoryContextSwitchTo(before);
	filling->rows++;
	if (add_waiting(&filling->waiting, RelationGetDescr(filling->rel), tuple))
		insert_waiting(filling);
}

} // namespace

uint64
fill(Oid view)
{
	Relation rel = table_open(view, RowExclusiveLock);
	Filling filling{};
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	Step step{};
	step.program = pin_program(view);
	step.info = catalog::view(view);
	step.owner = rel->rd_rel->relowner;
	filling.program = step.program;
	filling.rel = rel;
	filling.row = MakeSingleTupleTableSlot(step.program->desc, &TTSOpsVirtual);
	filling.waiting.slots.context = CurrentMemoryContext;
	filling.scratch = AllocSetContextCreate(CurrentMemoryContext, "deltaview fill", ALLOCSET_DEFAULT_SIZES);
	filling.bulk = GetBulkInsertState();
	filling.command = GetCurrentCommandId(true);

	PushActiveSnapshot(GetLatestSnapshot());
	pg::Identity before = act_as_owner(&step);
	int context = restrict_operation();
	run_plan(prepare(step.program, Purpose::whole_content, 0, 0).plans[0], take_row, &filling);
	insert_waiting(&filling);
	end_waiting(&filling.waiting);
	pg::restore_context(context);
	pg::resume(before);
	PopActiveSnapshot();

	FreeBulkInsertState(filling.bulk);
	table_finish_bulk_insert(rel, 0);
	for (int i = 0; i < step.program->analysis->ntables; i++)
	{
		Oid table = step.program->analysis->tables[i].table;
		if (capture::end_position(table) > 0)
			capture::set_flushed_position(view, table, capture::end_position(table));
	}
	unpin_program(step.program);
	SPI_finish();
	table_close(rel, NoLock);
	return filling.rows;
}

} // namespace dv::engine
