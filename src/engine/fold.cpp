#include "engine/entries.hpp"
#include "engine/maintain.hpp"
#include "engine/test_break.hpp"

extern "C" {
#include "common/int.h"
#include "utils/fmgrprotos.h"
#include "utils/numeric.h"
}

namespace dv::engine {

/*
 * Aggregates: what the delta adds to each group is folded into the group's row,
 * in its latest version, under its row lock, groups in the order of their hash.
 * A group that does not fold (its extreme may have left, a number is not a
 * number, digits would be left behind) is recomputed, under a snapshot taken
 * after its row lock: whoever adds to the group before is seen, whoever comes
 * later adds to what was recomputed.
 */
namespace {

/* What a delta adds to one state. */
struct Part
{
	Datum value; /* count: int8; sum: the state's type; extreme: the best that entered */
	bool isnull;
	Datum leaving; /* extreme: the best that left */
	bool leaving_isnull;
};

struct Group
{
	Hash128 hash;
	TupleTableSlot *key; /* a view row with the key columns alone */
	int64 left;          /* rows that leave */
	Part *parts;
};

struct Folding
{
	Step *step;
	pg::Vec<Group> groups;
	TupleTableSlot *row;
	bool unlocked; /* a group is to be computed anew that has no row whose lock would keep others away */
};

int
number_of_states(const Folding *folding)
{
	return folding->step->program->analysis->ir->states.n;
}

const core::State &
state_at(const Folding *folding, int i)
{
	return folding->step->program->analysis->ir->states[i];
}

Form_pg_attribute
attribute_of(const Folding *folding, int state)
{
	const Program *program = folding->step->program;
	return TupleDescAttr(program->desc, program->analysis->states[state] - 1);
}

Datum
copy_value(const Folding *folding, int state, Datum value, bool isnull)
{
	Form_pg_attribute att = attribute_of(folding, state);
	return isnull ? value : datumCopy(value, att->attbyval, att->attlen);
}

/* One row of a partial query: the group, then what the term adds. */
void
take_partial(TupleTableSlot *slot, void *context)
{
	Folding *folding = static_cast<Folding *>(context);
	Program *program = folding->step->program;
	const Shape &shape = program->analysis->shape;
	MemoryContext before = MemoryContextSwitchTo(folding->groups.context);
	fill_key_row(folding->row, slot, shape);

	Group group{};
	group.hash = key_hash(program->hasher, folding->row);
	group.key = MakeSingleTupleTableSlot(program->desc, &TTSOpsVirtual);
	ExecCopySlot(group.key, folding->row);
	group.parts = static_cast<Part *>(palloc0(sizeof(Part) * number_of_states(folding)));
	int at = shape.nkeys;
	for (int i = 0; i < number_of_states(folding); i++)
	{
		Part &part = group.parts[i];
		part.isnull = slot->tts_isnull[at];
		part.value = copy_value(folding, i, slot->tts_values[at], part.isnull);
		at++;
		part.leaving_isnull = true;
		if (state_at(folding, i).kind == core::StateKind::extreme)
		{
			part.leaving_isnull = slot->tts_isnull[at];
			part.leaving = copy_value(folding, i, slot->tts_values[at], part.leaving_isnull);
			at++;
		}
	}
	group.left = DatumGetInt64(slot->tts_values[at]);
	folding->groups.push(group);
	MemoryContextSwitchTo(before);
}

bool
beats(Folding *folding, int state, Datum a, Datum b)
{
	FmgrInfo *better = &folding->step->program->better[state];
	return DatumGetBool(FunctionCall2Coll(better, attribute_of(folding, state)->attcollation, a, b));
}

bool
is_special(const Folding *folding, int state, Datum value)
{
	if (attribute_of(folding, state)->atttypid != NUMERICOID)
		return false;
	return numeric_is_nan(DatumGetNumeric(value)) || numeric_is_inf(DatumGetNumeric(value));
}

Datum
add_sums(const Folding *folding, int state, Datum a, Datum b)
{
	if (attribute_of(folding, state)->atttypid == NUMERICOID)
		return DirectFunctionCall2(numeric_add, a, b);
	return DirectFunctionCall2(int8pl, a, b);
}

/* The better of two extremes, either of which may be absent. */
void
merge_extreme(Folding *folding, int state, Datum *value, bool *isnull, Datum other, bool other_isnull)
{
	if (other_isnull)
		return;
	if (*isnull || beats(folding, state, other, *value))
	{
		*value = other;
		*isnull = false;
	}
}

/* Two terms of the same group. */
void
merge_groups(Folding *folding, Group *into, const Group &from)
{
	into->left += from.left;
	for (int i = 0; i < number_of_states(folding); i++)
	{
		Part &a = into->parts[i];
		const Part &b = from.parts[i];
		switch (state_at(folding, i).kind)
		{
		case core::StateKind::count_rows:
		case core::StateKind::count:
			a.value = Int64GetDatum(DatumGetInt64(a.value) + DatumGetInt64(b.value));
			break;
		case core::StateKind::sum:
			if (a.isnull)
			{
				a.value = b.value;
				a.isnull = b.isnull;
			}
			else if (!b.isnull)
				a.value = add_sums(folding, i, a.value, b.value);
			break;
		case core::StateKind::extreme:
			merge_extreme(folding, i, &a.value, &a.isnull, b.value, b.isnull);
			merge_extreme(folding, i, &a.leaving, &a.leaving_isnull, b.leaving, b.leaving_isnull);
			break;
		}
	}
}

int
compare_groups(const void *a, const void *b)
{
	return compare(static_cast<const Group *>(a)->hash, static_cast<const Group *>(b)->hash);
}

void
sort_and_merge(Folding *folding)
{
	pg::Vec<Group> &groups = folding->groups;
	if (groups.n < 2)
		return;
	qsort(groups.data, groups.n, sizeof(Group), compare_groups);
	int last = 0;
	for (int i = 1; i < groups.n; i++)
	{
		if (compare(groups[last].hash, groups[i].hash) == 0)
			merge_groups(folding, &groups[last], groups[i]);
		else
			groups[++last] = groups[i];
	}
	groups.truncate(last + 1);
}

int64
rows_added(const Folding *folding, const Group &group)
{
	for (int i = 0; i < number_of_states(folding); i++)
		if (state_at(folding, i).kind == core::StateKind::count_rows)
			return DatumGetInt64(group.parts[i].value);
	return 0;
}

/* The count of the argument that a sum is over. */
int
count_of(const Folding *folding, int sum)
{
	for (int i = 0; i < number_of_states(folding); i++)
		if (state_at(folding, i).kind == core::StateKind::count &&
			state_at(folding, i).argument == state_at(folding, sum).argument)
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
	for (int i = 0; i < number_of_states(folding); i++)
	{
		Datum *value = &row->tts_values[analysis->states[i] - 1];
		bool *isnull = &row->tts_isnull[analysis->states[i] - 1];
		const Part &part = group.parts[i];
		switch (state_at(folding, i).kind)
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
			if (state_at(folding, i).kind == core::StateKind::count_rows && count == 0 && analysis->shape.nkeys > 0)
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
			*value = *isnull ? part.value : add_sums(folding, i, *value, part.value);
			*isnull = false;
			break;
		case core::StateKind::extreme:
			if (!part.leaving_isnull && !is_broken(Rule::aggregate) &&
				(*isnull || !beats(folding, i, *value, part.leaving)))
				return Folded::recompute;
			any = any || !part.isnull;
			merge_extreme(folding, i, value, isnull, part.value, part.isnull);
			break;
		}
	}
	if (!any && old)
		return Folded::nothing;
	if (!old && added == 0 && analysis->shape.nkeys > 0)
		return Folded::nothing;
	auto count_at = [&](int state) { return DatumGetInt64(row->tts_values[analysis->states[state] - 1]); };
	for (int i = 0; i < number_of_states(folding); i++)
	{
		if (state_at(folding, i).kind != core::StateKind::sum)
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

/* Until the group's row is the one that the delta was folded into. */
void
write_group(Folding *folding, Target *target, const Group &group, KeySet *keys)
{
	Program *program = folding->step->program;
	const Shape &shape = program->analysis->shape;
	for (;;)
	{
		bool found = find_row(target, shape, program->hasher, group.key, true);
		TupleTableSlot *old = found ? target->found : nullptr;
		Folded folded = fold_group(folding, group, old);
		switch (folded)
		{
		case Folded::nothing:
			return;
		case Folded::recompute:
			add_key(keys, group.key);
			folding->unlocked = folding->unlocked || !found;
			return;
		case Folded::gone:
			delete_row(target, &old->tts_tid, old);
			note_group_gone(target);
			return;
		case Folded::row:
			break;
		}
		set_hash_column(program->hasher, shape, folding->row);
		if (old)
		{
			update_row(target, &old->tts_tid, old, folding->row);
			return;
		}
		if (insert_row_unless_exists(target, folding->row))
			return;
		CHECK_FOR_INTERRUPTS();
	}
}

} // namespace

Outcome
fold_delta(Step *step)
{
	Program *program = step->program;
	Folding folding{step, {}, MakeSingleTupleTableSlot(program->desc, &TTSOpsVirtual), false};

	pg::Identity restricted = act_restricted(step);
	Prepared terms = prepare(program, Purpose::terms, step->mask, step->rows_in);
	MemoryContext here = CurrentMemoryContext;
	folding.groups.context = here;
	for (int i = 0; i < terms.nplans; i++)
		run_plan(terms.plans[i], take_partial, &folding);
	pg::resume(restricted);
	if (folding.groups.empty())
		return Outcome{0, false};
	sort_and_merge(&folding);

	pg::Identity owner = act_as_owner(step);
	Target *target = open_target(program->view, program->analysis->shape, step->feeds_views);
	target->crosscheck = step->crosscheck;
	KeySet *keys = begin_keys(step);
	MemoryContext scratch = AllocSetContextCreate(CurrentMemoryContext, "group", ALLOCSET_DEFAULT_SIZES);
	for (const Group &group : folding.groups)
	{
		MemoryContextSwitchTo(scratch);
		write_group(&folding, target, group, keys);
		ExecClearTuple(folding.row);
		if (program->expressions)
			ResetExprContext(program->expressions);
		MemoryContextSwitchTo(here);
		MemoryContextReset(scratch);
	}
	Outcome outcome{target->inserted + target->updated + target->deleted, false};
	close_target(target);
	pg::resume(owner);

	if (count_keys(keys) > 0)
	{
		CommandCounterIncrement();
		if (folding.unlocked)
			exclude_others(step);
		PushActiveSnapshot(GetLatestSnapshot());
		outcome.rows_out += recompute_keys(step, keys);
		PopActiveSnapshot();
	}
	else
		end_keys(keys);
	return outcome;
}

} // namespace dv::engine
