#include "engine/entries.hpp"

#include <algorithm>

extern "C" {
#include "utils/tuplesort.h"
}

namespace dv::engine {

struct Entries
{
	MemoryContext context;
	MemoryContext rows;
	pg::Vec<Entry> list;
	Size bytes;
	bool sorted;
	int next;
	/* beyond work_mem */
	Tuplesortstate *sort;
	TupleDesc desc;
	TupleTableSlot *in;
	TupleTableSlot *out;
};

namespace {

/* Place and hashes as bigints, shifted so that they compare as the unsigned numbers do; then the entry's bytes. */
constexpr int nhashes = 5;
constexpr uint64 shift = UINT64CONST(0x8000000000000000);

bool
less(const Entry &a, const Entry &b)
{
	if (a.place != b.place)
		return a.place < b.place;

	int order = compare(a.ident, b.ident);
	return (order != 0 ? order : compare(a.state, b.state)) < 0;
}

void
begin_sort(Entries *entries)
{
	MemoryContext old = MemoryContextSwitchTo(entries->context);
	TypeCacheEntry *type = lookup_type_cache(INT8OID, TYPECACHE_LT_OPR);
	AttrNumber columns[nhashes];
	Oid operators[nhashes];
	Oid collations[nhashes] = {};
	bool nulls_first[nhashes] = {};

	entries->desc = CreateTemplateTupleDesc(nhashes + 1);
	for (int i = 0; i < nhashes; i++)
	{
		columns[i] = static_cast<AttrNumber>(i + 1);
		operators[i] = type->lt_opr;
		TupleDescInitEntry(entries->desc, columns[i], nullptr, INT8OID, -1, 0);
	}
	TupleDescInitEntry(entries->desc, nhashes + 1, nullptr, BYTEAOID, -1, 0);
	entries->in = MakeSingleTupleTableSlot(entries->desc, &TTSOpsVirtual);
	entries->out = MakeSingleTupleTableSlot(entries->desc, &TTSOpsMinimalTuple);
	entries->sort = tuplesort_begin_heap(entries->desc, nhashes, columns, operators, collations, nulls_first, work_mem,
										 nullptr, TUPLESORT_RANDOMACCESS);
	MemoryContextSwitchTo(old);
}

Datum
as_bigint(uint64 value)
{
	return Int64GetDatum(static_cast<int64>(value ^ shift));
}

void
put_in_sort(Entries *entries, const Entry &entry)
{
	Size length = VARHDRSZ + sizeof(Entry) + entry.row->t_len;
	bytea *bytes = static_cast<bytea *>(palloc(length));
	TupleTableSlot *in = ExecClearTuple(entries->in);

	SET_VARSIZE(bytes, length);
	memcpy(VARDATA(bytes), &entry, sizeof(Entry));
	memcpy(VARDATA(bytes) + sizeof(Entry), entry.row, entry.row->t_len);
	in->tts_values[0] = as_bigint(entry.place);
	in->tts_values[1] = as_bigint(entry.ident.hi);
	in->tts_values[2] = as_bigint(entry.ident.lo);
	in->tts_values[3] = as_bigint(entry.state.hi);
	in->tts_values[4] = as_bigint(entry.state.lo);
	in->tts_values[nhashes] = PointerGetDatum(bytes);
	memset(in->tts_isnull, 0, sizeof(bool) * (nhashes + 1));
	tuplesort_puttupleslot(entries->sort, ExecStoreVirtualTuple(in));
	ExecClearTuple(in);
	pfree(bytes);
}

void
spill(Entries *entries)
{
	begin_sort(entries);
	for (const Entry &entry : entries->list)
		put_in_sort(entries, entry);
	entries->list.clear();
	MemoryContextReset(entries->rows);
}

} // namespace

Entries *
begin_entries(MemoryContext context)
{
	Entries *entries = static_cast<Entries *>(MemoryContextAllocZero(context, sizeof(Entries)));

	entries->context = context;
	entries->rows = AllocSetContextCreate(context, "deltaview rows", ALLOCSET_DEFAULT_SIZES);
	entries->list.context = context;
	return entries;
}

MemoryContext
row_context(Entries *entries)
{
	return entries->rows;
}

void
add_entry(Entries *entries, const Entry &entry)
{
	if (entries->sort != nullptr)
	{
		put_in_sort(entries, entry);
		MemoryContextReset(entries->rows);
		return;
	}
	entries->list.push(entry);
	entries->bytes += sizeof(Entry) + GetMemoryChunkSpace(entry.row);
	if (entries->bytes > static_cast<Size>(work_mem) * 1024)
		spill(entries);
}

void
rewind_entries(Entries *entries)
{
	if (entries->sort != nullptr && !entries->sorted)
		tuplesort_performsort(entries->sort);
	else if (entries->sort != nullptr)
		tuplesort_rescan(entries->sort);
	else if (!entries->sorted)
		std::sort(entries->list.begin(), entries->list.end(), less);
	entries->sorted = true;
	entries->next = 0;
}

bool
next_entry(Entries *entries, Entry *entry)
{
	bool isnull;
	bytea *bytes;
	Size length;

	if (entries->sort == nullptr)
	{
		if (entries->next == entries->list.n)
			return false;
		*entry = entries->list[entries->next++];
		return true;
	}
	if (!tuplesort_gettupleslot(entries->sort, true, false, entries->out, nullptr))
		return false;
	bytes = DatumGetByteaPP(slot_getattr(entries->out, nhashes + 1, &isnull));
	memcpy(entry, VARDATA_ANY(bytes), sizeof(Entry));
	length = VARSIZE_ANY_EXHDR(bytes) - sizeof(Entry);
	entry->row = static_cast<MinimalTuple>(palloc(length));
	memcpy(entry->row, VARDATA_ANY(bytes) + sizeof(Entry), length);
	return true;
}

void
release_row(Entries *entries, const Entry &entry)
{
	if (entries->sort != nullptr)
		pfree(entry.row);
}

void
end_entries(Entries *entries)
{
	if (entries->sort == nullptr)
		return;
	tuplesort_end(entries->sort);
	ExecDropSingleTupleTableSlot(entries->in);
	ExecDropSingleTupleTableSlot(entries->out);
	entries->sort = nullptr;
}

} // namespace dv::engine
