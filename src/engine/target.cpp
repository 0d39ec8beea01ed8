/*
 * Single rows of a view's table: written as the executor would, without a query.
 */
#include "capture/transaction.hpp"
#include "engine/row_access.hpp"
#include "pg/compat.hpp"

extern "C" {
#include "nodes/execnodes.h"
#include "storage/predicate.h"
}

namespace dv::engine {

namespace {

/* True if the row is ours, false if it was changed beside us; anything else is a mistake in the engine. */
bool
was_done(Target *target, TM_Result result)
{
	switch (result)
	{
	case TM_Ok:
		return true;
	case TM_Updated:
	case TM_Deleted:
	case TM_BeingModified:
		return false;
	default:
		ereport(ERROR,
				(errcode(ERRCODE_INTERNAL_ERROR), errmsg("a row of view \"%s\" would be written twice by one flush",
														 RelationGetRelationName(target->rel))));
	}
	pg_unreachable();
}

/* Every row is written in the estate's per-tuple context, cleared before. */
MemoryContext
enter_row(Target *target)
{
	ResetPerTupleExprContext(target->estate);
	return MemoryContextSwitchTo(GetPerTupleMemoryContext(target->estate));
}

void
check_constraints(Target *target, TupleTableSlot *slot)
{
	slot->tts_tableOid = RelationGetRelid(target->rel);
	if (RelationGetDescr(target->rel)->constr != nullptr)
		ExecConstraints(target->rri, slot, target->estate);
}

/*
 * At SERIALIZABLE the server expects that nobody writes a version of a row that his snapshot does not show, and keeps
 * a transaction's look at a row by version, until that transaction has changed the row itself. Two of whom the second adds
 * to what the first has written would not be seen to depend on each other: so who writes a row has looked at what he
 * wrote.
 */
void
note_written(Target *target, TupleTableSlot *slot)
{
	if (IsolationIsSerializable())
		PredicateLockTID(target->rel, &slot->tts_tid, GetTransactionSnapshot(), InvalidTransactionId);
}

void
after_insert(Target *target, TupleTableSlot *slot, List *recheck)
{
	note_written(target, slot);
	ExecARInsertTriggers(target->estate, target->rri, slot, recheck, target->on_insert);
	if (target->feeds_views)
		capture::append(target->rel, +1, slot);
	target->inserted++;
}

} // namespace

void
raise_concurrent(Target *target)
{
	ereport(ERROR,
			(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE), errmsg("could not serialize access due to concurrent update"),
			 errdetail("Another transaction changed the row of view \"%s\" that this one is to change.",
					   RelationGetRelationName(target->rel)),
			 errhint("The transaction might succeed if retried."), errtable(target->rel)));
	pg_unreachable();
}

namespace {

/* An update that leaves the indexed columns alone does without them, and most inserts without what tells of conflicts. */
void
open_indexes(Target *target, bool speculative)
{
	ResultRelInfo *rri = target->rri;
	if (target->nindexes == 0 || (rri->ri_NumIndices > 0 && !speculative))
		return;
	MemoryContext old = MemoryContextSwitchTo(target->context);
	if (rri->ri_NumIndices == 0)
		ExecOpenIndices(rri, false);
	for (int i = 0; speculative && i < rri->ri_NumIndices; i++)
		if (rri->ri_IndexRelationInfo[i]->ii_Unique && rri->ri_IndexRelationInfo[i]->ii_UniqueOps == nullptr)
			BuildSpeculativeIndexInfo(rri->ri_IndexRelationDescs[i], rri->ri_IndexRelationInfo[i]);
	MemoryContextSwitchTo(old);
}

} // namespace

void
insert_row(Target *target, TupleTableSlot *slot)
{
	MemoryContext old = enter_row(target);
	List *recheck = NIL;

	open_indexes(target, false);
	check_constraints(target, slot);
	table_tuple_insert(target->rel, slot, target->estate->es_output_cid, 0, nullptr);
	if (target->rri->ri_NumIndices > 0)
		recheck = pg::insert_index_entries(target->rri, slot, target->estate, false, nullptr, NIL);
	after_insert(target, slot, recheck);
	MemoryContextSwitchTo(old);
}

void
insert_rows(Target *target, TupleTableSlot **slots, int n)
{
	if (n == 1)
	{
		insert_row(target, slots[0]);
		return;
	}
	MemoryContext old = enter_row(target);

	open_indexes(target, false);
	for (int i = 0; i < n; i++)
		check_constraints(target, slots[i]);
	table_multi_insert(target->rel, slots, n, target->estate->es_output_cid, 0, nullptr);
	for (int i = 0; i < n; i++)
	{
		List *recheck = NIL;

		(void) enter_row(target);
		if (target->rri->ri_NumIndices > 0)
			recheck = pg::insert_index_entries(target->rri, slots[i], target->estate, false, nullptr, NIL);
		after_insert(target, slots[i], recheck);
	}
	MemoryContextSwitchTo(old);
}

bool
try_update_row(Target *target, ItemPointer tid, TupleTableSlot *old_slot, TupleTableSlot *slot)
{
	MemoryContext old = enter_row(target);
	List *recheck = NIL;
	TM_FailureData failure;
	LockTupleMode mode;
	pg::UpdateIndexes indexes;
	ItemPointerData old_tid = *tid;

	if (target->updated == 0)
		CheckCmdReplicaIdentity(target->rel, CMD_UPDATE);
	check_constraints(target, slot);
	if (!was_done(target, table_tuple_update(target->rel, &old_tid, slot, target->estate->es_output_cid,
											 InvalidSnapshot, target->crosscheck, true, &failure, &mode, &indexes)))
	{
		if (target->crosscheck != InvalidSnapshot)
			raise_concurrent(target);
		MemoryContextSwitchTo(old);
		return false;
	}
	note_written(target, slot);
	if (target->nindexes > 0 && pg::wants_index_entries(indexes))
	{
		open_indexes(target, false);
		recheck = pg::update_index_entries(target->rri, slot, target->estate, indexes);
	}
	ExecARUpdateTriggers(target->estate, target->rri, nullptr, nullptr, &old_tid, nullptr, slot, recheck,
						 target->on_update, false);
	if (target->feeds_views)
	{
		capture::append(target->rel, -1, old_slot);
		capture::append(target->rel, +1, slot);
	}
	target->updated++;
	MemoryContextSwitchTo(old);
	return true;
}

void
update_row(Target *target, ItemPointer tid, TupleTableSlot *old_slot, TupleTableSlot *slot)
{
	if (!try_update_row(target, tid, old_slot, slot))
		raise_concurrent(target);
}

bool
try_delete_row(Target *target, ItemPointer tid, TupleTableSlot *old_slot)
{
	MemoryContext old = enter_row(target);
	TM_FailureData failure;
	ItemPointerData old_tid = *tid;
	bool done;

	if (target->deleted == 0)
		CheckCmdReplicaIdentity(target->rel, CMD_DELETE);
	done = was_done(target, table_tuple_delete(target->rel, &old_tid, target->estate->es_output_cid, InvalidSnapshot,
											   target->crosscheck, true, &failure, false));
	if (!done && target->crosscheck != InvalidSnapshot)
		raise_concurrent(target);
	if (done)
	{
		ExecARDeleteTriggers(target->estate, target->rri, &old_tid, nullptr, target->on_delete, false);
		if (target->feeds_views)
			capture::append(target->rel, -1, old_slot);
		target->deleted++;
	}
	MemoryContextSwitchTo(old);
	return done;
}

void
note_group_gone(Target *target)
{
	if (IsolationIsSerializable() && target->nindexes > 1)
		PredicateLockRelation(target->rel, GetTransactionSnapshot());
}

void
delete_row(Target *target, ItemPointer tid, TupleTableSlot *old_slot)
{
	if (!try_delete_row(target, tid, old_slot))
		raise_concurrent(target);
}

bool
insert_row_unless_exists(Target *target, TupleTableSlot *slot)
{
	List *arbiters;
	ItemPointerData conflicting;
	MemoryContext old;

	if (!target->key_unique)
	{
		insert_row(target, slot);
		return true;
	}
	old = enter_row(target);
	open_indexes(target, true);
	arbiters = list_make1_oid(target->key_index);
	check_constraints(target, slot);
	for (;;)
	{
		bool conflict = false;
		uint32 token;
		List *recheck;

		CHECK_FOR_INTERRUPTS();
		if (!pg::check_index_constraints(target->rri, slot, target->estate, &conflicting, arbiters))
		{
			MemoryContextSwitchTo(old);
			return false;
		}
		token = SpeculativeInsertionLockAcquire(GetCurrentTransactionId());
		table_tuple_insert_speculative(target->rel, slot, target->estate->es_output_cid, 0, nullptr, token);
		recheck = pg::insert_index_entries(target->rri, slot, target->estate, true, &conflict, arbiters);
		table_tuple_complete_speculative(target->rel, slot, token, !conflict);
		SpeculativeInsertionLockRelease(GetCurrentTransactionId());
		if (!conflict)
		{
			after_insert(target, slot, recheck);
			MemoryContextSwitchTo(old);
			return true;
		}
		/* Two who inserted the same key at once: the check waits for the other, then tells. */
	}
}

} // namespace dv::engine
