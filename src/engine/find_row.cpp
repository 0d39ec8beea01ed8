/*
 * Where is the view's row of this key, or of this content, now?
 *
 * The scan sees what is committed and what this transaction wrote, in whatever
 * command, and tells of rows in doubt (a dirty snapshot): at every isolation
 * level maintenance works on the latest state.  It takes no predicate locks,
 * which at SERIALIZABLE would set writers of neighbouring keys against each other.
 *
 * Such a scan can miss a row that is updated and committed while it runs: it
 * comes too early for the new version's index entry, and too late for the old
 * version.  So a miss counts only if no transaction ended meanwhile.
 */
#include "engine/key_index.hpp"
#include "engine/locks.hpp"
#include "engine/row_access.hpp"
#include "engine/row_bytes.hpp"
#include "pg/compat.hpp"

extern "C" {
#include "access/stratnum.h"
#include "utils/uuid.h"
}

namespace dv::engine {

struct Finder
{
	SnapshotData dirty;
	IndexScanDesc scan; /* begun at the first use */
	KeyColumns columns;
	bool by_hash; /* the one column is the hash column */
	ScanKeyData keys[INDEX_MAX_KEYS];
	pg_uuid_t uuid;
};

namespace {

/* What a scan has come to. */
struct Outcome
{
	bool found;
	TransactionId doubt; /* a transaction whose end may bring a row, or take one away */
};

/* Is the row just fetched what we look for? Leaves alone what is in doubt, but remembers it. */
bool
accept(Target *target, Hasher *hasher, const Hash128 *state, bool dirty, Outcome *outcome)
{
	const SnapshotData *snapshot = &target->finder->dirty;
	TransactionId pending = TransactionIdIsValid(snapshot->xmin) ? snapshot->xmin : snapshot->xmax;

	if (state != nullptr)
	{
		Hash128 hash = state_hash(hasher, target->found);

		if (hash.hi != state->hi || hash.lo != state->lo)
			return false;
	}
	if (dirty && TransactionIdIsValid(pending))
	{
		outcome->doubt = pending;
		return false;
	}
	outcome->found = true;
	return true;
}

Outcome
scan_index(Target *target, const Shape &shape, Hasher *hasher, TupleTableSlot *slot, const Hash128 *state)
{
	Finder *finder = target->finder;
	Outcome outcome = {false, InvalidTransactionId};
	/* The scan is kept, and the access method hangs memory on it whenever it likes. */
	MemoryContext old = MemoryContextSwitchTo(target->context);

	if (finder->scan == nullptr)
		finder->scan = pg::begin_index_scan(target->rel, target->key_rel, &finder->dirty, finder->columns.n);
	if (finder->by_hash)
	{
		hash_to_uuid(identity_hash(hasher, shape, slot), finder->uuid.data);
		finder->keys[0].sk_argument = UUIDPGetDatum(&finder->uuid);
	}
	else if (finder->columns.single)
		finder->keys[0].sk_argument = BoolGetDatum(true);
	else
		for (int i = 0; i < finder->columns.n; i++)
		{
			bool isnull;

			finder->keys[i].sk_argument = slot_getattr(slot, finder->columns.attributes[i], &isnull);
			finder->keys[i].sk_flags = isnull ? SK_ISNULL | SK_SEARCHNULL : 0;
		}
	index_rescan(finder->scan, finder->keys, finder->columns.n, nullptr, 0);
	while (!outcome.found && index_getnext_slot(finder->scan, ForwardScanDirection, target->found))
		accept(target, hasher, state, true, &outcome);
	if (outcome.found)
		ExecMaterializeSlot(target->found);
	/* Lets go of the pins; vacuum would wait for them. */
	index_rescan(finder->scan, finder->keys, finder->columns.n, nullptr, 0);
	MemoryContextSwitchTo(old);
	return outcome;
}

Outcome
scan_table(Target *target, const Shape &shape, Hasher *hasher, TupleTableSlot *slot, const Hash128 *state, bool dirty)
{
	Outcome outcome = {false, InvalidTransactionId};
	bool any = shape.nkeys == 0 && shape.identity != Identity::content;
	Hash128 wanted = any ? Hash128{0, 0} : identity_hash(hasher, shape, slot);
	Snapshot snapshot = dirty ? &target->finder->dirty : RegisterSnapshot(GetLatestSnapshot());
	TableScanDesc scan = table_beginscan(target->rel, snapshot, 0, nullptr);

	while (!outcome.found && table_scan_getnextslot(scan, ForwardScanDirection, target->found))
	{
		CHECK_FOR_INTERRUPTS();
		if (!any)
		{
			Hash128 hash = identity_hash(hasher, shape, target->found);

			if (hash.hi != wanted.hi || hash.lo != wanted.lo)
				continue;
		}
		accept(target, hasher, state, dirty, &outcome);
	}
	if (outcome.found)
		ExecMaterializeSlot(target->found);
	table_endscan(scan);
	if (!dirty)
		UnregisterSnapshot(snapshot);
	return outcome;
}

} // namespace

void
prepare_finding(Target *target, const Shape &shape)
{
	Finder *finder = static_cast<Finder *>(palloc0(sizeof(Finder)));

	target->finder = finder;
	InitDirtySnapshot(finder->dirty);
	finder->by_hash = shape.hash != 0;
	finder->columns.single = is_single_row(shape);
	finder->columns.n = finder->by_hash || finder->columns.single ? 1 : shape.nkeys;
	if (finder->columns.n > INDEX_MAX_KEYS)
		finder->columns.n = 0; /* no index can serve */
	for (int i = 0; !finder->columns.single && i < finder->columns.n; i++)
		finder->columns.attributes[i] = finder->by_hash ? shape.hash : shape.keys[i];

	const KeyIndex *known = key_index_of(target->rel, finder->columns);
	target->nindexes = known->nindexes;
	target->other_unique = known->other_unique;
	target->key_index = known->index;
	target->key_unique = known->unique;
	if (!OidIsValid(known->index))
		return;
	target->search = finder->keys;
	for (int i = 0; i < finder->columns.n; i++)
		ScanKeyEntryInitializeWithInfo(&finder->keys[i], 0, static_cast<AttrNumber>(i + 1), BTEqualStrategyNumber,
									   InvalidOid, known->collations[i], const_cast<FmgrInfo *>(&known->functions[i]),
									   static_cast<Datum>(0));
}

void
begin_finding(Target *target)
{
	if (OidIsValid(target->key_index))
		target->key_rel = index_open(target->key_index, RowExclusiveLock);
}

namespace {

uint32
queue_of(const Shape &shape, Hasher *hasher, TupleTableSlot *slot)
{
	bool any = shape.nkeys == 0 && shape.identity != Identity::content;
	return any ? 0 : static_cast<uint32>(identity_hash(hasher, shape, slot).lo);
}

void
end_waiting(Target *target)
{
	if (target->queued)
		leave_queue(RelationGetRelid(target->rel), target->queued_for);
	target->queued = false;
}

/*
 * One at a time waits for the end of a transaction, and the others for that one: woken all at once they would all look
 * for the row again, and all but one in vain.
 */
void
wait_for(Target *target, uint32 row, TransactionId doubt)
{
	if (!target->queued)
	{
		join_queue(RelationGetRelid(target->rel), row);
		target->queued = true;
		target->queued_for = row;
	}
	XactLockTableWait(doubt, target->rel, nullptr, XLTW_None);
}

} // namespace

void
end_finding(Target *target)
{
	end_waiting(target);
	if (target->finder->scan != nullptr)
		index_endscan(target->finder->scan);
	target->finder->scan = nullptr;
	if (target->key_rel != nullptr)
		index_close(target->key_rel, NoLock);
	target->key_rel = nullptr;
}

bool
locate(Target *target, const Shape &shape, Hasher *hasher, TupleTableSlot *slot, const Hash128 *state)
{
	if (target->queued && target->queued_for != queue_of(shape, hasher, slot))
		end_waiting(target);
	for (int attempt = 0;; attempt++)
	{
		uint64 completed = pg::completed_transactions();
		/* A scan of a big table may never see a moment without a commit: then one snapshot has to do. */
		bool dirty = target->key_rel != nullptr || attempt < 3;
		Outcome outcome = target->key_rel != nullptr ? scan_index(target, shape, hasher, slot, state)
													 : scan_table(target, shape, hasher, slot, state, dirty);

		if (outcome.found)
			return true;
		if (TransactionIdIsValid(outcome.doubt))
		{
			wait_for(target, queue_of(shape, hasher, slot), outcome.doubt);
			attempt = -1;
		}
		else if (!dirty || completed == pg::completed_transactions())
			return false;
		CHECK_FOR_INTERRUPTS();
	}
}

bool
find_row(Target *target, const Shape &shape, Hasher *hasher, TupleTableSlot *slot, bool lock)
{
	while (locate(target, shape, hasher, slot, nullptr))
	{
		TM_FailureData failure;
		TM_Result result;
		ItemPointerData tid = target->found->tts_tid;

		if (!lock)
			return true;
		PushActiveSnapshot(GetLatestSnapshot());
		result = table_tuple_lock(target->rel, &tid, GetActiveSnapshot(), target->found, GetCurrentCommandId(false),
								  LockTupleNoKeyExclusive, LockWaitBlock, 0, &failure);
		PopActiveSnapshot();
		switch (result)
		{
		case TM_Ok:
			ExecMaterializeSlot(target->found);
			return true;
		case TM_Updated:
		case TM_Deleted:
			break; /* look again */
		default:
			ereport(ERROR,
					(errcode(ERRCODE_INTERNAL_ERROR), errmsg("a row of view \"%s\" would be written twice by one flush",
															 RelationGetRelationName(target->rel))));
		}
		CHECK_FOR_INTERRUPTS();
	}
	return false;
}

} // namespace dv::engine
