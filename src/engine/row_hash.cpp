/*
 * Hashes of rows: by key and by image.  What a hash needs on the way lives in
 * the hasher's scratch context, which every row resets.
 */
#include "engine/row_bytes.hpp"

extern "C" {
#include "common/hashfn.h"
#include "utils/uuid.h"
}

namespace dv::engine {

/* Values of a byte at least. */
constexpr int most_exact = 16;

/* Where in 128 bits a value stands. */
struct Part128
{
	bool low;
	int shift;
	uint64 mask; /* of the value */
};

struct Hasher
{
	MemoryContext scratch;
	StringInfoData bytes; /* of the row at hand */
	int nkeys;
	AttrNumber *keys;
	KeyType **key_types;
	bool plain;                /* the columns before the hash column are all passed by value */
	bool exact;                /* the key is values of 16 bytes together: they take the place of its hash, */
	Part128 parts[most_exact]; /* each there */
	Places places;
	int ncolumns;
	int nvisible;
	AttrNumber hash;
	ImageType *columns;
	pg_uuid_t uuid; /* what set_hash_column made last */
};

namespace {

/* Arbitrary, but fixed for ever: the hash column is stored. */
constexpr uint64 seed_hi = UINT64CONST(0x8d3f1c6b52a907e5);
constexpr uint64 seed_lo = UINT64CONST(0x27b4e89d1f60c3a7);

/* Values longer than this go in by their own hash. */
constexpr Size longest_inline = 64;

Hash128
hash_bytes128(const void *data, Size length)
{
	const unsigned char *bytes = static_cast<const unsigned char *>(data);

	return {hash_bytes_extended(bytes, static_cast<int>(length), seed_hi),
			hash_bytes_extended(bytes, static_cast<int>(length), seed_lo)};
}

/* Every step can be undone, so that what differs still does. */
uint64
scramble(uint64 bits)
{
	bits = (bits ^ seed_hi) * UINT64CONST(0x9d6f0a4be1c85737);
	bits ^= bits >> 29;
	bits *= UINT64CONST(0xc3a5d10f7b49e265);
	return bits ^ bits >> 32;
}

uint64
bits_of(Datum value, int length)
{
	Datum stored = 0;

	store_att_byval(&stored, value, length);
	return stored;
}

/* The hash column is the last column where there is one, and may be missing from a computed row. */
int
nstate(const Hasher *hasher)
{
	return hasher->hash != 0 ? hasher->hash - 1 : hasher->ncolumns;
}

/* The hash of words that come one by one. */
void
absorb(Hash128 *hash, uint64 bits)
{
	hash->hi = scramble(hash->hi ^ bits);
	hash->lo = (hash->lo + bits) * UINT64CONST(0xb7e3c59a04d28f61);
	hash->lo ^= hash->lo >> 31;
	hash->lo *= UINT64CONST(0x8ac91e6d53f7042b);
	hash->lo ^= hash->lo >> 27;
}

/* Of columns that are all passed by value. */
Hash128
plain_hash(const Hasher *hasher, TupleTableSlot *slot, int ncolumns)
{
	Hash128 hash{seed_hi, seed_lo};
	uint64 nulls = 0;

	slot_getsomeattrs(slot, ncolumns);
	for (int i = 0; i < ncolumns; i++)
	{
		bool isnull = slot->tts_isnull[i];

		absorb(&hash, isnull ? 0 : bits_of(slot->tts_values[i], hasher->columns[i].length));
		nulls = nulls << 1 | (isnull ? 1 : 0);
		if (i % 64 == 63)
			absorb(&hash, nulls);
	}
	absorb(&hash, nulls);
	return hash;
}

Hash128
image_hash(Hasher *hasher, TupleTableSlot *slot, int ncolumns)
{
	MemoryContext old = MemoryContextSwitchTo(hasher->scratch);
	StringInfo bytes = &hasher->bytes;
	Hash128 result;

	resetStringInfo(bytes);
	slot_getsomeattrs(slot, Min(ncolumns, slot->tts_tupleDescriptor->natts));
	for (int i = 0; i < ncolumns; i++)
		if (i + 1 != hasher->hash)
			put_image(bytes, &hasher->columns[i], slot->tts_values[i], slot->tts_isnull[i]);
	result = hash_of(bytes);
	MemoryContextSwitchTo(old);
	MemoryContextReset(hasher->scratch);
	return result;
}

} // namespace

namespace {

inline void
put_raw(StringInfo out, const void *data, Size length)
{
	if (out->len + static_cast<int>(length) >= out->maxlen)
		enlargeStringInfo(out, static_cast<int>(length));
	memcpy(out->data + out->len, data, length);
	out->len += static_cast<int>(length);
}

} // namespace

void
put_bytes(StringInfo out, const void *data, Size length)
{
	uint32 n = static_cast<uint32>(length);

	put_raw(out, &n, sizeof(n));
	if (length <= longest_inline)
		put_raw(out, data, length);
	else
	{
		Hash128 hash = hash_bytes128(data, length);

		appendBinaryStringInfo(out, reinterpret_cast<char *>(&hash), sizeof(hash));
	}
}

Hash128
hash_of(StringInfo bytes)
{
	return hash_bytes128(bytes->data, static_cast<Size>(bytes->len));
}

void
make_image_type(ImageType *type, Oid typid, MemoryContext context)
{
	Oid base = getBaseType(typid);
	char typtype = get_typtype(base);
	Oid output;
	bool varlena;

	type->length = get_typlen(base);
	if (typtype != TYPTYPE_BASE || OidIsValid(get_element_type(base)) || base == RECORDOID || base == TSVECTOROID)
		type->kind = ImageType::text;
	else if (get_typbyval(base))
		type->kind = ImageType::by_value;
	else if (type->length > 0)
		type->kind = ImageType::fixed;
	else
		type->kind = type->length == -1 ? ImageType::varlena : ImageType::cstring;
	if (type->kind == ImageType::text)
	{
		getTypeOutputInfo(base, &output, &varlena);
		fmgr_info_cxt(output, &type->output, context);
	}
}

void
put_image(StringInfo out, ImageType *type, Datum value, bool isnull)
{
	appendStringInfoChar(out, isnull ? 'n' : 'v');
	if (isnull)
		return;
	switch (type->kind)
	{
	case ImageType::by_value:
	{
		uint64 bits = bits_of(value, type->length);

		put_raw(out, &bits, static_cast<Size>(type->length));
		break;
	}
	case ImageType::fixed:
		put_raw(out, DatumGetPointer(value), static_cast<Size>(type->length));
		break;
	case ImageType::varlena:
	{
		struct varlena *bytes = PG_DETOAST_DATUM_PACKED(value);

		put_bytes(out, VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes));
		if (reinterpret_cast<Pointer>(bytes) != DatumGetPointer(value))
			pfree(bytes);
		break;
	}
	case ImageType::cstring:
		put_bytes(out, DatumGetCString(value), strlen(DatumGetCString(value)));
		break;
	case ImageType::text:
	{
		char *text = OutputFunctionCall(&type->output, value);

		put_bytes(out, text, strlen(text));
		pfree(text);
		break;
	}
	}
}

namespace {

/* False if the key's values do not fit, or are told apart by more than their bits. */
bool
find_parts(Hasher *hasher)
{
	int taken[2] = {};

	for (int i = 0; i < hasher->nkeys; i++)
	{
		if (!is_by_value(hasher->key_types[i]))
			return false;
		int bits = 8 * hasher->columns[hasher->keys[i] - 1].length;
		bool low = taken[0] + bits > 64;
		if (taken[low] + bits > 64)
			return false;
		hasher->parts[i] = Part128{low, taken[low], UINT64_MAX >> (64 - bits)};
		taken[low] += bits;
	}
	return true;
}

} // namespace

Hasher *
make_hasher(TupleDesc desc, const Shape &shape, MemoryContext context)
{
	MemoryContext old = MemoryContextSwitchTo(context);
	Hasher *hasher = static_cast<Hasher *>(palloc0(sizeof(Hasher)));

	hasher->scratch = AllocSetContextCreate(context, "deltaview row hash", ALLOCSET_DEFAULT_SIZES);
	initStringInfo(&hasher->bytes);
	hasher->ncolumns = desc->natts;
	hasher->nvisible = shape.nvisible;
	hasher->hash = shape.hash;
	hasher->nkeys = shape.nkeys;
	hasher->keys = static_cast<AttrNumber *>(palloc0(sizeof(AttrNumber) * static_cast<Size>(shape.nkeys + 1)));
	hasher->key_types = static_cast<KeyType **>(palloc0(sizeof(KeyType *) * static_cast<Size>(shape.nkeys + 1)));
	hasher->columns = static_cast<ImageType *>(palloc0(sizeof(ImageType) * static_cast<Size>(desc->natts + 1)));
	for (int i = 0; i < desc->natts; i++)
		if (!TupleDescAttr(desc, i)->attisdropped)
			make_image_type(&hasher->columns[i], TupleDescAttr(desc, i)->atttypid, context);
	hasher->plain = true;
	for (int i = 0; i < nstate(hasher); i++)
		hasher->plain = hasher->plain && hasher->columns[i].kind == ImageType::by_value;
	hasher->places = make_places(desc, shape);
	for (int i = 0; i < shape.nkeys; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, shape.keys[i] - 1);

		hasher->keys[i] = shape.keys[i];
		hasher->key_types[i] = make_key_type(att->atttypid, att->attcollation, context);
		if (hasher->key_types[i] == nullptr)
			ereport(ERROR,
					(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
					 errmsg("column \"%s\" of type %s cannot be part of a view's key", NameStr(att->attname),
							format_type_be(att->atttypid)),
					 errdetail("The type has neither a hash operator class nor a B-tree one whose equality is that of "
							   "the image.")));
	}
	hasher->exact = shape.nkeys > 0 && shape.hash == 0 && find_parts(hasher);
	MemoryContextSwitchTo(old);
	return hasher;
}

bool
exact_key(const Hasher *hasher, const Datum *values, const bool *nulls, Hash128 *key)
{
	uint64 bits[2] = {};

	for (int i = 0; hasher->exact && i < hasher->nkeys; i++)
	{
		const Part128 &part = hasher->parts[i];

		if (nulls[i])
			return false;
		bits[part.low] |= (values[i] & part.mask) << part.shift;
	}
	key->hi = scramble(bits[0]);
	key->lo = scramble(bits[1] ^ key->hi);
	return hasher->exact;
}

Hash128
key_hash(Hasher *hasher, TupleTableSlot *slot)
{
	StringInfo bytes = &hasher->bytes;
	Hash128 result;

	Datum values[most_exact];
	bool nulls[most_exact];

	for (int i = 0; hasher->exact && i < hasher->nkeys; i++)
		values[i] = slot_getattr(slot, hasher->keys[i], &nulls[i]);
	if (exact_key(hasher, values, nulls, &result))
		return result;
	MemoryContext old = MemoryContextSwitchTo(hasher->scratch);
	resetStringInfo(bytes);
	for (int i = 0; i < hasher->nkeys; i++)
	{
		bool isnull;
		Datum value = slot_getattr(slot, hasher->keys[i], &isnull);

		put_key(bytes, hasher->key_types[i], value, isnull);
	}
	result = hash_of(bytes);
	MemoryContextSwitchTo(old);
	MemoryContextReset(hasher->scratch);
	return result;
}

uint64
key_place(const Hasher *hasher, TupleTableSlot *slot)
{
	return place_of(hasher->places, slot);
}

Hash128
content_hash(Hasher *hasher, TupleTableSlot *slot)
{
	return image_hash(hasher, slot, hasher->nvisible);
}

Hash128
state_hash(Hasher *hasher, TupleTableSlot *slot)
{
	return hasher->plain ? plain_hash(hasher, slot, nstate(hasher)) : image_hash(hasher, slot, nstate(hasher));
}

Hash128
identity_hash(Hasher *hasher, const Shape &shape, TupleTableSlot *slot)
{
	return shape.identity == Identity::content ? content_hash(hasher, slot) : key_hash(hasher, slot);
}

void
hash_to_uuid(const Hash128 &hash, unsigned char *uuid)
{
	for (int i = 0; i < 8; i++)
	{
		uuid[i] = static_cast<unsigned char>(hash.hi >> (56 - 8 * i));
		uuid[8 + i] = static_cast<unsigned char>(hash.lo >> (56 - 8 * i));
	}
}

void
set_hash_column(Hasher *hasher, const Shape &shape, TupleTableSlot *slot)
{
	if (shape.hash == 0)
		return;
	hash_to_uuid(identity_hash(hasher, shape, slot), hasher->uuid.data);
	slot->tts_values[shape.hash - 1] = UUIDPGetDatum(&hasher->uuid);
	slot->tts_isnull[shape.hash - 1] = false;
}

} // namespace dv::engine
