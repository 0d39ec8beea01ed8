#pragma once

/*
 * Counters per view, kept outside transactions: a file of fixed-size slots under pg_stat_tmp, mapped by every
 * backend, updated with atomics.  No preload, no catalog write by a commit.  They start anew with the server.
 */
#include "pg/postgres.hpp"

namespace dv::engine {

struct Counters
{
	int64 flushes;
	int64 incremental; /* flushes taken in by deltas */
	int64 complete;    /* flushes taken in by recompute and difference */
	int64 rows_in;     /* rows of base-table deltas */
	int64 rows_out;    /* view rows written */
	int64 usec;        /* time spent */
	int64 lock_waits;
	int64 escalations;
};

void count(Oid view, const Counters &delta) noexcept;
void record_error(Oid view, const char *message) noexcept;
/* False if nothing is known of the view. last_error has room for 256 bytes. */
bool read_counters(Oid view, Counters *counters, char *last_error);
void drop_counters(Oid view) noexcept;

} // namespace dv::engine
