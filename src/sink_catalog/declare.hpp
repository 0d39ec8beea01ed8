#pragma once

/*
 * The SQL functions that make, run and drop sinks.
 */
#include "pg/postgres.hpp"

extern "C" {
#include "utils/jsonb.h"
}

namespace dv::sink_catalog {

/* Returns the sink's name. */
const char *create_sink(Oid view, const char *server, const char *database, const char *collection, Jsonb *options);

void start_sink(const char *name);
void stop_sink(const char *name);
/* Another generation of the collection's content is copied while the present one goes on being served. */
void reset_sink(const char *name);
void drop_sink(const char *name, bool drop_collection);

/* The workers of all sinks that shall run or be dropped, and that nobody runs. False where there was no room for all. */
bool start_sinks();

/* What the sink's runner calls: for another generation where that one is lost, and when it has cleaned up. */
int32 next_generation(const char *name, int32 generation);
void dropped(const char *name);

} // namespace dv::sink_catalog
