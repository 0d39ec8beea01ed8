#pragma once

#include "pg/postgres.hpp"

extern "C" {
#include "lib/stringinfo.h"
}

namespace dv::publish {

/* Writes JSON text, on one line unless pretty. */
struct Json
{
	StringInfo out;
	bool pretty;
	int depth;
	bool comma; /* something stands before, on this level */
};

/* Begins an element of an array, or of the text as a whole. */
void element(Json *json);

/* Begins a member of an object: its value comes next. */
void member(Json *json, const char *name);

/* `bracket` is { or [, and } or ]. */
void open(Json *json, char bracket);
void close(Json *json, char bracket);

void string_value(Json *json, const char *value);

inline void
string_member(Json *json, const char *name, const char *value)
{
	member(json, name);
	string_value(json, value);
}

inline void
bool_member(Json *json, const char *name, bool value)
{
	member(json, name);
	appendStringInfoString(json->out, value ? "true" : "false");
}

void lsn_member(Json *json, const char *name, uint64 lsn);

/* ISO 8601, in UTC. */
void time_member(Json *json, const char *name, int64 time);

} // namespace dv::publish
