#include "engine/maintain.hpp"

#include "engine/test_break.hpp"
#include "pg/identity.hpp"

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
	add_row(collect->difference, sign > 0 ? 1 : -1, collect->row, nullptr);
}

Outcome
maintain_linear(Step *step)
{
	Program *program = step->program;
	Acting owner = act_as_owner(step);
	Target *target = open_target(program->view, program->analysis->shape, step->feeds_views);
	target->crosscheck = step->crosscheck;
	Difference *difference = begin_difference(target, program->analysis->shape, program->hasher);
	Collect collect{program, difference, MakeSingleTupleTableSlot(program->desc, &TTSOpsVirtual)};

	Acting restricted = act_restricted(step);
	Prepared terms = prepare(program, Purpose::terms, step->mask, step->rows_in);
	for (int i = 0; i < terms.nplans; i++)
		run_plan(terms.plans[i], take_signed, &collect);
	act_done(restricted);

	Outcome outcome{apply_difference(difference), false, 0};
	close_target(target);
	act_done(owner);
	return outcome;
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
	const Shape &shape = tracing->step->program->analysis->shape;
	TupleTableSlot *row = tracing->row;
	slot_getallattrs(slot);
	ExecClearTuple(row);
	memset(row->tts_isnull, true, row->tts_tupleDescriptor->natts);
	for (int i = 0; i < shape.nkeys; i++)
	{
		row->tts_values[shape.keys[i] - 1] = slot->tts_values[i];
		row->tts_isnull[shape.keys[i] - 1] = slot->tts_isnull[i];
	}
	ExecStoreVirtualTuple(row);
	add_key(tracing->keys, row);
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
	Program *program = step->program;
	Acting restricted = act_restricted(step);
	Prepared traces = prepare(program, Purpose::traces, step->mask, step->rows_in);
	if (traces.nplans < 0)
	{
		act_done(restricted);
		return recompute_all(step);
	}
	Tracing tracing{step, begin_keys(step), MakeSingleTupleTableSlot(program->desc, &TTSOpsVirtual), 0};
	for (int i = 0; i < traces.nplans; i++)
		run_plan(traces.plans[i], take_key, &tracing);
	bool whole = touches_most(program, count_keys(tracing.keys)) || keys_cost_more(step, tracing.keys);
	act_done(restricted);
	if (whole || count_keys(tracing.keys) == 0)
	{
		end_keys(tracing.keys);
		return whole ? recompute_all(step) : Outcome{0, false, 0};
	}
	return Outcome{recompute_keys(step, tracing.keys), false, 0};
}

} // namespace

void
take_content(TupleTableSlot *slot, void *context)
{
	Collect *collect = static_cast<Collect *>(context);
	fill_view_row(collect->row, slot, 0, collect->program->analysis->ncolumns);
	add_row(collect->difference, 1, collect->row, nullptr);
}

void
take_stored(TupleTableSlot *slot, void *context)
{
	Collect *collect = static_cast<Collect *>(context);
	slot_getallattrs(slot);
	ItemPointerData tid = *reinterpret_cast<ItemPointer>(DatumGetPointer(slot->tts_values[0]));
	fill_view_row(collect->row, slot, 1, collect->program->desc->natts);
	add_row(collect->difference, -1, collect->row, &tid);
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

Acting
act_restricted(const Step *step)
{
	pg::Identity identity = pg::assume(step->owner, SECURITY_RESTRICTED_OPERATION);
	if (step->program->analysis->settings_matter)
		pg::set_locally(step->info->nsettings, step->info->settings);
	return Acting{identity.user, identity.context, identity.nest};
}

Acting
act_as_owner(const Step *step)
{
	pg::Identity identity = pg::assume(step->owner, SECURITY_LOCAL_USERID_CHANGE);
	if (step->program->analysis->settings_matter)
		pg::set_locally(step->info->nsettings, step->info->settings);
	return Acting{identity.user, identity.context, identity.nest};
}

void
act_done(const Acting &acting)
{
	pg::resume(pg::Identity{acting.user, acting.context, acting.nest});
}

Outcome
recompute_all(Step *step)
{
	Program *program = step->program;
	Acting owner = act_as_owner(step);
	Target *target = open_target(program->view, program->analysis->shape, step->feeds_views);
	target->crosscheck = step->crosscheck;
	Difference *difference = begin_difference(target, program->analysis->shape, program->hasher);
	Collect collect{program, difference, MakeSingleTupleTableSlot(program->desc, &TTSOpsVirtual)};

	Acting restricted = act_restricted(step);
	Prepared content = prepare(program, Purpose::whole_content, 0, 0);
	Prepared stored = prepare(program, Purpose::whole_stored, 0, 0);
	run_plan(content.plans[0], take_content, &collect);
	run_plan(stored.plans[0], take_stored, &collect);
	act_done(restricted);

	Outcome outcome{apply_difference(difference), true, 0};
	close_target(target);
	act_done(owner);
	return outcome;
}

Outcome
maintain(Step *step)
{
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
