#pragma once

/*
 * Values of any type, by a plan that is compiled once.
 */
#include "sink/bson/json.hpp"

extern "C" {
#include "utils/typcache.h"
}

namespace dv::sink {

enum class Kind : char {
	boolean,
	int2,
	int4,
	int8,
	float4,
	float8,
	numeric,
	text,
	bytea,
	uuid,
	time, /* date, timestamp, timestamptz */
	json,
	jsonb,
	array,
	composite,
	range,
	multirange,
	other /* its output text */
};

struct Value;

struct Field
{
	AttrNumber attno;
	Name name;
	Value *value;
};

struct Value
{
	Kind kind;
	Oid type; /* a domain's base */
	FmgrInfo output;
	Value *element; /* of an array, its elements; of a range, its bounds; of a multirange, its ranges */
	int16 element_size;
	bool element_by_value;
	char element_align;
	TypeCacheEntry *range;
	uint64 identifier; /* of a composite type as it is now */
	TupleDesc desc;
	pg::Vec<Field> fields;
	const JsonTypes *types;
};

/* In CurrentMemoryContext, which the plan remembers: a composite type may change. */
Value *compile_value(Oid type);

/* Does the text depend on DateStyle or the like? */
bool reads_settings(const Value *value);

bool put_value(Output *out, Name name, Value *value, Datum datum);

/* As far as the values are not null, and NULL as the sink has it. */
bool put_fields(Output *out, const pg::Vec<Field> &fields, const Datum *values, const bool *nulls);

} // namespace dv::sink
