#include "capture/row_log.hpp"

extern "C" {
#include "commands/tablespace.h"
#include "utils/wait_event.h"
}

namespace dv::capture {

namespace {

constexpr Size smallest_page = 1024;
constexpr Size largest_page = 64 * 1024;
constexpr Size gap_bytes = MAXIMUM_ALIGNOF;

inline Size
memory_limit()
{
	return static_cast<Size>(work_mem) * 1024;
}

/* An entry is its tuple, padded; a gap has length 0. */
inline Size
entry_bytes(const char *entry)
{
	uint32 length = reinterpret_cast<const MinimalTupleData *>(entry)->t_len;
	return length == 0 ? gap_bytes : MAXALIGN(length);
}

/* The file belongs to the whole transaction, whichever subtransaction makes it. */
void
open_file(Pool *pool)
{
	ResourceOwner owner = CurrentResourceOwner;

	PrepareTempTablespaces();
	CurrentResourceOwner = TopTransactionResourceOwner;
	pool->file = OpenTemporaryFile(false);
	CurrentResourceOwner = owner;
}

/* Each page is counted out of memory only when all of it is written, so a failed write loses nothing. */
void
write_page(Pool *pool, Page *page)
{
	uint32 done = 0;

	while (done < page->bytes)
	{
		auto n = FileWrite(pool->file, page->data + done, static_cast<int>(page->bytes - done), pool->file_end + done,
						   WAIT_EVENT_BUFFILE_WRITE);
		if (n <= 0)
			ereport(ERROR, (errcode_for_file_access(),
							errmsg("could not write to file \"%s\": %m", FilePathName(pool->file))));
		done += static_cast<uint32>(n);
	}
	page->offset = pool->file_end;
	pool->file_end += page->bytes;
	pool->in_memory -= page->room;
	pfree(page->data);
	page->data = nullptr;
	page->room = 0;
}

void
spill(Pool *pool)
{
	if (pool->file < 0)
		open_file(pool);
	for (RowLog *log : pool->logs)
	{
		for (; log->nspilled < log->pages.n; log->nspilled++)
		{
			CHECK_FOR_INTERRUPTS();
			write_page(pool, &log->pages[log->nspilled]);
		}
	}
}

void
read_page(Pool *pool, const Page *page, char *to)
{
	uint32 done = 0;

	while (done < page->bytes)
	{
		auto n = FileRead(pool->file, to + done, static_cast<int>(page->bytes - done), page->offset + done,
						  WAIT_EVENT_BUFFILE_READ);
		if (n <= 0)
			ereport(ERROR,
					(errcode_for_file_access(), errmsg("could not read file \"%s\": %m", FilePathName(pool->file))));
		done += static_cast<uint32>(n);
	}
}

void
buffer_page(Reader *reader, const Page *page)
{
	if (reader->buffer == nullptr || reader->room < page->bytes)
	{
		if (reader->buffer != nullptr)
			pfree(reader->buffer);
		reader->buffer = static_cast<char *>(MemoryContextAllocHuge(reader->context, page->bytes));
		reader->room = page->bytes;
	}
	read_page(reader->pool, page, reader->buffer);
	reader->buffered = reader->page;
}

void
add_page(Pool *pool, RowLog *log, Size bytes)
{
	Size most = Min(largest_page, memory_limit() / 4);
	Size room = log->pages.empty() ? smallest_page : 2 * static_cast<Size>(log->pages.back().room);

	room = Max(Max(Min(room, most), smallest_page), bytes);
	if (pool->in_memory + room > memory_limit() && pool->in_memory > 0)
	{
		spill(pool);
		room = Max(most, bytes);
	}
	log->pages.grow(log->pages.n + 1);

	Page page = {};
	page.data = static_cast<char *>(MemoryContextAllocHuge(pool->context, room));
	page.room = static_cast<uint32>(room);
	page.first = log->end;
	log->pages.push(page);
	pool->in_memory += room;
}

} // namespace

void
init_pool(Pool *pool, MemoryContext context)
{
	*pool = Pool{};
	pool->context = context;
	pool->logs.context = context;
	pool->file = -1;
}

void
close_pool(Pool *pool) noexcept
{
	if (pool->file >= 0)
		FileClose(pool->file);
	pool->file = -1;
}

void
init_log(Pool *pool, RowLog *log)
{
	*log = RowLog{};
	log->pages.context = pool->context;
	pool->logs.push(log);
}

char *
reserve_entry(Pool *pool, RowLog *log, Size bytes)
{
	bytes = MAXALIGN(bytes);
	if (log->pages.n == log->nspilled || log->pages.back().room - log->pages.back().bytes < bytes)
		add_page(pool, log, bytes);

	char *entry = log->pages.back().data + log->pages.back().bytes;
	memset(entry, 0, bytes);
	return entry;
}

void
add_entry(RowLog *log, Size bytes)
{
	Page *page = &log->pages.back();

	page->bytes += static_cast<uint32>(MAXALIGN(bytes));
	page->count++;
	log->end++;
}

void
add_gap(Pool *pool, RowLog *log)
{
	reserve_entry(pool, log, gap_bytes);
	add_entry(log, gap_bytes);
}

LogMark
mark_of(const RowLog *log)
{
	LogMark mark = {};

	mark.end = log->end;
	mark.npages = log->pages.n;
	if (mark.npages > 0)
	{
		mark.count = log->pages[mark.npages - 1].count;
		mark.bytes = log->pages[mark.npages - 1].bytes;
	}
	return mark;
}

void
go_back(Pool *pool, RowLog *log, const LogMark &mark) noexcept
{
	for (int i = mark.npages; i < log->pages.n; i++)
	{
		Page *page = &log->pages[i];
		if (page->data != nullptr)
		{
			pool->in_memory -= page->room;
			pfree(page->data);
		}
	}
	log->pages.truncate(mark.npages);
	log->nspilled = Min(log->nspilled, mark.npages);
	log->end = mark.end;
	if (mark.npages > 0)
	{
		log->pages.back().count = mark.count;
		log->pages.back().bytes = mark.bytes;
	}

	/* The file is needed up to the last page of any log; within a log, pages lie in order. */
	pool->file_end = 0;
	for (const RowLog *other : pool->logs)
	{
		if (other->nspilled > 0)
		{
			const Page *last = &other->pages[other->nspilled - 1];
			pool->file_end = Max(pool->file_end, last->offset + last->bytes);
		}
	}
}

Reader
begin_reading(Pool *pool, const RowLog *log, uint64 from, uint64 to)
{
	Reader reader = {};
	int low = 0;
	int high = log->pages.n;

	Assert(from <= to && to <= log->end);
	while (low + 1 < high)
	{
		int middle = low + (high - low) / 2;
		if (log->pages[middle].first <= from)
			low = middle;
		else
			high = middle;
	}
	reader.pool = pool;
	reader.log = log;
	reader.page = low;
	reader.at = high > 0 ? log->pages[low].first : 0;
	reader.to = to;
	reader.buffered = -1;
	reader.context = CurrentMemoryContext;

	MinimalTuple skipped;
	while (reader.at < from && read_entry(&reader, &skipped))
		;
	return reader;
}

bool
read_entry(Reader *reader, MinimalTuple *tuple)
{
	if (reader->at >= reader->to)
		return false;

	const Page *page = &reader->log->pages[reader->page];
	while (reader->at >= page->first + page->count)
	{
		CHECK_FOR_INTERRUPTS();
		page = &reader->log->pages[++reader->page];
		reader->next = 0;
	}
	const char *data = page->data;
	if (data == nullptr)
	{
		if (reader->buffer == nullptr || reader->buffered != reader->page)
			buffer_page(reader, page);
		data = reader->buffer;
	}

	MinimalTuple entry = reinterpret_cast<MinimalTuple>(const_cast<char *>(data + reader->next));
	*tuple = entry->t_len == 0 ? nullptr : entry;
	reader->next += static_cast<uint32>(entry_bytes(data + reader->next));
	reader->at++;
	return true;
}

void
end_reading(Reader *reader)
{
	if (reader->buffer != nullptr)
		pfree(reader->buffer);
	reader->buffer = nullptr;
}

} // namespace dv::capture
