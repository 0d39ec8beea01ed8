#include "sink/bson/output.hpp"

extern "C" {
#include "mb/pg_wchar.h"
}

namespace dv::sink {

namespace {

/* What MongoDB takes. */
constexpr int most_bytes = 16 * 1024 * 1024;
constexpr int most_levels = 100;

void
append_int32(StringInfo bytes, int32 value)
{
	uint32 little = BSON_UINT32_TO_LE(static_cast<uint32>(value));

	appendBinaryStringInfo(bytes, reinterpret_cast<const char *>(&little), sizeof(little));
}

void
append_int64(StringInfo bytes, int64 value)
{
	uint64 little = BSON_UINT64_TO_LE(static_cast<uint64>(value));

	appendBinaryStringInfo(bytes, reinterpret_cast<const char *>(&little), sizeof(little));
}

bool
refuse_size(Output *out)
{
	return refuse(out, "document too large", "a document has 16 MB at most");
}

/* `size` is of the value that comes next. */
bool
element(Output *out, bson_type_t type, Name name, int64 size)
{
	if (out->bytes->len + size + name.size > most_bytes)
		return refuse_size(out);
	appendStringInfoCharMacro(out->bytes, static_cast<char>(type));
	appendBinaryStringInfo(out->bytes, name.text, name.size);
	appendStringInfoCharMacro(out->bytes, '\0');
	return true;
}

/* Another encoding than UTF-8. */
const char *
convert(const char *text, int size, int *result_size)
{
	if (GetDatabaseEncoding() == PG_SQL_ASCII)
	{
		*result_size = size;
		return pg_verify_mbstr(PG_UTF8, text, size, true) ? text : nullptr;
	}
	Oid conversion = FindDefaultConversionProc(GetDatabaseEncoding(), PG_UTF8);
	if (!OidIsValid(conversion))
		return nullptr;
	Size room = static_cast<Size>(size) * MAX_CONVERSION_GROWTH + 1;
	if (!AllocSizeIsValid(room))
		return nullptr;
	char *result = static_cast<char *>(palloc(room));
	/* It reads its input as C text, up to a zero at most. */
	unsigned char *source = reinterpret_cast<unsigned char *>(pnstrdup(text, size));
	int done = pg_do_encoding_conversion_buf(conversion, GetDatabaseEncoding(), PG_UTF8, source, size,
											 reinterpret_cast<unsigned char *>(result), static_cast<int>(room), true);
	*result_size = static_cast<int>(strlen(result));
	return done == size ? result : nullptr;
}

} // namespace

const char *
to_utf8(const char *text, int size, int *result_size)
{
	if (GetDatabaseEncoding() != PG_UTF8)
		return convert(text, size, result_size);
	*result_size = size;
	return text;
}

bool
member_name(Output *out, const char *text, int size, Name *name)
{
	name->text = to_utf8(text, size, &name->size);
	return name->text != nullptr || refuse(out, "invalid text", "the name of a member is not valid in UTF-8");
}

Name
column_name(const char *name)
{
	int size;
	const char *text = to_utf8(name, static_cast<int>(strlen(name)), &size);

	if (text == nullptr)
		ereport(ERROR, (errcode(ERRCODE_CHARACTER_NOT_IN_REPERTOIRE),
						errmsg("the name of a column is not valid in UTF-8"), errhint("Rename the column.")));
	return {pnstrdup(text, size), size};
}

Name
index_name(Index *buffer, int index)
{
	return {buffer->text, pg_ltoa(index, buffer->text)};
}

bool
refuse(Output *out, const char *code, const char *message)
{
	out->code = code;
	out->message = message;
	return false;
}

bool
put_null(Output *out, Name name)
{
	return element(out, BSON_TYPE_NULL, name, 0);
}

bool
put_bool(Output *out, Name name, bool value)
{
	if (!element(out, BSON_TYPE_BOOL, name, 1))
		return false;
	appendStringInfoCharMacro(out->bytes, value ? 1 : 0);
	return true;
}

bool
put_int32(Output *out, Name name, int32 value)
{
	if (!element(out, BSON_TYPE_INT32, name, sizeof(value)))
		return false;
	append_int32(out->bytes, value);
	return true;
}

bool
put_int64(Output *out, Name name, int64 value)
{
	if (!element(out, BSON_TYPE_INT64, name, sizeof(value)))
		return false;
	append_int64(out->bytes, value);
	return true;
}

bool
put_double(Output *out, Name name, double value)
{
	int64 bits;

	if (!element(out, BSON_TYPE_DOUBLE, name, sizeof(value)))
		return false;
	memcpy(&bits, &value, sizeof(bits));
	append_int64(out->bytes, bits);
	return true;
}

bool
put_decimal(Output *out, Name name, const bson_decimal128_t &value)
{
	if (!element(out, BSON_TYPE_DECIMAL128, name, sizeof(value)))
		return false;
	append_int64(out->bytes, static_cast<int64>(value.low));
	append_int64(out->bytes, static_cast<int64>(value.high));
	return true;
}

bool
put_date(Output *out, Name name, int64 milliseconds)
{
	if (!element(out, BSON_TYPE_DATE_TIME, name, sizeof(milliseconds)))
		return false;
	append_int64(out->bytes, milliseconds);
	return true;
}

bool
put_binary(Output *out, Name name, bson_subtype_t subtype, const char *data, int size)
{
	if (!element(out, BSON_TYPE_BINARY, name, size))
		return false;
	append_int32(out->bytes, size);
	appendStringInfoCharMacro(out->bytes, static_cast<char>(subtype));
	appendBinaryStringInfo(out->bytes, data, size);
	return true;
}

bool
put_text(Output *out, Name name, const char *text, int size)
{
	int utf8_size;

	if (size > most_bytes)
		return refuse_size(out);
	const char *utf8 = to_utf8(text, size, &utf8_size);
	if (utf8 == nullptr)
		return refuse(out, "invalid text", "a text is not valid in UTF-8");
	if (!element(out, BSON_TYPE_UTF8, name, utf8_size))
		return false;
	append_int32(out->bytes, utf8_size + 1);
	appendBinaryStringInfo(out->bytes, utf8, utf8_size);
	appendStringInfoCharMacro(out->bytes, '\0');
	return true;
}

void
open_root(Output *out, int *place)
{
	*place = out->bytes->len;
	out->depth++;
	append_int32(out->bytes, 0);
}

bool
open(Output *out, Name name, bson_type_t type, int *place)
{
	if (out->depth == most_levels)
		return refuse(out, "nesting too deep", "documents and arrays nest 100 levels deep at most");
	if (!element(out, type, name, sizeof(int32)))
		return false;
	open_root(out, place);
	return true;
}

bool
close_root(Output *out, int place)
{
	close(out, place);
	return out->bytes->len - place <= most_bytes || refuse_size(out);
}

void
close(Output *out, int place)
{
	appendStringInfoCharMacro(out->bytes, '\0');
	out->depth--;
	uint32 size = BSON_UINT32_TO_LE(static_cast<uint32>(out->bytes->len - place));
	memcpy(out->bytes->data + place, &size, sizeof(size));
}

} // namespace dv::sink
