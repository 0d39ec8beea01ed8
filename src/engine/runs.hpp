#pragma once

/*
 * Sorted runs of entries in a temporary file, and the merge of them.  A row is there with its entry, padded.
 */
#include "engine/entries.hpp"

namespace dv::engine {

struct Runs;
Runs *begin_runs(MemoryContext context);
/* One more run; the entries are in order. */
void add_run(Runs *runs, const pg::Vec<Entry> &entries);
/* To the first of all entries. */
void rewind_runs(Runs *runs);
/* The next one in the order of all; its row, if it has one, good until the next call. */
const Entry *next_in_runs(Runs *runs);
void end_runs(Runs *runs);

} // namespace dv::engine
