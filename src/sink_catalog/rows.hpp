#pragma once

/*
 * Sinks: the rows of deltaview.sink_catalog, read and written natively, so that the latest state counts.  Who reads a
 * row to change it locks the sinks first.
 */
#include "pg/postgres.hpp"
#include "pg/vec.hpp"

extern "C" {
#include "utils/jsonb.h"
}

namespace dv::sink_catalog {

/* What a sink's runner shall do; the names are those in the catalog. */
enum class Wanted : char { run, stop, drop, drop_with_collection };

struct Sink
{
	const char *name;
	Oid view; /* may be gone */
	const char *server;
	const char *database;
	const char *collection;
	Oid owner;        /* the view's, or who that was */
	Jsonb *options;   /* as given */
	const char *slot; /* without the generation */
	Wanted wanted;
	int32 generation; /* of the collection's content: each is copied anew */
};

inline bool
is_going(const Sink &sink)
{
	return sink.wanted == Wanted::drop || sink.wanted == Wanted::drop_with_collection;
}

const char *name_of(Wanted wanted);

/* To the end of the transaction. */
void lock_sinks();

/* None where the extension is not installed. */
pg::Vec<Sink> read_sinks();
bool find_sink(const char *name, Sink *sink);

/* 42704 if there is none, 42501 for another's. */
Sink owned_sink(const char *name);

/* Each notifies the sink's runner. */
void add_sink(const Sink &sink);
void update_sink(const Sink &sink);
/* What was reported of it as well. */
void remove_sink(const char *name);

/* It has been stopped ever since it was made: there is no slot. */
bool never_ran(const char *name);

void notify(const char *name);

} // namespace dv::sink_catalog
