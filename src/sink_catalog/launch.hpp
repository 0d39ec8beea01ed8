#pragma once

/*
 * The workers that run sinks: they are in a module of their own, which is there only where libmongoc was.
 */
#include "pg/postgres.hpp"

extern "C" {
#include "postmaster/bgworker.h"
}

namespace dv::sink_catalog {

inline constexpr const char *module_name = "pg_deltaview_sink";

/* What a worker is started with; the main argument of one that runs a sink is the transaction whose end it waits for. */
struct WorkerArgument
{
	char database[NAMEDATALEN];
	char sink[NAMEDATALEN];
};

/* Has this build a sink? */
bool module_exists();
/* 0A000 where it has none. */
void need_module();

/* Does a worker or the program run the sink, in any session? */
bool runs(const char *sink);
/* Does the session that wanted the sink held still hold it? */
bool is_held(const char *sink);

/* A worker that goes to work after our commit. 53400 of this level, and false, where there is no room for one. */
bool start_worker(const char *sink, int elevel);

/* A worker that compares, and sends messages through the queue in that segment; their first byte says what they are. */
enum class VerifyMessage : char {
	difference = 'd', /* three texts, each ended by NUL: the _id, the view's document, the collection's */
	error = 'e',      /* what it says */
	end = 'z'
};
BackgroundWorkerHandle *start_verification(const char *sink, uint32 segment);

} // namespace dv::sink_catalog
