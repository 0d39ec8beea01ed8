/*
 * What leaves and what enters, netted:  rows − {a leaving, an entering one of equal state}, per identity.
 */
#include "engine/entries.hpp"
#include "engine/row_access.hpp"
#include "engine/row_bytes.hpp"
#include "engine/waiting_rows.hpp"

extern "C" {
#include "utils/uuid.h"
}

namespace dv::engine {

struct Difference
{
	Target *target;
	Shape shape;
	Hasher *hasher;
	MemoryContext context;
	Entries *entries;
	Datum *values;
	bool *nulls;
	TupleTableSlot *leaving;
	TupleTableSlot *entering;
	WaitingRows waiting;
};

namespace {

/* What one pass over the entries writes. */
enum class Pass : char {
	all,
	deletions,
	rest,
};

/* The rows of one identity that are left after netting. */
struct Group
{
	Hash128 ident;
	Hash128 state;           /* of the run at hand */
	pg::Vec<Entry> leaving;  /* from run_leaving on: of the run at hand */
	pg::Vec<Entry> entering; /* the same */
	int run_leaving;
	int run_entering;
};

const char *
name_of(Difference *difference)
{
	return RelationGetRelationName(difference->target->rel);
}

[[noreturn]] void
raise_missing(Difference *difference)
{
	ereport(ERROR, (errcode(ERRCODE_INTERNAL_ERROR),
					errmsg("view \"%s\" lacks a row that its delta removes", name_of(difference)),
					errhint("Recompute the view with deltaview.refresh."), errtable(difference->target->rel)));
	pg_unreachable();
}

/* Finds a row that was computed, not read: by its key where that is unique, else by its content, too. */
bool
locate_leaving(Difference *difference, const Entry &entry)
{
	bool by_state = difference->shape.identity == Identity::group;

	return locate(difference->target, difference->shape, difference->hasher, difference->leaving,
				  by_state ? &entry.state : nullptr);
}

/* Nothing else is written while some wait: rows are locked in the order of the entries. */
void
insert_waiting(Difference *difference)
{
	WaitingRows *waiting = &difference->waiting;
	if (waiting->n == 0)
		return;
	insert_rows(difference->target, waiting->slots.data, waiting->n);
	clear_waiting(waiting);
}

void
write_insertion(Difference *difference, const Entry &entry)
{
	if (add_waiting(&difference->waiting, RelationGetDescr(difference->target->rel),
					heap_tuple_from_minimal_tuple(entry.row)))
		insert_waiting(difference);
}

void
write_deletion(Difference *difference, const Entry &entry)
{
	insert_waiting(difference);
	if (entry.row != nullptr)
		ExecStoreMinimalTuple(entry.row, difference->leaving, false);
	if (ItemPointerIsValid(&entry.tid))
	{
		ItemPointerData tid = entry.tid;

		delete_row(difference->target, &tid, difference->leaving);
		return;
	}
	do
	{
		CHECK_FOR_INTERRUPTS();
		if (!locate_leaving(difference, entry))
			raise_missing(difference);
	} while (!try_delete_row(difference->target, &difference->target->found->tts_tid, difference->target->found));
}

void
write_update(Difference *difference, const Entry &leaving, const Entry &entering)
{
	ItemPointerData tid = leaving.tid;
	TupleTableSlot *old_slot = difference->leaving;

	insert_waiting(difference);
	if (leaving.row != nullptr)
		ExecStoreMinimalTuple(leaving.row, difference->leaving, false);
	ExecStoreMinimalTuple(entering.row, difference->entering, false);
	if (!ItemPointerIsValid(&tid))
	{
		if (!locate_leaving(difference, leaving))
			raise_missing(difference);
		old_slot = difference->target->found;
		tid = old_slot->tts_tid;
	}
	update_row(difference->target, &tid, old_slot, difference->entering);
}

void
write_group(Difference *difference, Group *group, Pass pass)
{
	/* Which of several rows becomes which is open, and a unique index of the user's may not like the choice. */
	bool replaces = difference->target->other_unique && difference->shape.identity != Identity::key;
	int pairs = replaces ? 0 : Min(group->leaving.n, group->entering.n);

	if (difference->shape.identity == Identity::key && Max(group->leaving.n, group->entering.n) > 1)
		ereport(ERROR, (errcode(ERRCODE_INTERNAL_ERROR),
						errmsg("view \"%s\" would hold several rows of one key", name_of(difference)),
						errtable(difference->target->rel)));
	if (pass != Pass::rest)
		for (int i = pairs; i < group->leaving.n; i++)
			write_deletion(difference, group->leaving[i]);
	if (pass == Pass::deletions)
		return;
	for (int i = 0; i < pairs; i++)
		write_update(difference, group->leaving[i], group->entering[i]);
	for (int i = pairs; i < group->entering.n; i++)
		write_insertion(difference, group->entering[i]);
}

/* Adds an entry to its run, where it cancels one of the other sign. */
void
net(Difference *difference, Group *group, const Entry &entry)
{
	pg::Vec<Entry> *same = entry.sign < 0 ? &group->leaving : &group->entering;
	pg::Vec<Entry> *other = entry.sign < 0 ? &group->entering : &group->leaving;

	if (compare(entry.state, group->state) != 0)
	{
		group->state = entry.state;
		group->run_leaving = group->leaving.n;
		group->run_entering = group->entering.n;
	}
	if (other->n > (entry.sign < 0 ? group->run_entering : group->run_leaving))
	{
		release_row(difference->entries, other->back());
		release_row(difference->entries, entry);
		other->truncate(other->n - 1);
	}
	else
		same->push(entry);
}

void
begin_group(Difference *difference, Group *group, const Entry &entry)
{
	for (const Entry &done : group->leaving)
		release_row(difference->entries, done);
	for (const Entry &done : group->entering)
		release_row(difference->entries, done);
	group->leaving.clear();
	group->entering.clear();
	group->run_leaving = group->run_entering = 0;
	group->ident = entry.ident;
	group->state = entry.state;
}

void
merge(Difference *difference, Pass pass)
{
	MemoryContext old = MemoryContextSwitchTo(difference->context);
	Group group = {};
	Entry entry;

	rewind_entries(difference->entries);
	for (bool first = true; next_entry(difference->entries, &entry); first = false)
	{
		CHECK_FOR_INTERRUPTS();
		if (first || compare(entry.ident, group.ident) != 0)
		{
			write_group(difference, &group, pass);
			begin_group(difference, &group, entry);
		}
		net(difference, &group, entry);
	}
	write_group(difference, &group, pass);
	insert_waiting(difference);
	ExecClearTuple(difference->leaving);
	ExecClearTuple(difference->entering);
	MemoryContextSwitchTo(old);
}

} // namespace

Difference *
begin_difference(Target *target, const Shape &shape, Hasher *hasher)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "deltaview difference", ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	Difference *difference = static_cast<Difference *>(palloc0(sizeof(Difference)));
	TupleDesc desc = RelationGetDescr(target->rel);

	difference->target = target;
	difference->shape = shape;
	difference->hasher = hasher;
	difference->context = context;
	difference->waiting.slots.context = context;
	difference->entries = begin_entries(desc, context);
	difference->values = static_cast<Datum *>(palloc(sizeof(Datum) * static_cast<Size>(desc->natts)));
	difference->nulls = static_cast<bool *>(palloc(sizeof(bool) * static_cast<Size>(desc->natts)));
	difference->leaving = MakeSingleTupleTableSlot(desc, &TTSOpsMinimalTuple);
	difference->entering = MakeSingleTupleTableSlot(desc, &TTSOpsMinimalTuple);
	MemoryContextSwitchTo(old);
	return difference;
}

void
add_row(Difference *difference, int sign, TupleTableSlot *slot, ItemPointer tid)
{
	const Shape &shape = difference->shape;
	TupleDesc desc = RelationGetDescr(difference->target->rel);
	Entry entry = {};
	pg_uuid_t uuid;

	slot_getallattrs(slot);
	for (int i = 0; i < desc->natts; i++)
	{
		bool missing = i >= slot->tts_tupleDescriptor->natts;

		difference->values[i] = missing ? static_cast<Datum>(0) : slot->tts_values[i];
		difference->nulls[i] = missing || slot->tts_isnull[i];
	}
	entry.sign = static_cast<int16>(sign);
	ItemPointerSetInvalid(&entry.tid);
	if (tid != nullptr)
		entry.tid = *tid;
	entry.ident = identity_hash(difference->hasher, shape, slot);
	entry.place = key_place(difference->hasher, slot);
	entry.state = state_hash(difference->hasher, slot);
	if (shape.hash != 0)
	{
		Datum &value = difference->values[shape.hash - 1];
		bool &isnull = difference->nulls[shape.hash - 1];

		hash_to_uuid(entry.ident, uuid.data);
		/* A stored hash that is out of date must not cancel: the update puts it right. */
		if (sign < 0 && ItemPointerIsValid(&entry.tid) &&
			(isnull || memcmp(DatumGetUUIDP(value)->data, uuid.data, UUID_LEN) != 0))
			entry.state.lo = ~entry.state.lo;
		value = UUIDPGetDatum(&uuid);
		isnull = false;
	}
	/* A row that is there is found by its tid; who reads views wants to be told what it was. */
	if (tid == nullptr || difference->target->feeds_views)
		entry.row = form_row(difference->entries, difference->values, difference->nulls);
	add_entry(difference->entries, entry);
}

void
apply_difference(Difference *difference)
{
	if (difference->target->other_unique)
	{
		merge(difference, Pass::deletions);
		merge(difference, Pass::rest);
	}
	else
		merge(difference, Pass::all);
	end_entries(difference->entries);
	ExecDropSingleTupleTableSlot(difference->leaving);
	ExecDropSingleTupleTableSlot(difference->entering);
	end_waiting(&difference->waiting);
	MemoryContextDelete(difference->context);
}

} // namespace dv::engine
