#include "capture/net.hpp"

extern "C" {
#include "common/hashfn.h"
#include "port/pg_bitutils.h"
}

namespace dv::capture {

namespace {

struct Row
{
	Datum *values;
	bool *nulls;
	uint32 hash;
	int next; /* in the chain of its hash, or -1 */
	bool gone;
};

int
sign_of(const Row &row, TupleDesc desc)
{
	return DatumGetInt32(row.values[desc->natts - 1]);
}

uint32
hash_row(const Row &row, TupleDesc desc)
{
	uint32 hash = 0;
	for (int i = 0; i < desc->natts - 1; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);
		uint32 one = row.nulls[i] ? 1 : datum_image_hash(row.values[i], att->attbyval, att->attlen);
		hash = hash_combine(hash, one);
	}
	return hash;
}

bool
same_row(const Row &a, const Row &b, TupleDesc desc)
{
	for (int i = 0; i < desc->natts - 1; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);
		if (a.nulls[i] != b.nulls[i] ||
			(!a.nulls[i] && !datum_image_eq(a.values[i], b.values[i], att->attbyval, att->attlen)))
			return false;
	}
	return true;
}

void
deform(MinimalTuple tuple, TupleTableSlot *slot, Row *row)
{
	int natts = slot->tts_tupleDescriptor->natts;
	ExecStoreMinimalTuple(tuple, slot, false);
	slot_getallattrs(slot);
	row->values = static_cast<Datum *>(palloc(sizeof(Datum) * natts));
	row->nulls = static_cast<bool *>(palloc(sizeof(bool) * natts));
	memcpy(row->values, slot->tts_values, sizeof(Datum) * natts);
	memcpy(row->nulls, slot->tts_isnull, sizeof(bool) * natts);
}

bool
has_both_signs(const pg::Vec<MinimalTuple> &tuples, TupleTableSlot *slot)
{
	int32 first = 0;
	for (int i = 0; i < tuples.n; i++)
	{
		bool isnull;
		ExecStoreMinimalTuple(tuples[i], slot, false);
		int32 sign = DatumGetInt32(slot_getattr(slot, slot->tts_tupleDescriptor->natts, &isnull));
		if (i > 0 && sign != first)
			return true;
		first = sign;
	}
	return false;
}

/* The old row and the new one of an update, most often. */
bool
same_pair(const pg::Vec<MinimalTuple> &tuples, TupleTableSlot *slot)
{
	TupleDesc desc = slot->tts_tupleDescriptor;
	TupleTableSlot *other = MakeSingleTupleTableSlot(desc, &TTSOpsMinimalTuple);
	ExecStoreMinimalTuple(tuples[0], slot, false);
	ExecStoreMinimalTuple(tuples[1], other, false);
	slot_getallattrs(slot);
	slot_getallattrs(other);
	bool same = same_row(Row{slot->tts_values, slot->tts_isnull, 0, -1, false},
						 Row{other->tts_values, other->tts_isnull, 0, -1, false}, desc);
	ExecDropSingleTupleTableSlot(other);
	return same;
}

/* Takes each row that has left out, with one of those that came and are its like. */
void
cancel(pg::Vec<MinimalTuple> *tuples, TupleTableSlot *slot)
{
	TupleDesc desc = slot->tts_tupleDescriptor;
	uint32 nbuckets = pg_nextpower2_32(static_cast<uint32>(tuples->n) * 2 + 1);
	int *buckets = static_cast<int *>(palloc(sizeof(int) * nbuckets));
	memset(buckets, -1, sizeof(int) * nbuckets);
	Row *rows = static_cast<Row *>(palloc0(sizeof(Row) * (tuples->n + 1)));

	for (int i = 0; i < tuples->n; i++)
	{
		Row &row = rows[i];
		deform((*tuples)[i], slot, &row);
		row.hash = hash_row(row, desc);
		int *bucket = &buckets[row.hash & (nbuckets - 1)];
		for (int at = *bucket; at >= 0 && !row.gone; at = rows[at].next)
			if (!rows[at].gone && rows[at].hash == row.hash && sign_of(rows[at], desc) != sign_of(row, desc) &&
				same_row(rows[at], row, desc))
				rows[at].gone = row.gone = true;
		row.next = *bucket;
		*bucket = i;
	}

	int left = 0;
	for (int i = 0; i < tuples->n; i++)
		if (!rows[i].gone)
			(*tuples)[left++] = (*tuples)[i];
	tuples->truncate(left);
}

} // namespace

void
net(pg::Vec<MinimalTuple> *tuples, TupleDesc desc)
{
	if (tuples->n < 2)
		return;
	TupleTableSlot *slot = MakeSingleTupleTableSlot(desc, &TTSOpsMinimalTuple);
	if (has_both_signs(*tuples, slot))
	{
		if (tuples->n > 2)
		{
			MemoryContext context =
				AllocSetContextCreate(CurrentMemoryContext, "deltaview net", ALLOCSET_DEFAULT_SIZES);
			MemoryContext before = MemoryContextSwitchTo(context);
			cancel(tuples, slot);
			MemoryContextSwitchTo(before);
			MemoryContextDelete(context);
		}
		else if (same_pair(*tuples, slot))
			tuples->clear();
	}
	ExecDropSingleTupleTableSlot(slot);
}

} // namespace dv::capture
