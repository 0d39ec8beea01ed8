#include "engine/flush.hpp"
#include "engine/maintain.hpp"

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
	BulkInsertState bulk;
	CommandId command;
	uint64 rows;
};

void
take_row(TupleTableSlot *slot, void *context)
{
	Filling *filling = static_cast<Filling *>(context);
	const Shape &shape = filling->program->analysis->shape;
	fill_view_row(filling->row, slot, 0, filling->program->analysis->ncolumns);
	set_hash_column(filling->program->hasher, shape, filling->row);
	table_tuple_insert(filling->rel, filling->row, filling->command, 0, filling->bulk);
	filling->rows++;
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
	filling.bulk = GetBulkInsertState();
	filling.command = GetCurrentCommandId(true);

	PushActiveSnapshot(GetLatestSnapshot());
	pg::Identity before = act_as_owner(&step);
	int context = restrict_operation();
	run_plan(prepare(step.program, Purpose::whole_content, 0, 0).plans[0], take_row, &filling);
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
