#include "sink/bson/api.hpp"
#include "sink/bson/extended_json.hpp"
#include "sink/bson/options.hpp"
#include "sink/bson/values.hpp"

#include "pg/value_settings.hpp"

extern "C" {
#include "mb/pg_wchar.h"

PGDLLEXPORT const dv::sink::Documents *dv_sink_documents(void);
}

namespace dv::sink {

namespace {

constexpr Name id_name = {"_id", 3};
constexpr const char *document_column = "document";

/* How much of a row is told where it has no document. */
constexpr int most_told = 8192;

} // namespace

struct Rows
{
	Options options;
	pg::Vec<Field> fields;
	pg::Vec<Field> key;
	bool wrapped; /* _id is a document of the key's columns */
	Value *document;
	AttrNumber document_attno;
	TupleDesc desc;
	pg::Vec<AttrNumber> columns;
	bool settings_matter; /* for some value */
};

namespace {

const FormData_pg_attribute *
attribute(TupleDesc desc, AttrNumber attno)
{
	return TupleDescAttr(desc, attno - 1);
}

Field
compile_field(TupleDesc desc, AttrNumber attno)
{
	const FormData_pg_attribute *column = attribute(desc, attno);

	return {attno, column_name(NameStr(column->attname)), compile_value(column->atttypid)};
}

/* MongoDB takes no array for _id, and in it no name that begins like an operator. */
void
compile_key(Rows *rows, const Shape &shape)
{
	if (!shape.has_key)
		ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE), errmsg("the view's rows have no key"),
						errdetail("A document is known by the key of its row."),
						errhint("Give the view's table a PRIMARY KEY; see docs/event-format.md, \"Keys\".")));
	for (AttrNumber attno : shape.key)
		rows->key.push(compile_field(shape.desc, attno));
	rows->wrapped =
		rows->key.n != 1 || rows->key[0].value->kind == Kind::array || rows->key[0].value->kind == Kind::multirange;
	for (const Field &field : rows->key)
		if (rows->wrapped && field.name.size > 0 && field.name.text[0] == '$')
			ereport(ERROR,
					(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
					 errmsg("a key column is named \"%s\"", NameStr(attribute(shape.desc, field.attno)->attname)),
					 errdetail("MongoDB allows no such name in _id."), errhint("Rename the column.")));
}

void
compile_document(Rows *rows, const Shape &shape)
{
	for (AttrNumber attno : shape.columns)
		if (strcmp(NameStr(attribute(shape.desc, attno)->attname), rows->options.document) == 0)
			rows->document_attno = attno;
	if (rows->document_attno != InvalidAttrNumber)
		rows->document = compile_value(attribute(shape.desc, rows->document_attno)->atttypid);
	if (rows->document == nullptr || (rows->document->kind != Kind::jsonb && rows->document->kind != Kind::json))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid value for option \"%s\": \"%s\"", "document", rows->options.document),
				 errhint("It is the name of a column of type jsonb or json, whose content becomes the document.")));
	if (shape.types && strcmp(rows->options.document, document_column) == 0)
		rows->document->types = read_types(shape.types);
}

/* A column of that name is the key, or part of it: else there would be two. */
void
compile_columns(Rows *rows, const Shape &shape)
{
	for (AttrNumber attno : shape.columns)
	{
		Field field = compile_field(shape.desc, attno);
		bool in_key = false;

		for (const Field &key : rows->key)
			in_key = in_key || key.attno == attno;
		if (is_id(field.name) && !in_key)
			ereport(ERROR,
					(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
					 errmsg("the view has a column \"_id\" that is not in its key"), errhint("Rename the column.")));
		if (NameStr(attribute(shape.desc, attno)->attname)[0] == '$')
			ereport(ERROR,
					(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
					 errmsg("a column is named \"%s\"", NameStr(attribute(shape.desc, attno)->attname)),
					 errdetail("MongoDB puts no document in the place of another that has a field of such a name."),
					 errhint("Rename the column in the view's query.")));
		if (!is_id(field.name))
			rows->fields.push(field);
	}
}

Rows *
compile(const Shape &shape, const Jsonb *options)
{
	Rows *rows = static_cast<Rows *>(palloc0(sizeof(Rows)));

	rows->options = read_options(options, shape.types ? document_column : nullptr);
	rows->desc = shape.desc;
	for (AttrNumber attno : shape.columns)
		rows->columns.push(attno);
	compile_key(rows, shape);
	if (rows->options.document)
		compile_document(rows, shape);
	else
		compile_columns(rows, shape);
	for (const Field &field : rows->key)
		rows->settings_matter = rows->settings_matter || reads_settings(field.value);
	for (const Field &field : rows->fields)
		rows->settings_matter = rows->settings_matter || reads_settings(field.value);
	return rows;
}

#ifdef USE_ASSERT_CHECKING
bool
is_valid(const char *data, int size)
{
	bson_t bson;

	return bson_init_static(&bson, reinterpret_cast<const uint8_t *>(data), size) &&
		   bson_validate(&bson, static_cast<bson_validate_flags_t>(BSON_VALIDATE_UTF8 | BSON_VALIDATE_UTF8_ALLOW_NULL),
						 nullptr);
}
#endif

Output
begin(StringInfo bytes, const Rows *rows)
{
	return {bytes, &rows->options, false, 0, nullptr, nullptr, InvalidAttrNumber};
}

/* Returns what end_settings wants. */
int
begin_settings(const Rows *rows)
{
	return rows->settings_matter ? pg::begin_value_settings() : 0;
}

void
end_settings(int nest)
{
	if (nest != 0)
		pg::end_value_settings(nest);
}

/* MongoDB takes no name in _id that begins like an operator, at any depth. */
bool
has_operator(bson_iter_t *iterator)
{
	bson_iter_t inner;

	while (bson_iter_next(iterator))
		if (bson_iter_key(iterator)[0] == '$' || (bson_iter_recurse(iterator, &inner) && has_operator(&inner)))
			return true;
	return false;
}

bool
check_id(Output *out, int start)
{
	const char *element = out->bytes->data + start;
	const char *document = element + 1 + id_name.size + 1;
	bson_iter_t iterator;

	if (*element == BSON_TYPE_ARRAY)
		return refuse(out, "key not allowed", "the key is an array, which MongoDB does not take for _id");
	if (*element != BSON_TYPE_DOCUMENT)
		return true;
	if (!bson_iter_init_from_data(&iterator, reinterpret_cast<const uint8_t *>(document),
								  out->bytes->data + out->bytes->len - document))
		elog(ERROR, "the key is no document");
	return !has_operator(&iterator) || refuse(out, "key not allowed", "the key has a member whose name begins with $");
}

bool
put_plain_id(Output *out, const Field &key, const Datum *values, const bool *nulls)
{
	if (nulls[key.attno - 1])
		return put_null(out, id_name);
	if (put_value(out, id_name, key.value, values[key.attno - 1]))
		return true;
	out->column = key.attno;
	return false;
}

bool
put_wrapped_id(Output *out, const Rows *rows, const Datum *values, const bool *nulls)
{
	int place;

	if (!open(out, id_name, BSON_TYPE_DOCUMENT, &place) || !put_fields(out, rows->key, values, nulls))
		return false;
	close(out, place);
	return true;
}

bool
put_id(Output *out, const Rows *rows, const Datum *values, const bool *nulls)
{
	int start = out->bytes->len;

	out->in_key = true;
	bool written =
		rows->wrapped ? put_wrapped_id(out, rows, values, nulls) : put_plain_id(out, rows->key[0], values, nulls);
	out->in_key = false;
	return written && check_id(out, start);
}

bool
put_content(Output *out, const Rows *rows, const Span &id, const Datum *values, const bool *nulls)
{
	int i = rows->document_attno - 1;

	if (rows->document == nullptr)
		return put_fields(out, rows->fields, values, nulls);
	out->column = rows->document_attno;
	if (nulls[i])
		return refuse(out, "not a document", "the document is null");
	if (rows->document->kind == Kind::json)
		return put_json_members(out, DatumGetTextPP(values[i]), id);
	return put_jsonb_members(out, DatumGetJsonbP(values[i]), rows->document->types, id);
}

bool
put_document(Output *out, const Rows *rows, const Datum *values, const bool *nulls)
{
	int place;

	open_root(out, &place);
	int start = out->bytes->len;
	return put_id(out, rows, values, nulls) && put_content(out, rows, {start, out->bytes->len}, values, nulls) &&
		   close_root(out, place);
}

bool
put_key(StringInfo bytes, Rows *rows, const Datum *values, const bool *nulls)
{
	Output out = begin(bytes, rows);
	int start = bytes->len;
	int place;

	int nest = begin_settings(rows);
	open_root(&out, &place);
	bool written = put_id(&out, rows, values, nulls) && close_root(&out, place);
	end_settings(nest);
	if (!written)
		bytes->len = start;
	return written;
}

/* For people: names and values, cut where they are long. */
Name
tell_row(const Rows *rows, const Datum *values, const bool *nulls)
{
	StringInfoData text;

	initStringInfo(&text);
	for (AttrNumber attno : rows->columns)
	{
		const FormData_pg_attribute *column = attribute(rows->desc, attno);
		Oid function;
		bool varlena;

		if (text.len >= most_told)
			break;
		getTypeOutputInfo(column->atttypid, &function, &varlena);
		const char *value = nulls[attno - 1] ? "null" : OidOutputFunctionCall(function, values[attno - 1]);
		int size = static_cast<int>(strlen(value));
		appendStringInfo(&text, "%s%s: ", text.len > 0 ? ", " : "", NameStr(column->attname));
		appendBinaryStringInfo(&text, value, pg_mbcliplen(value, size, Min(size, most_told)));
	}
	return {text.data, text.len};
}

const char *
message_of(const Output &refused, const Rows *rows)
{
	if (refused.column == InvalidAttrNumber)
		return refused.message;
	return psprintf("column \"%s\": %s", NameStr(attribute(rows->desc, refused.column)->attname), refused.message);
}

bool
put_told(Output *out, Name row)
{
	if (put_text(out, literal("row"), row.text, row.size))
		return true;
	char *ascii = pnstrdup(row.text, row.size);
	for (int i = 0; i < row.size; i++)
		if (IS_HIGHBIT_SET(ascii[i]))
			ascii[i] = '?';
	return put_text(out, literal("row"), ascii, row.size);
}

void
put_refusal(const Output &refused, const Rows *rows, const Datum *values, const bool *nulls)
{
	Output out = begin(refused.bytes, rows);
	int place;

	open_root(&out, &place);
	int start = out.bytes->len;
	if (!put_id(&out, rows, values, nulls))
		out.bytes->len = start;
	const char *message = message_of(refused, rows);
	int nest = pg::begin_value_settings();
	Name row = tell_row(rows, values, nulls);
	pg::end_value_settings(nest);
	if (!put_text(&out, literal("code"), refused.code, static_cast<int>(strlen(refused.code))) ||
		!put_text(&out, literal("message"), message, static_cast<int>(strlen(message))) || !put_told(&out, row) ||
		!close_root(&out, place))
		elog(ERROR, "could not write why a row has no document: %s", out.message);
}

char
put(StringInfo bytes, Rows *rows, const Datum *values, const bool *nulls)
{
	Output out = begin(bytes, rows);
	int start = bytes->len;
	int nest = begin_settings(rows);
	bool written = put_document(&out, rows, values, nulls);

	if (!written)
	{
		bytes->len = start;
		put_refusal(out, rows, values, nulls);
	}
	end_settings(nest);
	Assert(is_valid(bytes->data + start, bytes->len - start));
	return written ? 'P' : 'E';
}

constexpr Documents documents = {compile, put, put_key, extended_json, extended_json_of_id};

} // namespace

} // namespace dv::sink

const dv::sink::Documents *
dv_sink_documents(void)
{
	return &dv::sink::documents;
}
