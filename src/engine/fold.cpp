#include "engine/group_sums.hpp"
#include "engine/native.hpp"
#include "engine/row_access.hpp"
#include "engine/test_break.hpp"

extern "C" {
#include "utils/numeric.h"
}

namespace dv::engine {

/*
 * Aggregates: what the delta adds to each group is folded into the group's row,
 * in its latest version, under its row lock, groups in the order of their places.
 * A group that does not fold (its extreme may have left, a number is not a
 * number, digits would be left behind) is recomputed, under a snapshot taken
 * after its row lock: whoever adds to the group before is seen, whoever comes
 * later adds to what was recomputed.
 */
namespace {

struct Folding
{
	Step *step;
	Groups *groups;
	TupleTableSlot *row;
	KeySet *keys;  /* of the groups to compute anew, or nullptr */
	bool unlocked; /* a group is to be computed anew that has no row whose lock would keep others away */
};

const core::View &
ir_of(const Folding *folding)
{
	return *folding->step->program->analysis->ir;
}

bool
is_special(const Folding *folding, int state, Datum value)
{
	if (state_attribute(folding->groups, state)->atttypid != NUMERICOID)
		return false;
	return numeric_is_nan(DatumGetNumeric(value)) || numeric_is_inf(DatumGetNumeric(value));
}

int64
rows_added(const Folding *folding, const Group &group)
{
	const core::View &ir = ir_of(folding);
	for (int i = 0; i < ir.states.n; i++)
		if (ir.states[i].kind == core::StateKind::count_rows)
			return DatumGetInt64(group.parts[i].value);
	return 0;
}

/* The count of the argument that a sum is over. */
int
count_of(const Folding *folding, int sum)
{
	const core::View &ir = ir_of(folding);
	for (int i = 0; i < ir.states.n; i++)
		if (ir.states[i].kind == core::StateKind::count && ir.states[i].argument == ir.states[sum].argument)
			return i;
	elog(ERROR, "a sum without a count");
	pg_unreachable();
}

enum class Folded : char {
	nothing, /* the group stays as it is */
	row,     /* folding->row is its new row */
	gone,
	recompute,
};

/* What the user sees follows from the states. */
void
compute_finals(Folding *folding, TupleTableSlot *row)
{
	Program *program = folding->step->program;
	ExprContext *context = program->expressions;
	for (int i = 0; i < program->analysis->nvisible; i++)
	{
		if (program->finals[i] == nullptr)
			continue;
		context->ecxt_scantuple = row;
		row->tts_values[i] = ExecEvalExprSwitchContext(program->finals[i], context, &row->tts_isnull[i]);
	}
}

/* old may be nullptr: the group is new. */
Folded
fold_group(Folding *folding, const Group &group, TupleTableSlot *old)
{
	Program *program = folding->step->program;
	const analyze::Analysis *analysis = program->analysis;
	TupleTableSlot *row = folding->row;
	bool any = group.left > 0;

	ExecCopySlot(row, old ? old : group.key);
	slot_getallattrs(row);
	int64 added = rows_added(folding, group);
	for (int i = 0; i < ir_of(folding).states.n; i++)
	{
		Datum *value = &row->tts_values[analysis->states[i] - 1];
		bool *isnull = &row->tts_isnull[analysis->states[i] - 1];
		const Part &part = group.parts[i];
		switch (ir_of(folding).states[i].kind)
		{
		case core::StateKind::count_rows:
		case core::StateKind::count:
		{
			int64 count = (old ? DatumGetInt64(*value) : 0) + DatumGetInt64(part.value);
			any = any || DatumGetInt64(part.value) != 0;
			if (count < 0)
				ereport(ERROR, (errcode(ERRCODE_INTERNAL_ERROR),
								errmsg("view \"%s\" lacks rows that its delta removes", get_rel_name(program->view)),
								errhint("Run deltaview.refresh on the view, and report how it came to this.")));
			if (ir_of(folding).states[i].kind == core::StateKind::count_rows && count == 0 && analysis->shape.nkeys > 0)
				return old ? Folded::gone : Folded::nothing;
			*value = Int64GetDatum(count);
			*isnull = false;
			break;
		}
		case core::StateKind::sum:
			if (part.isnull)
				break;
			any = true;
			if (group.left > 0 && ((!analysis->subtractable[i] && analysis->guards[i] < 0) ||
								   is_special(folding, i, part.value) || (!*isnull && is_special(folding, i, *value))))
				return Folded::recompute;
			*value = *isnull ? part.value : add_sums(folding->groups, i, *value, part.value);
			*isnull = false;
			break;
		case core::StateKind::extreme:
			if (!part.leaving_isnull && !is_broken(Rule::aggregate) &&
				(*isnull || !beats(folding->groups, i, *value, part.leaving)))
				return Folded::recompute;
			any = any || !part.isnull;
			merge_extreme(folding->groups, i, value, isnull, part.value, part.isnull);
			break;
		}
	}
	if (!any && old)
		return Folded::nothing;
	if (!old && added == 0 && analysis->shape.nkeys > 0)
		return Folded::nothing;
	auto count_at = [&](int state) { return DatumGetInt64(row->tts_values[analysis->states[state] - 1]); };
	for (int i = 0; i < ir_of(folding).states.n; i++)
	{
		if (ir_of(folding).states[i].kind != core::StateKind::sum)
			continue;
		/* No argument left: the sum of nothing is NULL. */
		if (count_at(count_of(folding, i)) == 0)
			row->tts_isnull[analysis->states[i] - 1] = true;
		else if (group.left > 0 && analysis->guards[i] >= 0 && count_at(analysis->guards[i]) == 0)
			return Folded::recompute;
	}
	compute_finals(folding, row);
	return Folded::row;
}

/* Can a row be refused?  Then it must be computed from the version that will be written over, none in between. */
bool
may_fail(const Program *program, const Target *target)
{
	for (int i = 0; i < program->analysis->nvisible; i++)
		if (program->finals[i])
			return true;
	return RelationGetDescr(target->rel)->constr != nullptr;
}

void
compute_anew(Folding *folding, const Group &group)
{
	if (folding->keys == nullptr)
	{
		MemoryContext before = MemoryContextSwitchTo(folding->groups->context);
		folding->keys = begin_keys(folding->step);
		MemoryContextSwitchTo(before);
	}
	add_key(folding->keys, group.key);
}

/*
 * Until the group's row is the one that the delta was folded into.  A row that is written is locked by that; one that is
 * left as it is, or computed anew, by itself first: who comes later must wait for us all the same.
 */
void
write_group(Folding *folding, Target *target, const Group &group)
{
	Program *program = folding->step->program;
	const Shape &shape = program->analysis->shape;
	for (bool lock = may_fail(program, target);;)
	{
		CHECK_FOR_INTERRUPTS();
		bool found = find_row(target, shape, program->hasher, group.key, lock);
		TupleTableSlot *old = found ? target->found : nullptr;
		Folded folded = fold_group(folding, group, old);
		if (found && !lock && (folded == Folded::nothing || folded == Folded::recompute))
		{
			lock = true;
			continue;
		}
		switch (folded)
		{
		case Folded::nothing:
			return;
		case Folded::recompute:
			compute_anew(folding, group);
			folding->unlocked = folding->unlocked || !found;
			return;
		case Folded::gone:
			if (!try_delete_row(target, &old->tts_tid, old))
				continue;
			note_group_gone(target);
			return;
		case Folded::row:
			break;
		}
		set_hash_column(program->hasher, shape, folding->row);
		if (old ? try_update_row(target, &old->tts_tid, old, folding->row)
				: insert_row_unless_exists(target, folding->row))
			return;
	}
}

} // namespace

Outcome
fold_delta(Step *step)
{
	Program *program = step->program;
	Groups *groups = begin_groups(step);
	Folding folding{step, groups, program->row, nullptr, false};

	bool native = runs_natively(step);
	if (!native)
		connect(step);
	MemoryContext here = CurrentMemoryContext;
	int before = restrict_operation();
	if (native)
		run_native(step, true, take_row, groups);
	else
	{
		Prepared terms = prepare(program, Purpose::terms, step->mask, step->rows_in);
		for (int i = 0; i < terms.nplans; i++)
			run_on_deltas(step, terms.plans[i], terms.by_row ? take_query_row : take_partial, groups);
	}
	pg::restore_context(before);
	if (groups->all.empty())
		return Outcome{0, false};
	sort_groups(groups);

	Target *target = open_target(&program->keeper, step->rel, program->analysis->shape, step->feeds_views);
	target->crosscheck = step->crosscheck;
	MemoryContext scratch = AllocSetContextCreate(CurrentMemoryContext, "group", ALLOCSET_DEFAULT_SIZES);
	for (const Group &group : groups->all)
	{
		MemoryContextSwitchTo(scratch);
		write_group(&folding, target, group);
		ExecClearTuple(folding.row);
		if (program->expressions)
			ResetExprContext(program->expressions);
		MemoryContextSwitchTo(here);
		MemoryContextReset(scratch);
	}
	Outcome outcome{target->inserted + target->updated + target->deleted, false};
	close_target(target);

	if (folding.keys)
	{
		CommandCounterIncrement();
		if (folding.unlocked)
			exclude_others(step);
		PushActiveSnapshot(GetLatestSnapshot());
		outcome.rows_out += recompute_keys(step, folding.keys);
		PopActiveSnapshot();
	}
	return outcome;
}

} // namespace dv::engine
