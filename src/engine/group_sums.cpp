#include "engine/group_sums.hpp"
#include "engine/row_bytes.hpp"

extern "C" {
#include "common/int.h"
#include "utils/fmgrprotos.h"
#include "utils/numeric.h"
}

namespace dv::engine {

namespace {

/* Up to so many groups are looked through one by one. */
constexpr int few = 8;

const core::View &
ir_of(const Groups *groups)
{
	return *groups->step->program->analysis->ir;
}

Datum
copied(const Groups *groups, int state, Datum value)
{
	return groups->adding[state].by_value ? value : datumCopy(value, false, state_attribute(groups, state)->attlen);
}

void
put_in_slot(Groups *groups, int index)
{
	uint32 mask = static_cast<uint32>(groups->slots.n) - 1;
	uint32 at = static_cast<uint32>(groups->all[index].hash.lo) & mask;
	while (groups->slots[static_cast<int>(at)] >= 0)
		at = (at + 1) & mask;
	groups->slots[static_cast<int>(at)] = index;
}

/* A power of two, at least twice the number of groups. */
void
grow_slots(Groups *groups)
{
	int n = Max(4 * few, groups->slots.n * 2);
	groups->slots.clear();
	groups->slots.grow(n);
	for (int i = 0; i < n; i++)
		groups->slots.push(-1);
	for (int i = 0; i < groups->all.n; i++)
		put_in_slot(groups, i);
}

int
find_group(const Groups *groups, const Hash128 &hash)
{
	if (groups->slots.empty())
	{
		for (int i = 0; i < groups->all.n; i++)
			if (compare(groups->all[i].hash, hash) == 0)
				return i;
		return -1;
	}
	uint32 mask = static_cast<uint32>(groups->slots.n) - 1;
	for (uint32 at = static_cast<uint32>(hash.lo) & mask;; at = (at + 1) & mask)
	{
		int i = groups->slots[static_cast<int>(at)];
		if (i < 0 || compare(groups->all[i].hash, hash) == 0)
			return i;
	}
}

void
replace(const Groups *groups, int state, Datum *value, Datum by)
{
	if (!groups->adding[state].by_value)
		pfree(DatumGetPointer(*value));
	*value = by;
}

void
merge_copied(const Groups *groups, int state, Datum *value, bool *isnull, Datum other, bool other_isnull)
{
	if (other_isnull)
		return;
	if (*isnull)
		*value = copied(groups, state, other);
	else if (beats(groups, state, other, *value))
		replace(groups, state, value, copied(groups, state, other));
	*isnull = false;
}

void
merge_part(const Groups *groups, int state, Part *into, const Part &from)
{
	switch (groups->adding[state].kind)
	{
	case core::StateKind::count_rows:
	case core::StateKind::count:
		into->value = Int64GetDatum(DatumGetInt64(into->value) + DatumGetInt64(from.value));
		break;
	case core::StateKind::sum:
		if (from.isnull)
			break;
		if (into->isnull)
			into->value = copied(groups, state, from.value);
		else
			replace(groups, state, &into->value, add_sums(groups, state, into->value, from.value));
		into->isnull = false;
		break;
	case core::StateKind::extreme:
		merge_copied(groups, state, &into->value, &into->isnull, from.value, from.isnull);
		merge_copied(groups, state, &into->leaving, &into->leaving_isnull, from.leaving, from.leaving_isnull);
		break;
	}
}

/* Has the row, from that column on, the key of the one before, image by image?  Most updates leave a row in its group. */
bool
is_in_last(const Groups *groups, const TupleTableSlot *slot, int from)
{
	const Shape &shape = groups->step->program->analysis->shape;
	if (groups->last < 0)
		return false;
	const TupleTableSlot *key = groups->all[groups->last].key;
	bool same = true;
	for (int i = 0; same && i < shape.nkeys; i++)
	{
		int at = shape.keys[i] - 1;
		Datum value = slot->tts_values[from + i];
		Form_pg_attribute att = TupleDescAttr(key->tts_tupleDescriptor, at);
		same =
			slot->tts_isnull[from + i] == key->tts_isnull[at] &&
			(key->tts_isnull[at] || (att->attbyval ? value == key->tts_values[at]
												   : datum_image_eq(value, key->tts_values[at], false, att->attlen)));
	}
	return same;
}

/* Nothing is added to it yet. */
void
make_group(Groups *groups, const Hash128 &hash)
{
	Program *program = groups->step->program;
	int nstates = ir_of(groups).states.n;
	MemoryContext before = MemoryContextSwitchTo(groups->context);
	Group group{key_place(program->hasher, groups->row), hash, MakeSingleTupleTableSlot(program->desc, &TTSOpsVirtual),
				0, static_cast<Part *>(palloc(sizeof(Part) * (nstates + 1)))};
	ExecCopySlot(group.key, groups->row);
	for (int i = 0; i < nstates; i++)
	{
		bool counts =
			groups->adding[i].kind == core::StateKind::count_rows || groups->adding[i].kind == core::StateKind::count;
		group.parts[i] = Part{Int64GetDatum(0), !counts, static_cast<Datum>(0), true};
	}
	groups->all.push(group);
	if (groups->all.n > few && groups->all.n * 2 > groups->slots.n)
		grow_slots(groups);
	else if (!groups->slots.empty())
		put_in_slot(groups, groups->all.n - 1);
	MemoryContextSwitchTo(before);
}

/* The group of a row that has the key from that column on. */
Group *
group_of(Groups *groups, TupleTableSlot *slot, int from)
{
	Program *program = groups->step->program;
	if (!is_in_last(groups, slot, from))
	{
		const Shape &shape = program->analysis->shape;
		Hash128 hash;
		bool exact = exact_key(program->hasher, slot->tts_values + from, slot->tts_isnull + from, &hash);
		if (!exact)
		{
			fill_key_row(groups->row, slot, from, shape);
			hash = key_hash(program->hasher, groups->row);
		}
		groups->last = find_group(groups, hash);
		if (groups->last < 0)
		{
			fill_key_row(groups->row, slot, from, shape);
			make_group(groups, hash);
			groups->last = groups->all.n - 1;
		}
	}
	return &groups->all[groups->last];
}

/* sign * value, of a bigint or a number, as a number. Good until the next row. */
Datum
signed_value(const Groups *groups, bool bigint, Datum value, int32 sign)
{
	MemoryContext before = MemoryContextSwitchTo(groups->step->program->expressions->ecxt_per_tuple_memory);
	if (bigint)
		value = NumericGetDatum(int64_to_numeric(DatumGetInt64(value)));
	if (sign < 0)
		value = DirectFunctionCall1(numeric_uminus, value);
	MemoryContextSwitchTo(before);
	return value;
}

void
add_argument(const Groups *groups, int state, Part *part, const TupleTableSlot *slot, int32 sign)
{
	const Adding &adding = groups->adding[state];
	if (adding.at >= 0 && slot->tts_isnull[adding.at])
		return;
	switch (adding.kind)
	{
	case core::StateKind::count_rows:
	case core::StateKind::count:
		part->value = Int64GetDatum(DatumGetInt64(part->value) + sign);
		break;
	case core::StateKind::sum:
	{
		Datum value = slot->tts_values[adding.at];
		Form_pg_attribute att = TupleDescAttr(slot->tts_tupleDescriptor, adding.at);
		if (adding.numeric)
			value = signed_value(groups, att->attbyval, value, sign);
		else if (att->attlen == sizeof(int16))
			value = Int64GetDatum(sign * static_cast<int64>(DatumGetInt16(value)));
		else
			value = Int64GetDatum(sign * static_cast<int64>(DatumGetInt32(value)));
		merge_part(groups, state, part, Part{value, false, static_cast<Datum>(0), true});
		break;
	}
	case core::StateKind::extreme:
		merge_copied(groups, state, sign > 0 ? &part->value : &part->leaving,
					 sign > 0 ? &part->isnull : &part->leaving_isnull, slot->tts_values[adding.at], false);
		break;
	}
}

int
compare_groups(const void *a, const void *b)
{
	const Group &left = *static_cast<const Group *>(a);
	const Group &right = *static_cast<const Group *>(b);
	if (left.place != right.place)
		return left.place < right.place ? -1 : 1;
	return compare(left.hash, right.hash);
}

} // namespace

Groups *
begin_groups(Step *step)
{
	Groups *groups = static_cast<Groups *>(palloc0(sizeof(Groups)));
	groups->step = step;
	groups->last = -1;
	groups->context = CurrentMemoryContext;
	groups->all.context = CurrentMemoryContext;
	groups->slots.context = CurrentMemoryContext;
	groups->row = MakeSingleTupleTableSlot(step->program->desc, &TTSOpsVirtual);
	int nstates = ir_of(groups).states.n;
	groups->adding = static_cast<Adding *>(palloc(sizeof(Adding) * (nstates + 1)));
	for (int i = 0; i < nstates; i++)
	{
		const core::State &state = ir_of(groups).states[i];
		Form_pg_attribute att = state_attribute(groups, i);
		groups->adding[i] =
			Adding{state.kind, state.argument < 0 ? -1 : 1 + step->program->analysis->shape.nkeys + state.argument,
				   att->attbyval, att->atttypid == NUMERICOID};
	}
	return groups;
}

void
take_partial(TupleTableSlot *slot, void *context)
{
	Groups *groups = static_cast<Groups *>(context);
	slot_getallattrs(slot);
	Group *group = group_of(groups, slot, 0);
	MemoryContext before = MemoryContextSwitchTo(groups->context);
	int at = groups->step->program->analysis->shape.nkeys;
	for (int i = 0; i < ir_of(groups).states.n; i++)
	{
		Part part{slot->tts_values[at], slot->tts_isnull[at], static_cast<Datum>(0), true};
		at++;
		if (groups->adding[i].kind == core::StateKind::extreme)
		{
			part.leaving = slot->tts_values[at];
			part.leaving_isnull = slot->tts_isnull[at];
			at++;
		}
		merge_part(groups, i, &group->parts[i], part);
	}
	group->left += DatumGetInt64(slot->tts_values[at]);
	MemoryContextSwitchTo(before);
}

void
take_row(TupleTableSlot *slot, void *context)
{
	Groups *groups = static_cast<Groups *>(context);
	slot_getallattrs(slot);
	int32 sign = DatumGetInt32(slot->tts_values[0]);
	Group *group = group_of(groups, slot, 1);
	MemoryContext before = MemoryContextSwitchTo(groups->context);
	int nstates = ir_of(groups).states.n;
	for (int i = 0; i < nstates; i++)
		add_argument(groups, i, &group->parts[i], slot, sign);
	group->left += sign < 0 ? 1 : 0;
	MemoryContextSwitchTo(before);
}

void
take_query_row(TupleTableSlot *slot, void *context)
{
	ResetExprContext(static_cast<Groups *>(context)->step->program->expressions);
	take_row(slot, context);
}

void
sort_groups(Groups *groups)
{
	if (groups->all.n > 1)
		qsort(groups->all.data, groups->all.n, sizeof(Group), compare_groups);
}

Form_pg_attribute
state_attribute(const Groups *groups, int state)
{
	const Program *program = groups->step->program;
	return TupleDescAttr(program->desc, program->analysis->states[state] - 1);
}

Datum
add_sums(const Groups *groups, int state, Datum a, Datum b)
{
	if (groups->adding[state].numeric)
		return DirectFunctionCall2(numeric_add, a, b);
	int64 sum;
	if (pg_add_s64_overflow(DatumGetInt64(a), DatumGetInt64(b), &sum))
		ereport(ERROR, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE), errmsg("bigint out of range")));
	return Int64GetDatum(sum);
}

bool
beats(const Groups *groups, int state, Datum a, Datum b)
{
	FmgrInfo *better = &groups->step->program->better[state];
	return DatumGetBool(FunctionCall2Coll(better, state_attribute(groups, state)->attcollation, a, b));
}

void
merge_extreme(const Groups *groups, int state, Datum *value, bool *isnull, Datum other, bool other_isnull)
{
	if (other_isnull)
		return;
	if (*isnull || beats(groups, state, other, *value))
	{
		*value = other;
		*isnull = false;
	}
}

} // namespace dv::engine
