/*
 * The equality class of a value as bytes.
 */
#include "engine/row_bytes.hpp"

#include <cmath>
#include <limits>

extern "C" {
#include "access/nbtree.h"
#include "catalog/pg_am.h"
#include "commands/defrem.h"
#include "utils/jsonb.h"
#include "utils/multirangetypes.h"
#include "utils/numeric.h"
#include "utils/rangetypes.h"
#include "utils/timestamp.h"
}

namespace dv::engine {

struct KeyType
{
	enum Kind : char {
		image,
		float4,
		float8,
		numeric,
		bpchar,
		interval,
		jsonb,
		array,
		record,
		range,
		multirange,
		hashed
	};

	Kind kind;
	Oid collation;
	MemoryContext context;
	ImageType bytes;      /* image */
	FmgrInfo hash;        /* hashed: the type's extended hash function, of two seeds */
	TypeCacheEntry *type; /* range, multirange: of the range */
	KeyType *element;     /* array, range, multirange */
	int16 elmlen;
	bool elmbyval;
	char elmalign;
	/* record: the columns of the row type last met */
	Oid row_type;
	int32 row_typmod;
	int ncolumns;
	KeyType **columns;
};

namespace {

/* Does the default B-tree operator class promise that equal values have equal images? */
bool
equal_means_same_image(Oid typid, Oid collation)
{
	Oid opclass = GetDefaultOpClass(typid, BTREE_AM_OID);
	Oid type, proc;

	if (!OidIsValid(opclass))
		return false;
	type = get_opclass_input_type(opclass);
	proc = get_opfamily_proc(get_opclass_family(opclass), type, type, BTEQUALIMAGE_PROC);
	return OidIsValid(proc) && DatumGetBool(OidFunctionCall1Coll(proc, collation, ObjectIdGetDatum(type)));
}

bool
deterministic(Oid collation)
{
	return !OidIsValid(collation) || get_collation_isdeterministic(collation);
}

KeyType *
make_element(KeyType *type, Oid element, Oid collation)
{
	type->element = make_key_type(element, collation, type->context);
	get_typlenbyvalalign(element, &type->elmlen, &type->elmbyval, &type->elmalign);
	return type->element ? type : nullptr;
}

void
put_float(StringInfo out, double value)
{
	if (value == 0)
		value = 0; /* -0 */
	if (std::isnan(value))
		value = std::numeric_limits<double>::quiet_NaN();
	appendBinaryStringInfo(out, reinterpret_cast<char *>(&value), sizeof(value));
}

void
put_numeric(StringInfo out, Numeric value)
{
	char *digits = numeric_normalize(value);

	put_bytes(out, digits, strlen(digits));
}

void
put_interval(StringInfo out, const Interval *value)
{
	/* As its comparison has it: a month is 30 days, a day 24 hours. */
	int64 days = int64{value->month} * 30 + value->day;
	__int128 span = static_cast<__int128>(days) * USECS_PER_DAY + value->time;

	appendBinaryStringInfo(out, reinterpret_cast<char *>(&span), sizeof(span));
}

void
put_jsonb(StringInfo out, Jsonb *value)
{
	JsonbIterator *it = JsonbIteratorInit(&value->root);
	JsonbValue v;
	JsonbIteratorToken token;

	while ((token = JsonbIteratorNext(&it, &v, false)) != WJB_DONE)
	{
		appendStringInfoChar(out, static_cast<char>(token));
		if (token == WJB_BEGIN_ARRAY)
			appendStringInfoChar(out, v.val.array.rawScalar);
		if (token != WJB_KEY && token != WJB_VALUE && token != WJB_ELEM)
			continue;
		appendStringInfoChar(out, static_cast<char>(v.type));
		switch (v.type)
		{
		case jbvString:
			put_bytes(out, v.val.string.val, static_cast<Size>(v.val.string.len));
			break;
		case jbvNumeric:
			put_numeric(out, v.val.numeric);
			break;
		case jbvBool:
			appendStringInfoChar(out, v.val.boolean);
			break;
		default:
			break;
		}
	}
}

void
put_array(StringInfo out, KeyType *type, ArrayType *array)
{
	int ndim = ARR_NDIM(array);
	Datum *values;
	bool *nulls;
	int n;

	put_bytes(out, ARR_DIMS(array), sizeof(int) * static_cast<Size>(ndim));
	put_bytes(out, ARR_LBOUND(array), sizeof(int) * static_cast<Size>(ndim));
	deconstruct_array(array, ARR_ELEMTYPE(array), type->elmlen, type->elmbyval, type->elmalign, &values, &nulls, &n);
	for (int i = 0; i < n; i++)
		put_key(out, type->element, values[i], nulls[i]);
}

void
put_range(StringInfo out, KeyType *type, const RangeType *range)
{
	RangeBound lower, upper;
	bool empty;

	range_deserialize(type->type, range, &lower, &upper, &empty);
	appendStringInfoChar(out, empty);
	if (empty)
		return;
	appendStringInfoChar(
		out, static_cast<char>(lower.infinite << 3 | lower.inclusive << 2 | upper.infinite << 1 | upper.inclusive));
	put_key(out, type->element, lower.val, lower.infinite);
	put_key(out, type->element, upper.val, upper.infinite);
}

void
put_multirange(StringInfo out, KeyType *type, const MultirangeType *value)
{
	int32 n;
	RangeType **ranges;

	multirange_deserialize(type->type, value, &n, &ranges);
	appendBinaryStringInfo(out, reinterpret_cast<char *>(&n), sizeof(n));
	for (int i = 0; i < n; i++)
		put_range(out, type, ranges[i]);
}

void
put_record(StringInfo out, KeyType *type, HeapTupleHeader row)
{
	Oid row_type = HeapTupleHeaderGetTypeId(row);
	int32 typmod = HeapTupleHeaderGetTypMod(row);
	TupleDesc desc = lookup_rowtype_tupdesc(row_type, typmod);
	HeapTupleData tuple;
	Datum *values = static_cast<Datum *>(palloc(sizeof(Datum) * static_cast<Size>(desc->natts)));
	bool *nulls = static_cast<bool *>(palloc(sizeof(bool) * static_cast<Size>(desc->natts)));

	if (type->columns == nullptr || type->row_type != row_type || type->row_typmod != typmod ||
		type->ncolumns != desc->natts)
	{
		type->columns = static_cast<KeyType **>(
			MemoryContextAllocZero(type->context, sizeof(KeyType *) * static_cast<Size>(desc->natts + 1)));
		type->row_type = row_type;
		type->row_typmod = typmod;
		type->ncolumns = desc->natts;
	}
	tuple.t_len = HeapTupleHeaderGetDatumLength(row);
	ItemPointerSetInvalid(&tuple.t_self);
	tuple.t_tableOid = InvalidOid;
	tuple.t_data = row;
	heap_deform_tuple(&tuple, desc, values, nulls);
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);

		if (att->attisdropped)
			continue;
		if (type->columns[i] == nullptr)
		{
			type->columns[i] = make_key_type(att->atttypid, att->attcollation, type->context);
			if (type->columns[i] == nullptr)
				ereport(ERROR, (errcode(ERRCODE_UNDEFINED_FUNCTION),
								errmsg("type %s cannot be part of a view's key", format_type_be(att->atttypid))));
		}
		put_key(out, type->columns[i], values[i], nulls[i]);
	}
	ReleaseTupleDesc(desc);
}

} // namespace

KeyType *
make_key_type(Oid typid, Oid collation, MemoryContext context)
{
	TypeCacheEntry *entry = lookup_type_cache(typid, TYPECACHE_EQ_OPR | TYPECACHE_DOMAIN_BASE_INFO);
	KeyType *type;
	Oid element;

	if (entry->typtype == TYPTYPE_DOMAIN)
		return make_key_type(entry->domainBaseType, collation, context);
	if (!OidIsValid(entry->eq_opr))
		return nullptr;
	type = static_cast<KeyType *>(MemoryContextAllocZero(context, sizeof(KeyType)));
	type->collation = collation;
	type->context = context;

	switch (typid)
	{
	case FLOAT4OID:
		type->kind = KeyType::float4;
		return type;
	case FLOAT8OID:
		type->kind = KeyType::float8;
		return type;
	case NUMERICOID:
		type->kind = KeyType::numeric;
		return type;
	case INTERVALOID:
		type->kind = KeyType::interval;
		return type;
	case JSONBOID:
		type->kind = KeyType::jsonb;
		return type;
	case BPCHAROID:
		if (!deterministic(collation))
			break;
		type->kind = KeyType::bpchar;
		return type;
	case TSVECTOROID:
		type->kind = KeyType::image;
		make_image_type(&type->bytes, typid, context);
		return type;
	default:
		break;
	}
	element = get_element_type(typid);
	if (OidIsValid(element))
	{
		type->kind = KeyType::array;
		return make_element(type, element, collation);
	}
	if (typid == RECORDOID || entry->typtype == TYPTYPE_COMPOSITE)
	{
		type->kind = KeyType::record;
		return type;
	}
	if (entry->typtype == TYPTYPE_RANGE || entry->typtype == TYPTYPE_MULTIRANGE)
	{
		bool many = entry->typtype == TYPTYPE_MULTIRANGE;

		type->kind = many ? KeyType::multirange : KeyType::range;
		type->type = lookup_type_cache(many ? get_multirange_range(typid) : typid, TYPECACHE_RANGE_INFO);
		return make_element(type, type->type->rngelemtype->type_id, type->type->rng_collation);
	}
	/* An enum is written by its label: its oid does not outlive a dump. */
	if (entry->typtype == TYPTYPE_ENUM || equal_means_same_image(typid, collation))
	{
		type->kind = KeyType::image;
		make_image_type(&type->bytes, typid, context);
		return type;
	}
	entry = lookup_type_cache(typid, TYPECACHE_HASH_EXTENDED_PROC_FINFO);
	if (!OidIsValid(entry->hash_extended_proc_finfo.fn_oid))
		return nullptr;
	type->kind = KeyType::hashed;
	fmgr_info_cxt(entry->hash_extended_proc_finfo.fn_oid, &type->hash, context);
	return type;
}

bool
is_by_value(const KeyType *type)
{
	return type->kind == KeyType::image && type->bytes.kind == ImageType::by_value;
}

void
put_key(StringInfo out, KeyType *type, Datum value, bool isnull)
{
	if (isnull)
	{
		appendStringInfoChar(out, 'n');
		return;
	}
	if (type->kind == KeyType::image)
	{
		put_image(out, &type->bytes, value, false);
		return;
	}
	appendStringInfoChar(out, 'v');
	switch (type->kind)
	{
	case KeyType::image:
		break;
	case KeyType::float4:
		put_float(out, static_cast<double>(DatumGetFloat4(value)));
		break;
	case KeyType::float8:
		put_float(out, DatumGetFloat8(value));
		break;
	case KeyType::numeric:
		put_numeric(out, DatumGetNumeric(value));
		break;
	case KeyType::bpchar:
	{
		struct varlena *string = PG_DETOAST_DATUM_PACKED(value);

		put_bytes(out, VARDATA_ANY(string),
				  static_cast<Size>(bpchartruelen(VARDATA_ANY(string), static_cast<int>(VARSIZE_ANY_EXHDR(string)))));
		break;
	}
	case KeyType::interval:
		put_interval(out, DatumGetIntervalP(value));
		break;
	case KeyType::jsonb:
		put_jsonb(out, DatumGetJsonbP(value));
		break;
	case KeyType::array:
		put_array(out, type, DatumGetArrayTypeP(value));
		break;
	case KeyType::record:
		put_record(out, type, DatumGetHeapTupleHeader(value));
		break;
	case KeyType::range:
		put_range(out, type, DatumGetRangeTypeP(value));
		break;
	case KeyType::multirange:
		put_multirange(out, type, DatumGetMultirangeTypeP(value));
		break;
	case KeyType::hashed:
		for (int64 seed = 1; seed <= 2; seed++)
		{
			uint64 hash = DatumGetUInt64(FunctionCall2Coll(&type->hash, type->collation, value, Int64GetDatum(seed)));

			appendBinaryStringInfo(out, reinterpret_cast<char *>(&hash), sizeof(hash));
		}
		break;
	}
}

} // namespace dv::engine
