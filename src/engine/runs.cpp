#include "engine/runs.hpp"

extern "C" {
#include "commands/tablespace.h"
#include "storage/fd.h"
#include "utils/wait_event.h"
}

namespace dv::engine {

namespace {

/* Where a run is in the file. Those of one level are merged into one of the next when there are so many. */
struct Run
{
	int64 from;
	int64 to;
	int level;
};

constexpr int most_of_level = 128;
constexpr Size largest_buffer = Size{64} * 1024;
constexpr Size smallest_buffer = Size{8} * 1024;

/* A run while it is read. */
struct Cursor
{
	int64 at; /* of what is not yet in the buffer */
	int64 to;
	char *buffer;
	Size room;
	Size begin; /* of what is not yet read, in the buffer */
	Size end;
	Entry *head;
};

} // namespace

struct Runs
{
	MemoryContext context;
	File file;
	int64 end; /* of the file */
	pg::Vec<Run> all;
	/* while one is written */
	char *buffer;
	Size filled;
	/* while they are read */
	MemoryContext reading;
	pg::Vec<Cursor> cursors; /* a heap, the least head first */
	bool begun;
};

namespace {

void
write_out(Runs *runs)
{
	Size done = 0;

	while (done < runs->filled)
	{
		auto n = FileWrite(runs->file, runs->buffer + done, static_cast<int>(runs->filled - done), runs->end,
						   WAIT_EVENT_BUFFILE_WRITE);
		if (n <= 0)
			ereport(ERROR, (errcode_for_file_access(),
							errmsg("could not write to file \"%s\": %m", FilePathName(runs->file))));
		done += static_cast<Size>(n);
		runs->end += static_cast<int64>(n);
	}
	runs->filled = 0;
}

void
write_bytes(Runs *runs, const void *data, Size length)
{
	const char *from = static_cast<const char *>(data);

	while (length > 0)
	{
		Size part = Min(length, largest_buffer - runs->filled);
		memcpy(runs->buffer + runs->filled, from, part);
		runs->filled += part;
		from += part;
		length -= part;
		if (runs->filled == largest_buffer)
			write_out(runs);
	}
}

void
write_entry(Runs *runs, const Entry &entry)
{
	static const char padding[MAXIMUM_ALIGNOF] = {};

	write_bytes(runs, &entry, sizeof(Entry));
	if (entry.row == nullptr)
		return;
	write_bytes(runs, entry.row, entry.row->t_len);
	write_bytes(runs, padding, MAXALIGN(entry.row->t_len) - entry.row->t_len);
}

/* So many bytes of the run from its next entry on, in the buffer; false if that was the last. */
bool
read_bytes(Runs *runs, Cursor *cursor, Size length)
{
	if (cursor->end - cursor->begin >= length)
		return true;
	if (cursor->begin == cursor->end && cursor->at == cursor->to)
		return false;
	CHECK_FOR_INTERRUPTS();
	if (length > cursor->room)
	{
		Size room = Max(length, cursor->room * 2);
		cursor->buffer = static_cast<char *>(repalloc_huge(cursor->buffer, room));
		cursor->room = room;
	}
	memmove(cursor->buffer, cursor->buffer + cursor->begin, cursor->end - cursor->begin);
	cursor->end -= cursor->begin;
	cursor->begin = 0;
	while (cursor->end < cursor->room && cursor->at < cursor->to)
	{
		int64 part = Min(static_cast<int64>(cursor->room - cursor->end), cursor->to - cursor->at);
		auto n = FileRead(runs->file, cursor->buffer + cursor->end, static_cast<int>(Min(part, MaxAllocSize)),
						  cursor->at, WAIT_EVENT_BUFFILE_READ);
		if (n <= 0)
			ereport(ERROR, (errcode_for_file_access(),
							errmsg("could not read from file \"%s\": %m", FilePathName(runs->file))));
		cursor->end += static_cast<Size>(n);
		cursor->at += static_cast<int64>(n);
	}
	if (cursor->end < length)
		elog(ERROR, "a temporary file is too short");
	return true;
}

/* The next entry, to the head; false at the end. */
bool
advance(Runs *runs, Cursor *cursor)
{
	if (!read_bytes(runs, cursor, sizeof(Entry)))
		return false;
	Size length = sizeof(Entry);
	if (reinterpret_cast<Entry *>(cursor->buffer + cursor->begin)->row != nullptr)
	{
		(void) read_bytes(runs, cursor, length + SizeofMinimalTupleHeader);
		length += MAXALIGN(reinterpret_cast<MinimalTuple>(cursor->buffer + cursor->begin + length)->t_len);
		(void) read_bytes(runs, cursor, length);
	}
	cursor->head = reinterpret_cast<Entry *>(cursor->buffer + cursor->begin);
	if (cursor->head->row != nullptr)
		cursor->head->row = reinterpret_cast<MinimalTuple>(cursor->buffer + cursor->begin + sizeof(Entry));
	cursor->begin += length;
	return true;
}

/* Puts the cursor at `hole` of the heap where it belongs. */
void
sift_down(Runs *runs, int hole)
{
	Cursor moved = runs->cursors[hole];
	int n = runs->cursors.n;

	for (int child = 2 * hole + 1; child < n; child = 2 * hole + 1)
	{
		if (child + 1 < n && is_before(*runs->cursors[child + 1].head, *runs->cursors[child].head))
			child++;
		if (!is_before(*runs->cursors[child].head, *moved.head))
			break;
		runs->cursors[hole] = runs->cursors[child];
		hole = child;
	}
	runs->cursors[hole] = moved;
}

void
begin_merge(Runs *runs, int first)
{
	MemoryContextReset(runs->reading);
	MemoryContext before = MemoryContextSwitchTo(runs->reading);
	int n = runs->all.n - first;
	Size room = Max(smallest_buffer, Min(largest_buffer, static_cast<Size>(work_mem) * 1024 / static_cast<Size>(n)));

	runs->cursors = pg::Vec<Cursor>{};
	for (int i = first; i < runs->all.n; i++)
	{
		Cursor cursor{runs->all[i].from, runs->all[i].to, static_cast<char *>(palloc(room)), room, 0, 0, nullptr};
		if (advance(runs, &cursor))
			runs->cursors.push(cursor);
	}
	for (int i = runs->cursors.n / 2 - 1; i >= 0; i--)
		sift_down(runs, i);
	runs->begun = false;
	MemoryContextSwitchTo(before);
}

void
end_run(Runs *runs, int64 from, int level)
{
	write_out(runs);
	runs->all.push(Run{from, runs->end, level});
}

/* Of the runs from `first` on. */
void
merge_runs(Runs *runs, int first)
{
	int64 from = runs->end;
	int level = runs->all[first].level;

	begin_merge(runs, first);
	while (const Entry *entry = next_in_runs(runs))
		write_entry(runs, *entry);
	runs->all.truncate(first);
	end_run(runs, from, level + 1);
	MemoryContextReset(runs->reading);
}

} // namespace

Runs *
begin_runs(MemoryContext context)
{
	Runs *runs = static_cast<Runs *>(MemoryContextAllocZero(context, sizeof(Runs)));

	runs->context = context;
	runs->all.context = context;
	runs->reading = AllocSetContextCreate(context, "deltaview runs", ALLOCSET_DEFAULT_SIZES);
	runs->buffer = static_cast<char *>(MemoryContextAlloc(context, largest_buffer));
	PrepareTempTablespaces();
	runs->file = OpenTemporaryFile(false);
	return runs;
}

void
add_run(Runs *runs, const pg::Vec<Entry> &entries)
{
	int64 from = runs->end;

	for (const Entry &entry : entries)
		write_entry(runs, entry);
	end_run(runs, from, 0);
	while (runs->all.n >= most_of_level && runs->all[runs->all.n - most_of_level].level == runs->all.back().level)
		merge_runs(runs, runs->all.n - most_of_level);
}

void
rewind_runs(Runs *runs)
{
	begin_merge(runs, 0);
}

const Entry *
next_in_runs(Runs *runs)
{
	if (runs->begun && !runs->cursors.empty())
	{
		if (!advance(runs, &runs->cursors[0]))
		{
			runs->cursors[0] = runs->cursors.back();
			runs->cursors.truncate(runs->cursors.n - 1);
		}
		if (!runs->cursors.empty())
			sift_down(runs, 0);
	}
	runs->begun = true;
	return runs->cursors.empty() ? nullptr : runs->cursors[0].head;
}

void
end_runs(Runs *runs)
{
	FileClose(runs->file);
}

} // namespace dv::engine
