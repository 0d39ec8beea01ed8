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

} // namespace

int64
put_net(const pg::Vec<MinimalTuple> &tuples, TupleDesc desc, Tuplestorestate *out)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "deltaview net", ALLOCSET_DEFAULT_SIZES);
	MemoryContext before = MemoryContextSwitchTo(context);
	TupleTableSlot *slot = MakeSingleTupleTableSlot(desc, &TTSOpsMinimalTuple);
	uint32 nbuckets = pg_nextpower2_32(static_cast<uint32>(tuples.n) * 2 + 1);
	int *buckets = static_cast<int *>(palloc(sizeof(int) * nbuckets));
	memset(buckets, -1, sizeof(int) * nbuckets);
	Row *rows = static_cast<Row *>(palloc0(sizeof(Row) * (tuples.n + 1)));

	for (int i = 0; i < tuples.n; i++)
	{
		Row &row = rows[i];
		deform(tuples[i], slot, &row);
		row.hash = hash_row(row, desc);
		int *bucket = &buckets[row.hash & (nbuckets - 1)];
		for (int at = *bucket; at >= 0 && !row.gone; at = rows[at].next)
			if (!rows[at].gone && rows[at].hash == row.hash && sign_of(rows[at], desc) != sign_of(row, desc) &&
				same_row(rows[at], row, desc))
				rows[at].gone = row.gone = true;
		row.next = *bucket;
		*bucket = i;
	}

	int64 left = 0;
	for (int i = 0; i < tuples.n; i++)
	{
		if (rows[i].gone)
			continue;
		ExecStoreMinimalTuple(tuples[i], slot, false);
		tuplestore_puttupleslot(out, slot);
		left++;
	}
	ExecDropSingleTupleTableSlot(slot);
	MemoryContextSwitchTo(before);
	MemoryContextDelete(context);
	return left;
}

} // namespace dv::capture
