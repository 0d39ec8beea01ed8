#pragma once

/*
 * json and jsonb as documents, arrays and values.
 */
#include "sink/bson/output.hpp"

extern "C" {
#include "utils/jsonb.h"
}

namespace dv::sink {

struct TypedMember;

/* The types of columns from which jsonb was made: of a value, or by name of an object's members; arrays have those of their elements. */
struct JsonTypes
{
	Oid type; /* invalid: as it is */
	int nmembers;
	const TypedMember *members; /* in the order of jsonb */
};

struct TypedMember
{
	Name name; /* in the server's encoding */
	JsonTypes types;
};

/* From what view_catalog has of a view; in CurrentMemoryContext. */
const JsonTypes *read_types(const Jsonb *tree);

bool put_jsonb(Output *out, Name name, Jsonb *value, const JsonTypes *types);
bool put_json(Output *out, Name name, text *value);

/* An element that has been written: from its type to its end. */
struct Span
{
	int start;
	int end;
};

/* The members of an object, into the document that is open. An _id among them must be the one that it has. */
bool put_jsonb_members(Output *out, Jsonb *value, const JsonTypes *types, const Span &id);
bool put_json_members(Output *out, text *value, const Span &id);

bool is_id(Name name);

/* The last element, from `start` on, is an _id: takes it back if it is the same; an integer may be of either size. */
bool drop_id(Output *out, const Span &id, int start);

} // namespace dv::sink
