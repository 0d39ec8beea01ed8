#include "engine/entries.hpp"

#include "engine/runs.hpp"
#include "pg/plain_rows.hpp"

#include <algorithm>

namespace dv::engine {

struct Entries
{
	MemoryContext context;
	TupleDesc desc;
	pg::PlainRows plain;
	pg::Vec<Entry> list;
	bool disordered; /* the list, as it came */
	bool sorted;
	int next;
	/* rows, one after the other */
	MemoryContext rows;
	char *free;
	Size left;
	Size block; /* the size of the next one */
	Size bytes; /* of all */
	Runs *runs; /* beyond work_mem */
};

namespace {

constexpr Size smallest_block = 1024;
constexpr Size largest_block = Size{256} * 1024;

char *
room_for(Entries *entries, Size bytes)
{
	bytes = MAXALIGN(bytes);
	if (bytes > entries->left)
	{
		Size size = Max(entries->block, bytes);
		entries->free = static_cast<char *>(MemoryContextAllocHuge(entries->rows, size));
		entries->left = size;
		entries->bytes += size;
		entries->block = Min(entries->block * 2, largest_block);
	}
	char *room = entries->free;
	entries->free += bytes;
	entries->left -= bytes;
	return room;
}

void
sort(Entries *entries)
{
	if (entries->disordered)
		std::sort(entries->list.begin(), entries->list.end(), is_before);
	entries->disordered = false;
}

void
spill(Entries *entries)
{
	if (entries->runs == nullptr)
		entries->runs = begin_runs(entries->context);
	sort(entries);
	add_run(entries->runs, entries->list);
	entries->list.clear();
	MemoryContextReset(entries->rows);
	entries->left = 0;
	entries->bytes = 0;
}

} // namespace

Entries *
begin_entries(TupleDesc desc, MemoryContext context)
{
	Entries *entries = static_cast<Entries *>(MemoryContextAllocZero(context, sizeof(Entries)));

	entries->context = context;
	entries->desc = desc;
	entries->plain = pg::plain_rows(desc);
	entries->rows = AllocSetContextCreate(context, "deltaview rows", ALLOCSET_DEFAULT_SIZES);
	entries->block = smallest_block;
	entries->list.context = context;
	return entries;
}

MinimalTuple
form_row(Entries *entries, Datum *values, bool *nulls)
{
	TupleDesc desc = entries->desc;
	bool hasnull = false;
	for (int i = 0; i < desc->natts; i++)
		hasnull |= nulls[i];
	Size bytes = pg::bytes_of_row(entries->plain, desc, values, nulls, hasnull);
	auto *row = reinterpret_cast<MinimalTuple>(room_for(entries, bytes));
	memset(row, 0, bytes);
	pg::fill_row(row, bytes, entries->plain, desc, values, nulls, hasnull);
	return row;
}

void
add_entry(Entries *entries, const Entry &entry)
{
	entries->disordered = entries->disordered || (!entries->list.empty() && is_before(entry, entries->list.back()));
	entries->list.push(entry);
	if (entries->bytes + static_cast<Size>(entries->list.n) * sizeof(Entry) > static_cast<Size>(work_mem) * 1024)
		spill(entries);
}

void
rewind_entries(Entries *entries)
{
	if (!entries->sorted && entries->runs != nullptr)
	{
		if (!entries->list.empty())
			spill(entries);
		pfree(entries->list.data);
		entries->list = {};
	}
	else if (!entries->sorted)
		sort(entries);
	if (entries->runs != nullptr)
		rewind_runs(entries->runs);
	entries->sorted = true;
	entries->next = 0;
}

bool
next_entry(Entries *entries, Entry *entry)
{
	if (entries->runs == nullptr)
	{
		if (entries->next == entries->list.n)
			return false;
		*entry = entries->list[entries->next++];
		return true;
	}
	const Entry *next = next_in_runs(entries->runs);
	if (next == nullptr)
		return false;
	*entry = *next;
	if (next->row != nullptr)
	{
		entry->row = static_cast<MinimalTuple>(palloc(next->row->t_len));
		memcpy(entry->row, next->row, next->row->t_len);
	}
	return true;
}

void
release_row(Entries *entries, const Entry &entry)
{
	if (entries->runs != nullptr && entry.row != nullptr)
		pfree(entry.row);
}

void
end_entries(Entries *entries)
{
	if (entries->runs != nullptr)
		end_runs(entries->runs);
	entries->runs = nullptr;
}

} // namespace dv::engine
