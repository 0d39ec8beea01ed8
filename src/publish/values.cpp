#include "publish/values.hpp"

extern "C" {
#include "access/transam.h"
#include "utils/fmgroids.h"
#include "utils/json.h"
}

namespace dv::publish {

namespace {

bool
is_builtin(Oid type)
{
	return type < FirstNormalObjectId;
}

/*
 * to_json calls a user's cast to json where there is one: such a function may read tables, which decoding cannot.
 * So for types that could have one the output function must do, as it does for every other output plugin.
 */
bool
may_have_cast(Oid type)
{
	type = getBaseType(type);
	Oid element_type = get_element_type(type);

	if (OidIsValid(element_type))
		return may_have_cast(element_type);
	if (is_builtin(type))
		return false;
	char kind = get_typtype(type);
	if (kind == TYPTYPE_ENUM || kind == TYPTYPE_RANGE || kind == TYPTYPE_MULTIRANGE)
		return false;
	if (kind != TYPTYPE_COMPOSITE)
		return true;

	TupleDesc desc = lookup_rowtype_tupdesc(type, -1);
	bool found = false;
	for (int i = 0; i < desc->natts && !found; i++)
		found = !TupleDescAttr(desc, i)->attisdropped && may_have_cast(TupleDescAttr(desc, i)->atttypid);
	ReleaseTupleDesc(desc);
	return found;
}

bool
reads_settings(Oid type)
{
	switch (type)
	{
	case BOOLOID:
	case INT2OID:
	case INT4OID:
	case INT8OID:
	case OIDOID:
	case NUMERICOID:
	case TEXTOID:
	case VARCHAROID:
	case BPCHAROID:
	case NAMEOID:
	case UUIDOID:
	case JSONOID:
	case JSONBOID:
	case DATEOID:
	case TIMEOID:
	case TIMESTAMPOID:
		return false;
	default:
		return true;
	}
}

} // namespace

ValueWriter *
make_writer(Oid type, int32 typmod)
{
	ValueWriter *writer = static_cast<ValueWriter *>(palloc0(sizeof(ValueWriter)));
	Oid base = getBaseType(type);

	writer->as_text = may_have_cast(type);
	writer->is_document = base == JSONOID || base == JSONBOID;
	writer->is_number = base == INT2OID || base == INT4OID || base == INT8OID || base == NUMERICOID ||
						base == FLOAT4OID || base == FLOAT8OID;
	writer->settings_matter = reads_settings(base);
	if (writer->as_text)
	{
		Oid function;
		bool varlena;

		getTypeOutputInfo(type, &function, &varlena);
		fmgr_info(function, &writer->function);
	}
	else
	{
		/* to_json asks what its argument is: it is called as in an expression. */
		List *arguments = list_make1(makeNullConst(type, typmod, get_typcollation(type)));

		fmgr_info(F_TO_JSON, &writer->function);
		fmgr_info_set_expr(reinterpret_cast<Node *>(makeFuncExpr(F_TO_JSON, JSONOID, arguments, InvalidOid, InvalidOid,
																 COERCE_EXPLICIT_CALL)),
						   &writer->function);
	}
	return writer;
}

void
write_value(StringInfo out, ValueWriter *writer, Datum value, bool numbers_as_strings)
{
	if (writer->as_text)
	{
		escape_json(out, OutputFunctionCall(&writer->function, value));
		return;
	}
	text *json = DatumGetTextPP(FunctionCall1(&writer->function, value));
	const char *data = VARDATA_ANY(json);
	int length = VARSIZE_ANY_EXHDR(json);
	int start = out->len;
	bool quote = numbers_as_strings && writer->is_number && data[0] != '"';

	if (quote)
		appendStringInfoChar(out, '"');
	appendBinaryStringInfo(out, data, length);
	if (quote)
		appendStringInfoChar(out, '"');
	/* json keeps its line ends. They are blanks between tokens: in a JSON string they are escaped. */
	for (char *at = out->data + start; *at != '\0'; at++)
		if (*at == '\n' || *at == '\r')
			*at = ' ';
}

bool
is_json_null(const ValueWriter *writer, const char *written)
{
	if (!writer->is_document)
		return false;
	written += strspn(written, " \t");
	return strncmp(written, "null", 4) == 0;
}

char *
type_name(Oid type, int32 typmod)
{
	bits16 flags = FORMAT_TYPE_TYPEMOD_GIVEN;

	if (!is_builtin(type))
		flags |= FORMAT_TYPE_FORCE_QUALIFY;
	return format_type_extended(type, typmod, flags);
}

} // namespace dv::publish
