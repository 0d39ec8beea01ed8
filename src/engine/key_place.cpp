/*
 * Where in its index a key lies, in 64 bits.
 */
#include "engine/row_bytes.hpp"

extern "C" {
#include "utils/uuid.h"
}

namespace dv::engine {

namespace {

/* Are values equal only if their bytes are, and do these bytes, or the numbers that they are, tell the order? */
bool
has_places(Oid type, Oid collation)
{
	switch (type)
	{
	case INT2OID:
	case INT4OID:
	case INT8OID:
	case DATEOID:
	case TIMESTAMPOID:
	case TIMESTAMPTZOID:
	case UUIDOID:
		return true;
	case TEXTOID:
	case VARCHAROID:
		return get_collation_isdeterministic(collation);
	default:
		return false;
	}
}

/* Of 32 bits at most. */
bool
is_narrow(Oid type)
{
	return type == INT2OID || type == INT4OID || type == DATEOID;
}

uint64
first_bytes(const void *data, Size length)
{
	const unsigned char *bytes = static_cast<const unsigned char *>(data);
	uint64 place = 0;

	for (Size i = 0; i < sizeof(place); i++)
		place = place << 8 | (i < length ? bytes[i] : 0);
	return place;
}

uint64
place_of_number(int64 value)
{
	return static_cast<uint64>(value) ^ UINT64CONST(0x8000000000000000);
}

uint64
place_of_narrow(Oid type, Datum value)
{
	int32 number = type == INT2OID ? DatumGetInt16(value) : DatumGetInt32(value);
	return static_cast<uint32>(number) ^ 0x80000000;
}

} // namespace

Places
make_places(TupleDesc desc, const Shape &shape)
{
	Places places{};

	if (shape.nkeys == 0 || shape.hash != 0)
		return places;
	Form_pg_attribute first = TupleDescAttr(desc, shape.keys[0] - 1);
	Oid type = getBaseType(first->atttypid);
	if (!has_places(type, first->attcollation))
		return places;
	places.leading = type;
	places.columns[0] = shape.keys[0];
	if (shape.nkeys == 1 || !is_narrow(type))
		return places;
	type = getBaseType(TupleDescAttr(desc, shape.keys[1] - 1)->atttypid);
	if (is_narrow(type))
	{
		places.next = type;
		places.columns[1] = shape.keys[1];
	}
	return places;
}

uint64
place_of(const Places &places, TupleTableSlot *slot)
{
	bool isnull;
	if (!OidIsValid(places.leading))
		return 0;
	Datum value = slot_getattr(slot, places.columns[0], &isnull);
	if (isnull)
		return UINT64_MAX;
	if (OidIsValid(places.next))
	{
		Datum next = slot_getattr(slot, places.columns[1], &isnull);
		uint64 rest = isnull ? UINT32_MAX : place_of_narrow(places.next, next);
		return place_of_narrow(places.leading, value) << 32 | rest;
	}
	switch (places.leading)
	{
	case INT2OID:
		return place_of_number(DatumGetInt16(value));
	case INT4OID:
	case DATEOID:
		return place_of_number(DatumGetInt32(value));
	case INT8OID:
	case TIMESTAMPOID:
	case TIMESTAMPTZOID:
		return place_of_number(DatumGetInt64(value));
	case UUIDOID:
		return first_bytes(DatumGetUUIDP(value)->data, UUID_LEN);
	default:
	{
		struct varlena *text = PG_DETOAST_DATUM_PACKED(value);
		uint64 place = first_bytes(VARDATA_ANY(text), VARSIZE_ANY_EXHDR(text));
		if (reinterpret_cast<Pointer>(text) != DatumGetPointer(value))
			pfree(text);
		return place;
	}
	}
}

} // namespace dv::engine
