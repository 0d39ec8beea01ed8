#include "sink/bson/values.hpp"

#include "sink/bson/dates.hpp"
#include "sink/bson/numbers.hpp"

#include <cmath>

extern "C" {
#include "common/shortest_dec.h"
#include "utils/multirangetypes.h"
#include "utils/rangetypes.h"
#include "utils/uuid.h"
}

namespace dv::sink {

namespace {

Kind
scalar_kind(Oid type)
{
	switch (type)
	{
	case BOOLOID:
		return Kind::boolean;
	case INT2OID:
		return Kind::int2;
	case INT4OID:
		return Kind::int4;
	case INT8OID:
		return Kind::int8;
	case FLOAT4OID:
		return Kind::float4;
	case FLOAT8OID:
		return Kind::float8;
	case NUMERICOID:
		return Kind::numeric;
	case TEXTOID:
	case VARCHAROID:
	case BPCHAROID:
		return Kind::text;
	case BYTEAOID:
		return Kind::bytea;
	case UUIDOID:
		return Kind::uuid;
	case DATEOID:
	case TIMESTAMPOID:
	case TIMESTAMPTZOID:
		return Kind::time;
	case JSONOID:
		return Kind::json;
	case JSONBOID:
		return Kind::jsonb;
	default:
		return Kind::other;
	}
}

void
compile_other(Value *value)
{
	Oid function;
	bool varlena;

	getTypeOutputInfo(value->type, &function, &varlena);
	fmgr_info(function, &value->output);
}

/* The columns of a composite type as it is now. */
void
compile_fields(Value *value, TypeCacheEntry *type)
{
	value->identifier = type->tupDesc_identifier;
	value->desc = CreateTupleDescCopy(type->tupDesc);
	value->fields.clear();
	for (int i = 0; i < value->desc->natts; i++)
	{
		const FormData_pg_attribute *attribute = TupleDescAttr(value->desc, i);

		if (!attribute->attisdropped)
			value->fields.push(
				{attribute->attnum, column_name(NameStr(attribute->attname)), compile_value(attribute->atttypid)});
	}
}

TypeCacheEntry *
composite_type(Oid type)
{
	TypeCacheEntry *entry = lookup_type_cache(type, TYPECACHE_TUPDESC);

	if (entry->tupDesc == nullptr)
		ereport(ERROR, (errcode(ERRCODE_WRONG_OBJECT_TYPE), errmsg("type %s is not composite", format_type_be(type))));
	return entry;
}

/* A composite type may get another column while its tables stay. */
void
refresh_fields(Value *value)
{
	TypeCacheEntry *type = composite_type(value->type);

	if (type->tupDesc_identifier == value->identifier)
		return;
	MemoryContext old = MemoryContextSwitchTo(value->fields.context);
	compile_fields(value, type);
	MemoryContextSwitchTo(old);
}

void
compile_range(Value *value, TypeCacheEntry *entry)
{
	value->range = entry;
	value->element = compile_value(entry->rngelemtype->type_id);
}

bool
put_output(Output *out, Name name, Value *value, Datum datum)
{
	const char *text = OutputFunctionCall(&value->output, datum);

	return put_text(out, name, text, static_cast<int>(strlen(text)));
}

/* As short as can be, read as the double nearest to that: 0.1 is 0.1. */
bool
put_float4(Output *out, Name name, float4 value)
{
	char text[FLOAT_SHORTEST_DECIMAL_LEN];

	if (!std::isfinite(value))
		return put_float(out, name, value);
	(void) float_to_shortest_decimal_buf(value, text);
	return put_float(out, name, strtod(text, nullptr));
}

struct Elements
{
	Value *value;
	Datum *datums;
	bool *nulls;
	const int *sizes; /* of the dimensions */
	int ndims;
};

/* A dimension from element `*at` on, which moves on. */
bool
put_dimension(Output *out, Name name, const Elements &elements, int dimension, int *at)
{
	Index buffer;
	int place;

	if (!open(out, name, BSON_TYPE_ARRAY, &place))
		return false;
	for (int i = 0; dimension < elements.ndims && i < elements.sizes[dimension]; i++)
	{
		Name index = index_name(&buffer, i);
		bool written;

		if (dimension + 1 < elements.ndims)
			written = put_dimension(out, index, elements, dimension + 1, at);
		else
		{
			written = elements.nulls[*at] ? put_null(out, index)
										  : put_value(out, index, elements.value, elements.datums[*at]);
			++*at;
		}
		if (!written)
			return false;
	}
	close(out, place);
	return true;
}

bool
put_array(Output *out, Name name, Value *value, Datum datum)
{
	ArrayType *array = DatumGetArrayTypeP(datum);
	Elements elements = {value->element, nullptr, nullptr, ARR_DIMS(array), ARR_NDIM(array)};
	int count;
	int at = 0;

	deconstruct_array(array, ARR_ELEMTYPE(array), value->element_size, value->element_by_value, value->element_align,
					  &elements.datums, &elements.nulls, &count);
	return put_dimension(out, name, elements, 0, &at);
}

bool
put_composite(Output *out, Name name, Value *value, Datum datum)
{
	HeapTupleHeader header = DatumGetHeapTupleHeader(datum);
	HeapTupleData tuple = {};
	int place;

	refresh_fields(value);
	Datum *values = static_cast<Datum *>(palloc(sizeof(Datum) * Max(value->desc->natts, 1)));
	bool *nulls = static_cast<bool *>(palloc(sizeof(bool) * Max(value->desc->natts, 1)));
	tuple.t_len = HeapTupleHeaderGetDatumLength(header);
	tuple.t_data = header;
	heap_deform_tuple(&tuple, value->desc, values, nulls);
	if (!open(out, name, BSON_TYPE_DOCUMENT, &place) || !put_fields(out, value->fields, values, nulls))
		return false;
	close(out, place);
	return true;
}

bool
put_bound(Output *out, Name name, const Value *range, const RangeBound &bound, bool empty)
{
	return empty || bound.infinite ? put_null(out, name) : put_value(out, name, range->element, bound.val);
}

bool
put_range(Output *out, Name name, const Value *value, RangeType *range)
{
	RangeBound lower;
	RangeBound upper;
	bool empty;
	int place;

	range_deserialize(value->range, range, &lower, &upper, &empty);
	if (!open(out, name, BSON_TYPE_DOCUMENT, &place) || !put_bound(out, literal("lower"), value, lower, empty) ||
		!put_bound(out, literal("upper"), value, upper, empty) ||
		!put_bool(out, literal("lower_inclusive"), !empty && lower.inclusive) ||
		!put_bool(out, literal("upper_inclusive"), !empty && upper.inclusive) ||
		!put_bool(out, literal("empty"), empty))
		return false;
	close(out, place);
	return true;
}

bool
put_multirange(Output *out, Name name, Value *value, Datum datum)
{
	RangeType **ranges;
	int32 count;
	Index buffer;
	int place;

	multirange_deserialize(value->range, DatumGetMultirangeTypeP(datum), &count, &ranges);
	if (!open(out, name, BSON_TYPE_ARRAY, &place))
		return false;
	for (int i = 0; i < count; i++)
		if (!put_range(out, index_name(&buffer, i), value, ranges[i]))
			return false;
	close(out, place);
	return true;
}

} // namespace

Value *
compile_value(Oid type)
{
	Value *value = static_cast<Value *>(palloc0(sizeof(Value)));

	value->type = getBaseType(type);
	value->kind = scalar_kind(value->type);
	if (value->kind != Kind::other)
		return value;

	Oid element = get_element_type(value->type);
	switch (OidIsValid(element) ? TYPTYPE_BASE : get_typtype(value->type))
	{
	case TYPTYPE_COMPOSITE:
		value->kind = Kind::composite;
		value->fields.context = CurrentMemoryContext;
		compile_fields(value, composite_type(value->type));
		break;
	case TYPTYPE_RANGE:
		value->kind = Kind::range;
		compile_range(value, lookup_type_cache(value->type, TYPECACHE_RANGE_INFO));
		break;
	case TYPTYPE_MULTIRANGE:
		value->kind = Kind::multirange;
		compile_range(value, lookup_type_cache(value->type, TYPECACHE_MULTIRANGE_INFO)->rngtype);
		break;
	default:
		if (!OidIsValid(element))
		{
			compile_other(value);
			break;
		}
		value->kind = Kind::array;
		value->element = compile_value(element);
		get_typlenbyvalalign(element, &value->element_size, &value->element_by_value, &value->element_align);
	}
	return value;
}

bool
reads_settings(const Value *value)
{
	switch (value->kind)
	{
	case Kind::array:
	case Kind::range:
	case Kind::multirange:
		return reads_settings(value->element);
	case Kind::composite: /* as it may become */
		return true;
	case Kind::other:
		return get_typtype(value->type) != TYPTYPE_ENUM;
	default:
		return false;
	}
}

bool
put_value(Output *out, Name name, Value *value, Datum datum)
{
	switch (value->kind)
	{
	case Kind::boolean:
		return put_bool(out, name, DatumGetBool(datum));
	case Kind::int2:
		return put_int32(out, name, DatumGetInt16(datum));
	case Kind::int4:
		return put_int32(out, name, DatumGetInt32(datum));
	case Kind::int8:
		return put_int64(out, name, DatumGetInt64(datum));
	case Kind::float4:
		return put_float4(out, name, DatumGetFloat4(datum));
	case Kind::float8:
		return put_float(out, name, DatumGetFloat8(datum));
	case Kind::numeric:
	{
		const char *text = DatumGetCString(DirectFunctionCall1(numeric_out, datum));
		return put_numeric(out, name, text, static_cast<int>(strlen(text)));
	}
	case Kind::text:
	{
		const text *data = DatumGetTextPP(datum);
		return put_text(out, name, VARDATA_ANY(data), VARSIZE_ANY_EXHDR(data));
	}
	case Kind::bytea:
	{
		const bytea *data = DatumGetByteaPP(datum);
		return put_binary(out, name, BSON_SUBTYPE_BINARY, VARDATA_ANY(data), VARSIZE_ANY_EXHDR(data));
	}
	case Kind::uuid:
		return put_binary(out, name, BSON_SUBTYPE_UUID, reinterpret_cast<const char *>(DatumGetUUIDP(datum)->data),
						  UUID_LEN);
	case Kind::time:
		return put_time(out, name, value->type, datum);
	case Kind::json:
		return put_json(out, name, DatumGetTextPP(datum));
	case Kind::jsonb:
		return put_jsonb(out, name, DatumGetJsonbP(datum), value->types);
	case Kind::array:
		return put_array(out, name, value, datum);
	case Kind::composite:
		return put_composite(out, name, value, datum);
	case Kind::range:
		return put_range(out, name, value, DatumGetRangeTypeP(datum));
	case Kind::multirange:
		return put_multirange(out, name, value, datum);
	case Kind::other:
		return put_output(out, name, value, datum);
	}
	return false;
}

bool
put_fields(Output *out, const pg::Vec<Field> &fields, const Datum *values, const bool *nulls)
{
	for (const Field &field : fields)
	{
		int i = field.attno - 1;

		if (!nulls[i] ? !put_value(out, field.name, field.value, values[i])
					  : (out->in_key || !out->options->absent_nulls) && !put_null(out, field.name))
		{
			out->column = field.attno;
			return false;
		}
	}
	return true;
}

} // namespace dv::sink
