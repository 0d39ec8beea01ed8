#pragma once

/*
 * Values as JSON: what to_json makes of them, under settings of our own.
 */
#include "pg/postgres.hpp"

extern "C" {
#include "lib/stringinfo.h"
}

namespace dv::publish {

struct ValueWriter
{
	FmgrInfo function; /* to_json for this type, or the type's output function */
	bool as_text;      /* the latter: the value becomes a string */
	bool is_document;  /* json or jsonb */
	bool is_number;
	bool settings_matter; /* the text depends on DateStyle or the like */
};

/* In CurrentMemoryContext. */
ValueWriter *make_writer(Oid type, int32 typmod);

void write_value(StringInfo out, ValueWriter *writer, Datum value, bool numbers_as_strings);

/* Is this the JSON null, which is written as SQL's NULL is? */
bool is_json_null(const ValueWriter *writer, const char *written);

/* The type's name, with a schema unless that is pg_catalog, whatever the search path is. */
char *type_name(Oid type, int32 typmod);

} // namespace dv::publish
