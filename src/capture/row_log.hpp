#pragma once

/*
 * An append-only log of minimal tuples, kept until the end of the transaction.
 *
 * Entries lie one after the other in pages.  Pages are in memory until those of
 * all logs of a pool exceed work_mem; then all are written to the pool's one
 * temporary file, each where it fits after the last one still needed, and their
 * memory is freed.  Only the descriptions of pages stay (some 40 bytes per 64 kB).
 *
 * A mark says where a log ended; going back to it is bookkeeping, no I/O, and
 * cannot fail.
 */
#include "pg/postgres.hpp"
#include "pg/vec.hpp"

extern "C" {
#include "storage/fd.h"
}

namespace dv::capture {

struct Page
{
	char *data;   /* nullptr once it is in the file */
	int64 offset; /* in the file */
	uint64 first; /* position of its first entry */
	uint32 count;
	uint32 bytes;
	uint32 room;
};

struct RowLog
{
	pg::Vec<Page> pages;
	int nspilled; /* the pages before this one are in the file */
	uint64 end;   /* entries */
};

/* Where a log ended. All zero is the beginning. */
struct LogMark
{
	uint64 end;
	int npages;
	uint32 count; /* of the last page then */
	uint32 bytes;
};

/* What all logs of a transaction share. */
struct Pool
{
	MemoryContext context;
	pg::Vec<RowLog *> logs;
	Size in_memory; /* bytes of pages */
	File file;      /* -1 while there is none */
	int64 file_end;
};

void init_pool(Pool *pool, MemoryContext context);

/* Closes the file. The memory goes with the context. */
void close_pool(Pool *pool) noexcept;

void init_log(Pool *pool, RowLog *log);

/* Zeroed and aligned room for an entry of `bytes`; it counts only once add_entry says so. */
char *reserve_entry(Pool *pool, RowLog *log, Size bytes);
void add_entry(RowLog *log, Size bytes);

/* An entry without a tuple: takes a position, is read as nullptr. */
void add_gap(Pool *pool, RowLog *log);

LogMark mark_of(const RowLog *log);
void go_back(Pool *pool, RowLog *log, const LogMark &mark) noexcept;

/* Reads [from, to) in order. The log must not change meanwhile. */
struct Reader
{
	Pool *pool;
	const RowLog *log;
	uint64 at;
	uint64 to;
	int page;
	uint32 next;  /* in the page */
	char *buffer; /* for a page that is in the file, */
	int buffered; /* that one, or -1 */
	Size room;
	MemoryContext context;
};

Reader begin_reading(Pool *pool, const RowLog *log, uint64 from, uint64 to);

/* False at the end. The tuple is readable until the next call; it is nullptr for a gap. */
bool read_entry(Reader *reader, MinimalTuple *tuple);

void end_reading(Reader *reader);

} // namespace dv::capture
