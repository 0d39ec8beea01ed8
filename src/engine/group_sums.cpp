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
copied(const Groups *groups, int state, Datum value, bool isnull)
{
	Form_pg_attribute att = state_attribute(groups, state);
	return isnull ? value : datumCopy(value, att->attbyval, att->attlen);
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
	if (!state_attribute(groups, state)->attbyval)
		pfree(DatumGetPointer(*value));
	*value = by;
}

void
merge_copied(const Groups *groups, int state, Datum *value, bool *isnull, Datum other, bool other_isnull)
{
	if (other_isnull)
		return;
	if (*isnull)
		*value = copied(groups, state, other, false);
	else if (beats(groups, state, other, *value))
		replace(groups, state, value, copied(groups, state, other, false));
	*isnull = false;
}

void
merge_part(const Groups *groups, int state, Part *into, const Part &from)
{
	switch (ir_of(groups).states[state].kind)
	{
	case core::StateKind::count_rows:
	case core::StateKind::count:
		into->value = Int64GetDatum(DatumGetInt64(into->value) + DatumGetInt64(from.value));
		break;
	case core::StateKind::sum:
		if (from.isnull)
			break;
		if (into->isnull)
			into->value = copied(groups, state, from.value, false);
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

/* Has the row at hand the key of the one before, image by image?  Most updates leave a row in its group. */
bool
is_in_last(const Groups *groups)
{
	const Shape &shape = groups->step->program->analysis->shape;
	bool same = groups->last >= 0;
	for (int i = 0; same && i < shape.nkeys; i++)
	{
		int at = shape.keys[i] - 1;
		const TupleTableSlot *row = groups->row;
		const TupleTableSlot *key = groups->all[groups->last].key;
		Form_pg_attribute att = TupleDescAttr(row->tts_tupleDescriptor, at);
		same = row->tts_isnull[at] == key->tts_isnull[at] &&
			   (row->tts_isnull[at] ||
				datum_image_eq(row->tts_values[at], key->tts_values[at], att->attbyval, att->attlen));
	}
	return same;
}

/* groups->row has the key, groups->parts what is added. */
void
add(Groups *groups, int64 left)
{
	Program *program = groups->step->program;
	int nstates = ir_of(groups).states.n;
	Hash128 hash{};
	int found = groups->last;
	if (!is_in_last(groups))
	{
		hash = key_hash(program->hasher, groups->row);
		found = find_group(groups, hash);
	}
	MemoryContext before = MemoryContextSwitchTo(groups->context);
	if (found >= 0)
	{
		groups->last = found;
		groups->all[found].left += left;
		for (int i = 0; i < nstates; i++)
			merge_part(groups, i, &groups->all[found].parts[i], groups->parts[i]);
		MemoryContextSwitchTo(before);
		return;
	}
	Group group{key_place(program->hasher, groups->row), hash, MakeSingleTupleTableSlot(program->desc, &TTSOpsVirtual),
				left, static_cast<Part *>(palloc(sizeof(Part) * (nstates + 1)))};
	ExecCopySlot(group.key, groups->row);
	for (int i = 0; i < nstates; i++)
	{
		Part &part = group.parts[i];
		part = groups->parts[i];
		part.value = copied(groups, i, part.value, part.isnull);
		part.leaving = copied(groups, i, part.leaving, part.leaving_isnull);
	}
	groups->all.push(group);
	groups->last = groups->all.n - 1;
	if (groups->all.n > few && groups->all.n * 2 > groups->slots.n)
		grow_slots(groups);
	else if (!groups->slots.empty())
		put_in_slot(groups, groups->all.n - 1);
	MemoryContextSwitchTo(before);
}

/* sign * value, in the state's type. */
Datum
signed_value(const Groups *groups, int state, Oid type, Datum value, int32 sign)
{
	switch (type)
	{
	case INT2OID:
		return Int64GetDatum(sign * static_cast<int64>(DatumGetInt16(value)));
	case INT4OID:
		return Int64GetDatum(sign * static_cast<int64>(DatumGetInt32(value)));
	case INT8OID:
		value = NumericGetDatum(int64_to_numeric(DatumGetInt64(value)));
		break;
	case NUMERICOID:
		break;
	default:
		elog(ERROR, "a sum of type %u", type);
	}
	if (state_attribute(groups, state)->atttypid != NUMERICOID)
		elog(ERROR, "a sum of numbers in another type");
	return sign < 0 ? DirectFunctionCall1(numeric_uminus, value) : value;
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
	groups->parts = static_cast<Part *>(palloc0(sizeof(Part) * (ir_of(groups).states.n + 1)));
	return groups;
}

void
take_partial(TupleTableSlot *slot, void *context)
{
	Groups *groups = static_cast<Groups *>(context);
	const Shape &shape = groups->step->program->analysis->shape;
	fill_key_row(groups->row, slot, 0, shape);
	int at = shape.nkeys;
	for (int i = 0; i < ir_of(groups).states.n; i++)
	{
		Part &part = groups->parts[i];
		part = Part{slot->tts_values[at], slot->tts_isnull[at], static_cast<Datum>(0), true};
		at++;
		if (ir_of(groups).states[i].kind == core::StateKind::extreme)
		{
			part.leaving = slot->tts_values[at];
			part.leaving_isnull = slot->tts_isnull[at];
			at++;
		}
	}
	add(groups, DatumGetInt64(slot->tts_values[at]));
}

void
take_row(TupleTableSlot *slot, void *context)
{
	Groups *groups = static_cast<Groups *>(context);
	const Shape &shape = groups->step->program->analysis->shape;
	slot_getallattrs(slot);
	int32 sign = DatumGetInt32(slot->tts_values[0]);
	fill_key_row(groups->row, slot, 1, shape);
	for (int i = 0; i < ir_of(groups).states.n; i++)
	{
		const core::State &state = ir_of(groups).states[i];
		Part &part = groups->parts[i];
		int at = 1 + shape.nkeys + state.argument;
		bool isnull = state.argument >= 0 && slot->tts_isnull[at];
		part = Part{static_cast<Datum>(0), true, static_cast<Datum>(0), true};
		switch (state.kind)
		{
		case core::StateKind::count_rows:
		case core::StateKind::count:
			part.value = Int64GetDatum(isnull ? 0 : sign);
			part.isnull = false;
			break;
		case core::StateKind::sum:
			part.isnull = isnull;
			if (!isnull)
				part.value = signed_value(groups, i, TupleDescAttr(slot->tts_tupleDescriptor, at)->atttypid,
										  slot->tts_values[at], sign);
			break;
		case core::StateKind::extreme:
			(sign > 0 ? part.value : part.leaving) = slot->tts_values[at];
			(sign > 0 ? part.isnull : part.leaving_isnull) = isnull;
			break;
		}
	}
	add(groups, sign < 0 ? 1 : 0);
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
	if (state_attribute(groups, state)->atttypid == NUMERICOID)
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
