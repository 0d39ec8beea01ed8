#include "engine/maintain.hpp"

#include "engine/native.hpp"
#include "engine/test_break.hpp"
#include "pg/identity.hpp"

extern "C" {
#include "optimizer/optimizer.h"
}

namespace dv::engine {

namespace {

/* A term's row: its sign, then the view's columns. */
void
take_signed(TupleTableSlot *slot, void *context)
{
	Collect *collect = static_cast<Collect *>(context);
	slot_getallattrs(slot);
	int sign = DatumGetInt32(slot->tts_values[0]);
	fill_view_row(collect->row, slot, 1, collect->program->analysis->ncolumns);
	if (collect->at_once)
		insert_row(collect->target, collect->row);
	else
		collect_row(collect, sign > 0 ? 1 : -1, collect->row, nullptr);
}

Outcome
maintain_linear(Step *step)
{
	Program *program = step->program;
	bool native = runs_natively(step);
	if (!native)
		connect(step);
	Collect collect = begin_collecting(step);
	int before = restrict_operation();
	if (native)
		run_native(step, true, take_signed, &collect, &collect);
	else
	{
		Prepared terms = prepare(program, Purpose::terms, step->mask, step->rows_in);
		for (int i = 0; i < terms.nplans; i++)
			run_on_deltas(step, terms.plans[i], take_signed, &collect);
	}
	pg::restore_context(before);

	return Outcome{apply_collected(&collect), false};
}

struct Tracing
{
	Step *step;
	KeySet *keys;
	TupleTableSlot *row;
	int seen;
};

void
take_key(TupleTableSlot *slot, void *context)
{
	Tracing *tracing = static_cast<Tracing *>(context);
	if (is_broken(Rule::keyed) && tracing->seen++ == 0)
		return;
	fill_key_row(tracing->row, slot, 0, tracing->step->program->analysis->shape);
	add_key(tracing->keys, tracing->row);
}

/* Where most of the view is touched, one pass over all of it is cheaper than a look-up per key. */
bool
touches_most(const Program *program, int64 nkeys)
{
	if (nkeys < 1000)
		return false;
	Relation rel = table_open(program->view, AccessShareLock);
	float4 tuples = rel->rd_rel->reltuples;
	table_close(rel, NoLock);
	return tuples >= 0 && static_cast<double>(nkeys) > 0.5 * tuples;
}

Outcome
maintain_keyed(Step *step)
{
	if (step->keys == nullptr)
	{
		step->keys = begin_keys(step);
		trace_keys(step);
		if (keys_cost_more(step))
		{
			end_keys(step->keys);
			return recompute_all(step);
		}
	}
	return Outcome{count_keys(step->keys) == 0 ? 0 : recompute_keys(step, step->keys), false};
}

} // namespace

void
trace_keys(Step *step)
{
	Program *program = step->program;
	Tracing tracing{step, step->keys, MakeSingleTupleTableSlot(program->desc, &TTSOpsVirtual), 0};
	int before = restrict_operation();
	if (runs_natively(step))
		run_native(step, false, take_key, &tracing);
	else
	{
		connect(step);
		Prepared traces = prepare(program, Purpose::traces, step->mask, step->rows_in);
		if (traces.nplans < 0)
			elog(ERROR, "a changed table does not lead to the key");
		for (int i = 0; i < traces.nplans; i++)
			run_on_deltas(step, traces.plans[i], take_key, &tracing);
	}
	pg::restore_context(before);
}

bool
keys_cost_more(Step *step)
{
	if (touches_most(step->program, count_keys(step->keys)))
		return true;
	connect(step);
	int before = restrict_operation();
	bool more = look_ups_cost_more(step, step->keys);
	pg::restore_context(before);
	return more;
}

void
take_content(TupleTableSlot *slot, void *context)
{
	Collect *collect = static_cast<Collect *>(context);
	fill_view_row(collect->row, slot, 0, collect->program->analysis->ncolumns);
	collect_row(collect, 1, collect->row, nullptr);
}

void
take_stored(TupleTableSlot *slot, void *context)
{
	Collect *collect = static_cast<Collect *>(context);
	slot_getallattrs(slot);
	ItemPointerData tid = *reinterpret_cast<ItemPointer>(DatumGetPointer(slot->tts_values[0]));
	fill_view_row(collect->row, slot, 1, collect->program->desc->natts);
	collect_row(collect, -1, collect->row, &tid);
}

void
fill_key_row(TupleTableSlot *view_row, TupleTableSlot *row, int from, const Shape &shape)
{
	slot_getallattrs(row);
	ExecClearTuple(view_row);
	memset(view_row->tts_isnull, true, sizeof(bool) * view_row->tts_tupleDescriptor->natts);
	for (int i = 0; i < shape.nkeys; i++)
	{
		view_row->tts_values[shape.keys[i] - 1] = row->tts_values[from + i];
		view_row->tts_isnull[shape.keys[i] - 1] = row->tts_isnull[from + i];
	}
	ExecStoreVirtualTuple(view_row);
}

void
fill_view_row(TupleTableSlot *view_row, TupleTableSlot *row, int from, int ncolumns)
{
	slot_getallattrs(row);
	ExecClearTuple(view_row);
	memset(view_row->tts_isnull, true, view_row->tts_tupleDescriptor->natts);
	memcpy(view_row->tts_values, row->tts_values + from, sizeof(Datum) * ncolumns);
	memcpy(view_row->tts_isnull, row->tts_isnull + from, sizeof(bool) * ncolumns);
	ExecStoreVirtualTuple(view_row);
}

Collect
begin_collecting(const Step *step)
{
	Program *program = step->program;
	Collect collect{};
	collect.program = program;
	collect.context = CurrentMemoryContext;
	collect.target = open_target(&program->keeper, step->rel, program->analysis->shape, step->feeds_views);
	collect.target->crosscheck = step->crosscheck;
	collect.row = program->row;
	return collect;
}

void
collect_row(Collect *collect, int sign, TupleTableSlot *row, ItemPointer tid)
{
	if (collect->difference == nullptr)
	{
		Program *program = collect->program;
		MemoryContext before = MemoryContextSwitchTo(collect->context);
		collect->difference = begin_difference(collect->target, program->analysis->shape, program->hasher);
		MemoryContextSwitchTo(before);
	}
	add_row(collect->difference, sign, row, tid);
}

uint64
apply_collected(Collect *collect)
{
	const Target *target = collect->target;
	if (collect->difference)
		apply_difference(collect->difference);
	ExecClearTuple(collect->row);
	uint64 written = target->inserted + target->updated + target->deleted;
	close_target(collect->target);
	return written;
}

Outcome
recompute_all(Step *step)
{
	Program *program = step->program;
	connect(step);
	Collect collect = begin_collecting(step);

	int before = restrict_operation();
	Prepared content = prepare(program, Purpose::whole_content, 0, 0);
	Prepared stored = prepare(program, Purpose::whole_stored, 0, 0);
	run_plan(content.plans[0], take_content, &collect);
	run_plan(stored.plans[0], take_stored, &collect);
	pg::restore_context(before);

	return Outcome{apply_collected(&collect), !program->analysis->ir->first_rows};
}

double
cost_of_whole(Program *program)
{
	return prepare(program, Purpose::whole_content, 0, 0).cost + prepare(program, Purpose::whole_stored, 0, 0).cost;
}

namespace {

/* Who recomputes the view reads the changed tables, too. */
double
least_cost_of_whole(const Step *step)
{
	double cost = 0;
	for (int i = 0; i < step->ndeltas; i++)
	{
		if (step->deltas[i] == nullptr)
			continue;
		Relation rel = table_open(step->deltas[i]->table, AccessShareLock);
		cost += Max(static_cast<double>(rel->rd_rel->reltuples), 0) * cpu_tuple_cost;
		table_close(rel, NoLock);
	}
	return cost;
}

} // namespace

bool
terms_cost_more(Step *step)
{
	bool native = runs_natively(step);
	double cost = native_cost(step);
	if (native && cost < least_cost_of_whole(step))
		return false;
	connect(step);
	int before = restrict_operation();
	if (!native)
	{
		Prepared terms = prepare(step->program, Purpose::terms, step->mask, step->rows_in);
		cost = terms.cost / static_cast<double>(terms.nrows) + (terms.by_row ? cpu_operator_cost : 0);
		cost *= static_cast<double>(step->rows_in);
	}
	bool more = cost > cost_of_whole(step->program);
	pg::restore_context(before);
	return more;
}

Outcome
maintain(Step *step)
{
	if (step->whole)
		return recompute_all(step);
	switch (step->program->analysis->ir->kind)
	{
	case core::Kind::linear:
		return maintain_linear(step);
	case core::Kind::aggregate:
		return fold_delta(step);
	case core::Kind::keyed:
		return maintain_keyed(step);
	case core::Kind::complete:
		break;
	}
	return recompute_all(step);
}

} // namespace dv::engine
