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
#include "catalog/registry.hpp"
#include "engine/locks.hpp"
#include "engine/row_access.hpp"
#include "engine/row_bytes.hpp"
#include "pg/compat.hpp"

extern "C" {
#include "access/stratnum.h"
#include "catalog/pg_am.h"
#include "utils/hsearch.h"
#include "utils/uuid.h"
}

namespace dv::engine {

struct Finder
{
	SnapshotData dirty;
	IndexScanDesc scan; /* begun at the first use */
	int nkeys;
	AttrNumber attributes[INDEX_MAX_KEYS];
	bool by_hash; /* the one attribute is the hash column */
	bool single;  /* there is none: the index has the constant true */
	ScanKeyData keys[INDEX_MAX_KEYS];
	pg_uuid_t uuid;
};

namespace {

/* The operator `=` that an index finds its column by. */
Oid
index_equality(Relation index, int column)
{
	Oid type = index->rd_opcintype[column];

	return get_opfamily_member(index->rd_opfamily[column], type, type, BTEqualStrategyNumber);
}

/* Does the index tell the column's values apart as the type does by default? */
bool
same_equality(Relation index, int column, Form_pg_attribute att)
{
	return index->rd_indcollation[column] == att->attcollation &&
		   index_equality(index, column) == lookup_type_cache(getBaseType(att->atttypid), TYPECACHE_EQ_OPR)->eq_opr;
}

bool
serves(Relation table, Relation index, int nattributes, const AttrNumber *attributes)
{
	Form_pg_index form = index->rd_index;

	if (index->rd_rel->relam != BTREE_AM_OID || !form->indisvalid || !form->indisready ||
		form->indnkeyatts != nattributes || RelationGetIndexPredicate(index) != NIL ||
		RelationGetIndexExpressions(index) != NIL)
		return false;
	for (int i = 0; i < nattributes; i++)
		if (form->indkey.values[i] != attributes[i] ||
			!same_equality(index, i, TupleDescAttr(RelationGetDescr(table), attributes[i] - 1)))
			return false;
	return true;
}

/* An index over the constant true: that of a view of one row. */
bool
holds_single_row(Relation index)
{
	List *expressions = RelationGetIndexExpressions(index);

	if (index->rd_rel->relam != BTREE_AM_OID || !index->rd_index->indisvalid || !index->rd_index->indisready ||
		index->rd_index->indnkeyatts != 1 || list_length(expressions) != 1 || RelationGetIndexPredicate(index) != NIL ||
		!IsA(linitial(expressions), Const))
		return false;
	const Const *value = linitial_node(Const, expressions);
	return value->consttype == BOOLOID && !value->constisnull && DatumGetBool(value->constvalue);
}

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
		finder->scan = pg::begin_index_scan(target->rel, target->key_rel, &finder->dirty, finder->nkeys);
	if (finder->by_hash)
	{
		hash_to_uuid(identity_hash(hasher, shape, slot), finder->uuid.data);
		finder->keys[0].sk_argument = UUIDPGetDatum(&finder->uuid);
	}
	else if (finder->single)
		finder->keys[0].sk_argument = BoolGetDatum(true);
	else
		for (int i = 0; i < finder->nkeys; i++)
		{
			bool isnull;

			finder->keys[i].sk_argument = slot_getattr(slot, finder->attributes[i], &isnull);
			finder->keys[i].sk_flags = isnull ? SK_ISNULL | SK_SEARCHNULL : 0;
		}
	index_rescan(finder->scan, finder->keys, finder->nkeys, nullptr, 0);
	while (!outcome.found && index_getnext_slot(finder->scan, ForwardScanDirection, target->found))
		accept(target, hasher, state, true, &outcome);
	if (outcome.found)
		ExecMaterializeSlot(target->found);
	/* Lets go of the pins; vacuum would wait for them. */
	index_rescan(finder->scan, finder->keys, finder->nkeys, nullptr, 0);
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

/* The index that rows of a view are found by, as long as the catalog says the same of it. */
struct KeyIndex
{
	Oid view;
	uint64 generation;
	Oid index; /* or invalid */
	bool unique;
	bool other_unique; /* another index constrains */
	int nindexes;
	FmgrInfo functions[INDEX_MAX_KEYS];
	Oid collations[INDEX_MAX_KEYS];
};

HTAB *key_indexes;

void
choose_index(const Finder *finder, Relation rel, KeyIndex *known)
{
	ListCell *lc;
	known->index = InvalidOid;
	known->unique = known->other_unique = false;
	known->nindexes = 0;
	foreach (lc, RelationGetIndexList(rel))
	{
		Relation index = index_open(lfirst_oid(lc), RowExclusiveLock);
		bool unique = index->rd_index->indisunique && index->rd_index->indimmediate;
		bool constrains = index->rd_index->indisunique || index->rd_index->indisexclusion;
		bool found = finder->single ? holds_single_row(index)
									: finder->nkeys > 0 && serves(rel, index, finder->nkeys, finder->attributes);

		known->nindexes++;
		if (!found)
			known->other_unique = known->other_unique || constrains;
		else if (!OidIsValid(known->index) || (unique && !known->unique))
		{
			known->index = RelationGetRelid(index);
			known->unique = unique;
			for (int i = 0; i < finder->nkeys; i++)
			{
				fmgr_info_cxt(get_opcode(index_equality(index, i)), &known->functions[i], TopMemoryContext);
				known->collations[i] = index->rd_indcollation[i];
			}
		}
		index_close(index, NoLock);
	}
}

const KeyIndex *
key_index_of(const Finder *finder, Relation rel)
{
	Oid view = RelationGetRelid(rel);
	bool found;

	if (key_indexes == nullptr)
	{
		HASHCTL control = {};
		control.keysize = sizeof(Oid);
		control.entrysize = sizeof(KeyIndex);
		key_indexes = hash_create("deltaview key indexes", 32, &control, HASH_ELEM | HASH_BLOBS);
	}
	KeyIndex *known = static_cast<KeyIndex *>(hash_search(key_indexes, &view, HASH_ENTER, &found));
	if (!found)
		known->generation = 0;
	uint64 generation = catalog::generation();
	if (known->generation != generation)
	{
		known->generation = 0;
		choose_index(finder, rel, known);
		known->generation = generation;
	}
	return known;
}

} // namespace

void
prepare_finding(Target *target, const Shape &shape)
{
	Finder *finder = static_cast<Finder *>(palloc0(sizeof(Finder)));

	target->finder = finder;
	InitDirtySnapshot(finder->dirty);
	finder->by_hash = shape.hash != 0;
	finder->single = is_single_row(shape);
	finder->nkeys = finder->by_hash || finder->single ? 1 : shape.nkeys;
	if (finder->nkeys > INDEX_MAX_KEYS)
		finder->nkeys = 0; /* no index can serve */
	for (int i = 0; !finder->single && i < finder->nkeys; i++)
		finder->attributes[i] = finder->by_hash ? shape.hash : shape.keys[i];

	const KeyIndex *known = key_index_of(finder, target->rel);
	target->nindexes = known->nindexes;
	target->other_unique = known->other_unique;
	target->key_index = known->index;
	target->key_unique = known->unique;
	if (!OidIsValid(known->index))
		return;
	target->search = finder->keys;
	for (int i = 0; i < finder->nkeys; i++)
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
