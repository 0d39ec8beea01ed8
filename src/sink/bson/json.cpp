#include "sink/bson/json.hpp"

#include "sink/bson/dates.hpp"
#include "sink/bson/numbers.hpp"

namespace dv::sink {

namespace {

/* As jsonb orders the names of an object. */
int
compare(Name a, Name b)
{
	return a.size != b.size ? a.size - b.size : memcmp(a.text, b.text, a.size);
}

const JsonTypes *
types_of(const JsonTypes *types, Name member)
{
	int low = 0;
	int high = types ? types->nmembers : 0;

	while (low < high)
	{
		int middle = (low + high) / 2;
		int order = compare(types->members[middle].name, member);

		if (order == 0)
			return &types->members[middle].types;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return nullptr;
}

bool
is_hex(const char *text, int size)
{
	for (int i = 0; i < size; i++)
		if (!isxdigit(static_cast<unsigned char>(text[i])))
			return false;
	return size % 2 == 0;
}

bool
put_hex(Output *out, Name name, bson_subtype_t subtype, const char *hex, int size)
{
	char *bytes = static_cast<char *>(palloc(size / 2 + 1));

	return put_binary(out, name, subtype, bytes, static_cast<int>(hex_decode(hex, size, bytes)));
}

/* bytea_output may have been either; a backslash that is meant as itself is doubled in the other. */
bool
put_bytea_text(Output *out, Name name, const char *text, int size)
{
	if (size >= 2 && text[0] == '\\' && text[1] == 'x' && is_hex(text + 2, size - 2))
		return put_hex(out, name, BSON_SUBTYPE_BINARY, text + 2, size - 2);

	char *bytes = static_cast<char *>(palloc(size + 1));
	int n = 0;
	for (int i = 0; i < size; i++)
	{
		if (text[i] != '\\')
			bytes[n++] = text[i];
		else if (i + 1 < size && text[i + 1] == '\\')
			bytes[n++] = text[i++];
		else if (i + 3 < size)
		{
			bytes[n++] = static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0'));
			i += 3;
		}
		else
			return put_text(out, name, text, size);
	}
	return put_binary(out, name, BSON_SUBTYPE_BINARY, bytes, n);
}

bool
put_uuid_text(Output *out, Name name, const char *text, int size)
{
	char hex[32];
	int n = 0;

	for (int i = 0; i < size && n < 32; i++)
		if (text[i] != '-')
			hex[n++] = text[i];
	if (size != 36 || n != 32 || !is_hex(hex, n))
		return put_text(out, name, text, size);
	return put_hex(out, name, BSON_SUBTYPE_UUID, hex, n);
}

bool
is_word(const char *text, int size, const char *word)
{
	return static_cast<size_t>(size) == strlen(word) && memcmp(text, word, size) == 0;
}

/* What is a number, but none of JSON. */
bool
is_special_number(const char *text, int size)
{
	return is_word(text, size, "NaN") || is_word(text, size, "Infinity") || is_word(text, size, "-Infinity");
}

/* A string that to_jsonb has made of a value of this type. */
bool
put_typed_string(Output *out, Name name, Oid type, const char *text, int size)
{
	Datum time;

	switch (type)
	{
	case NUMERICOID:
		return is_special_number(text, size) ? put_numeric(out, name, text, size) : put_text(out, name, text, size);
	case FLOAT4OID:
	case FLOAT8OID:
		return is_special_number(text, size) ? put_float(out, name, strtod(pnstrdup(text, size), nullptr))
											 : put_text(out, name, text, size);
	case BYTEAOID:
		return put_bytea_text(out, name, text, size);
	case UUIDOID:
		return put_uuid_text(out, name, text, size);
	case DATEOID:
	case TIMESTAMPOID:
	case TIMESTAMPTZOID:
		return is_time(text, size, type, &time) ? put_time(out, name, type, time) : put_text(out, name, text, size);
	default:
		return put_text(out, name, text, size);
	}
}

bool
put_typed_number(Output *out, Name name, Oid type, const char *text, int size)
{
	int64 integer;

	switch (type)
	{
	case NUMERICOID:
		return put_numeric(out, name, text, size);
	case FLOAT4OID:
	case FLOAT8OID:
		return put_float(out, name, strtod(pnstrdup(text, size), nullptr));
	case INT8OID:
		return read_int64(text, size, &integer) ? put_int64(out, name, integer) : put_number(out, name, text, size);
	default:
		return put_number(out, name, text, size);
	}
}

bool put_container(Output *out, Name name, JsonbContainer *container, const JsonTypes *types);

bool
put_jsonb_value(Output *out, Name name, const JsonbValue &value, const JsonTypes *types)
{
	Oid type = types ? types->type : InvalidOid;

	switch (value.type)
	{
	case jbvNull:
		return put_null(out, name);
	case jbvBool:
		return put_bool(out, name, value.val.boolean);
	case jbvString:
		return put_typed_string(out, name, type, value.val.string.val, value.val.string.len);
	case jbvNumeric:
	{
		const char *text = DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(value.val.numeric)));
		return put_typed_number(out, name, type, text, static_cast<int>(strlen(text)));
	}
	case jbvBinary:
		return put_container(out, name, value.val.binary.data, types);
	default:
		elog(ERROR, "unexpected jsonb value of type %d", static_cast<int>(value.type));
	}
	return false;
}

/* Also a value that is none within, which jsonb keeps as an array of one. */
bool
put_elements(Output *out, JsonbContainer *container, const JsonTypes *types)
{
	JsonbIterator *iterator = JsonbIteratorInit(container);
	JsonbValue value;
	Index buffer;
	int n = 0;

	while (JsonbIteratorToken token = JsonbIteratorNext(&iterator, &value, true))
		if (token == WJB_ELEM && !put_jsonb_value(out, index_name(&buffer, n++), value, types))
			return false;
	return true;
}

bool
put_members(Output *out, JsonbContainer *container, const JsonTypes *types, const Span *id)
{
	JsonbIterator *iterator = JsonbIteratorInit(container);
	JsonbValue value;
	Name name = {};
	const JsonTypes *member = nullptr;
	int start = 0;

	while (JsonbIteratorToken token = JsonbIteratorNext(&iterator, &value, true))
	{
		if (token == WJB_KEY)
		{
			member = types_of(types, {value.val.string.val, value.val.string.len});
			start = out->bytes->len;
			if (!member_name(out, value.val.string.val, value.val.string.len, &name))
				return false;
		}
		else if (token == WJB_VALUE &&
				 (!put_jsonb_value(out, name, value, member) || (id && is_id(name) && !drop_id(out, *id, start))))
			return false;
	}
	return true;
}

bool
put_container(Output *out, Name name, JsonbContainer *container, const JsonTypes *types)
{
	bool array = JsonContainerIsArray(container);
	int place;

	if (!open(out, name, array ? BSON_TYPE_ARRAY : BSON_TYPE_DOCUMENT, &place))
		return false;
	if (!(array ? put_elements(out, container, types) : put_members(out, container, types, nullptr)))
		return false;
	close(out, place);
	return true;
}

JsonTypes read_value(const JsonbValue &value);

JsonTypes
read_container(JsonbContainer *container)
{
	JsonbIterator *iterator = JsonbIteratorInit(container);
	pg::Vec<TypedMember> members;
	JsonTypes types = {};
	JsonbValue value;

	while (JsonbIteratorToken token = JsonbIteratorNext(&iterator, &value, true))
	{
		if (token == WJB_KEY)
			members.push({{pnstrdup(value.val.string.val, value.val.string.len), value.val.string.len}, {}});
		else if (token == WJB_VALUE)
			members.back().types = read_value(value);
		else if (token == WJB_ELEM)
			types = read_value(value);
	}
	if (!members.empty())
		types = {InvalidOid, members.n, members.data};
	return types;
}

JsonTypes
read_value(const JsonbValue &value)
{
	struct Known
	{
		const char *name;
		Oid type;
	};
	static constexpr Known known[] = {
		{"int8", INT8OID},     {"numeric", NUMERICOID},     {"float4", FLOAT4OID},
		{"float8", FLOAT8OID}, {"bytea", BYTEAOID},         {"uuid", UUIDOID},
		{"date", DATEOID},     {"timestamp", TIMESTAMPOID}, {"timestamptz", TIMESTAMPTZOID},
	};

	if (value.type == jbvBinary)
		return read_container(value.val.binary.data);
	if (value.type == jbvString)
		for (const Known &each : known)
			if (is_word(value.val.string.val, value.val.string.len, each.name))
				return {each.type, 0, nullptr};
	return {};
}

} // namespace

const JsonTypes *
read_types(const Jsonb *tree)
{
	JsonTypes *types = static_cast<JsonTypes *>(palloc(sizeof(JsonTypes)));

	*types = read_container(const_cast<JsonbContainer *>(&tree->root));
	return types;
}

bool
put_jsonb(Output *out, Name name, Jsonb *value, const JsonTypes *types)
{
	JsonbValue scalar;

	if (!JB_ROOT_IS_SCALAR(value))
		return put_container(out, name, &value->root, types);
	(void) JsonbExtractScalar(&value->root, &scalar);
	return put_jsonb_value(out, name, scalar, types);
}

bool
put_jsonb_members(Output *out, Jsonb *value, const JsonTypes *types, const Span &id)
{
	if (!JB_ROOT_IS_OBJECT(value))
		return refuse(out, "not a document", "the document is no object");
	return put_members(out, &value->root, types, &id);
}

} // namespace dv::sink
