#pragma once

/*
 * Values as bytes, for hashing.  Two ways: the image of a value, and its
 * equality class: bytes that are equal exactly where the type's default `=`
 * says so.  The types' own hash functions do not serve: they are made to
 * spread, not to tell apart (int8's folds 64 bits into 32, numeric's forgets
 * the sign, an array's the dimensions), so that no seed parts what they merge.
 */
#include "engine/apply.hpp"

extern "C" {
#include "lib/stringinfo.h"
}

namespace dv::engine {

/* A value of variable length goes in with its length, so that no two lists of values have the same bytes. */
void put_bytes(StringInfo out, const void *data, Size length);

Hash128 hash_of(StringInfo bytes);

/* How the image of a type's values is written. */
struct ImageType
{
	enum Kind : char { by_value, fixed, varlena, cstring, text } kind;
	int16 length;
	FmgrInfo output; /* text: values whose image depends on how they were made are written by their output function */
};

void make_image_type(ImageType *type, Oid typid, MemoryContext context);
void put_image(StringInfo out, ImageType *type, Datum value, bool isnull);

/* How the equality class of a type's values is written; nullptr if the type has no usable `=`. */
struct KeyType;
KeyType *make_key_type(Oid typid, Oid collation, MemoryContext context);
void put_key(StringInfo out, KeyType *type, Datum value, bool isnull);
/* Are values, passed by value, equal exactly where their images are? */
bool is_by_value(const KeyType *type);

/*
 * Where values of 16 bytes together are the key: key_hash() of them, which is unlike that of all other keys. False where
 * it must be asked.
 */
bool exact_key(const Hasher *hasher, const Datum *values, const bool *nulls, Hash128 *key);

/* Hash of the image of every column but the hash column: of the state that no user sees, too. */
Hash128 state_hash(Hasher *hasher, TupleTableSlot *slot);

/* What the hash column holds, and what rows are told apart by: the key's hash, or the content's if there is no key. */
Hash128 identity_hash(Hasher *hasher, const Shape &shape, TupleTableSlot *slot);

/*
 * About where a row's key lies in the index on the key columns: rows written in this order, and by hash where it is the same,
 * come to neighbouring pages.  Keys that are equal have the same place, in every backend.
 */
uint64 key_place(const Hasher *hasher, TupleTableSlot *slot);

/* What tells a key's place. */
struct Places
{
	Oid leading; /* the first key column's type if the index begins with it and places are known, or invalid */
	Oid next;    /* the second's, if both have 32 bits at most: then both make the place; or invalid */
	AttrNumber columns[2];
};
Places make_places(TupleDesc desc, const Shape &shape);
uint64 place_of(const Places &places, TupleTableSlot *slot);

void hash_to_uuid(const Hash128 &hash, unsigned char *uuid);

} // namespace dv::engine
