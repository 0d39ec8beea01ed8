#pragma once

/*
 * BSON as bytes in a memory context, where an ereport may leave them (libbson's own builder has them in malloc's).
 */
#include "pg/postgres.hpp"
#include "pg/vec.hpp"

#include <bson/bson.h>

extern "C" {
#include "lib/stringinfo.h"
}

namespace dv::sink {

enum class Numeric : char { error, string };
enum class Infinity : char { string, null, error };
enum class Time : char { date, string };

struct Options
{
	const char *document; /* the column whose content the document is; null: none */
	Numeric numeric;      /* what has no Decimal128 */
	Infinity infinity;    /* of dates */
	Time timestamp;       /* dates as BSON dates, or as text */
	bool absent_nulls;
};

struct Name
{
	const char *text; /* UTF-8, of any length: not ended by a zero */
	int size;
};

template <size_t n>
constexpr Name
literal(const char (&text)[n])
{
	return {text, static_cast<int>(n - 1)};
}

struct Output
{
	StringInfo bytes;
	const Options *options;
	bool in_key;         /* equal values must have equal bytes */
	int depth;           /* of documents and arrays that are open */
	const char *code;    /* why the row cannot be written; null: it can, so far */
	const char *message; /* the same for people */
	AttrNumber column;   /* of the row, where it is in one */
};

/* The row has no document; returns false, as every function below does then. */
bool refuse(Output *out, const char *code, const char *message);

bool put_null(Output *out, Name name);
bool put_bool(Output *out, Name name, bool value);
bool put_int32(Output *out, Name name, int32 value);
bool put_int64(Output *out, Name name, int64 value);
bool put_double(Output *out, Name name, double value);
bool put_decimal(Output *out, Name name, const bson_decimal128_t &value);
bool put_date(Output *out, Name name, int64 milliseconds); /* since 1970 */
bool put_binary(Output *out, Name name, bson_subtype_t subtype, const char *data, int size);

/* In the server's encoding. */
bool put_text(Output *out, Name name, const char *text, int size);

/* A document or an array, as an element; the place is for its end. */
bool open(Output *out, Name name, bson_type_t type, int *place);
void close(Output *out, int place);

/* A document that is no element. */
void open_root(Output *out, int *place);
bool close_root(Output *out, int place);

/* The name of an element of an array; good until the next call on the same buffer. */
struct Index
{
	char text[12];
};
Name index_name(Index *buffer, int index);

/* Of a member, without a zero in it. */
bool member_name(Output *out, const char *text, int size, Name *name);

/* Of a column; raises where it is not valid. */
Name column_name(const char *name);

/* In UTF-8; null where it is not valid. */
const char *to_utf8(const char *text, int size, int *result_size);

} // namespace dv::sink
