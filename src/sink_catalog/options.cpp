#include "sink_catalog/options.hpp"

#include "document/declaration.hpp"
#include "pg/jsonb.hpp"

namespace dv::sink_catalog {

namespace {

enum class Kind : char { name, flag, word, count, size, column };

struct Option
{
	const char *name;
	Kind kind;
	const char *words; /* of a word; the first is the default */
	int64 initial;     /* of a flag, a count or a size; 0 of a size: none */
	int64 least;
	int64 most;
	bool only_at_start; /* not kept */
};

constexpr int64 megabyte = 1024 * 1024;

constexpr Option known_options[] = {
	{"name", Kind::name, nullptr, 0, 0, 0, true},
	{"start", Kind::flag, nullptr, 1, 0, 0, true},
	{"runner", Kind::word, "worker program", 0, 0, 0, false},
	{"document", Kind::column, nullptr, 0, 0, 0, false},
	{"numeric", Kind::word, "error string", 0, 0, 0, false},
	{"infinity", Kind::word, "string null error", 0, 0, 0, false},
	{"timestamp", Kind::word, "date string", 0, 0, 0, false},
	{"nulls", Kind::word, "null absent", 0, 0, 0, false},
	{"write", Kind::word, "replace delete_insert", 0, 0, 0, false},
	{"on_error", Kind::word, "stop set_aside", 0, 0, 0, false},
	{"on_lost_slot", Kind::word, "copy stop", 0, 0, 0, false},
	{"replace", Kind::flag, nullptr, 0, 0, 0, false},
	{"max_wal", Kind::size, nullptr, 0, 16 * megabyte, PG_INT64_MAX, false},
	{"copy_jobs", Kind::count, nullptr, 2, 1, 16, false},
	{"batch_rows", Kind::count, nullptr, 1000, 1, 100000, false},
	{"batch_bytes", Kind::size, nullptr, 8 * megabyte, 64 * 1024, 40 * megabyte, false},
	{"batch_ms", Kind::count, nullptr, 100, 0, 60000, false},
};

char *
shown(const JsonbValue &value)
{
	if (value.type == jbvString)
		return pnstrdup(value.val.string.val, value.val.string.len);
	JsonbValue copy = value;
	Jsonb *json = JsonbValueToJsonb(&copy);
	return JsonbToCString(nullptr, &json->root, VARSIZE(json));
}

[[noreturn]] void
refuse_value(const Option &option, const JsonbValue &value, const char *hint)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("invalid value for option \"%s\": \"%s\"", option.name, shown(value)), errhint("%s", hint)));
	pg_unreachable();
}

/* "worker program" as a hint: It is "worker" or "program". */
char *
words_hint(const char *words)
{
	StringInfoData hint;
	const char *word = words;

	initStringInfo(&hint);
	appendStringInfoString(&hint, "It is ");
	for (;;)
	{
		size_t length = strcspn(word, " ");

		appendStringInfo(&hint, "\"%.*s\"", static_cast<int>(length), word);
		if (word[length] == '\0')
			break;
		word += length + 1;
		appendStringInfoString(&hint, strchr(word, ' ') ? ", " : " or ");
	}
	appendStringInfoChar(&hint, '.');
	return hint.data;
}

bool
has_word(const char *words, const char *wanted)
{
	for (const char *word = words; *word != '\0'; word += strspn(word, " "))
	{
		size_t length = strcspn(word, " ");

		if (strlen(wanted) == length && strncmp(word, wanted, length) == 0)
			return true;
		word += length;
	}
	return false;
}

int64
count_of(const Option &option, const JsonbValue &value)
{
	const char *hint = psprintf("It is a number from " INT64_FORMAT " to " INT64_FORMAT ".", option.least, option.most);

	if (value.type != jbvNumeric)
		refuse_value(option, value, hint);
	Datum number = NumericGetDatum(value.val.numeric);
	Datum whole = DirectFunctionCall2(numeric_trunc, number, Int32GetDatum(0));
	if (!DatumGetBool(DirectFunctionCall2(numeric_eq, number, whole)) ||
		!DatumGetBool(
			DirectFunctionCall2(numeric_le, number, DirectFunctionCall1(int8_numeric, Int64GetDatum(option.most)))) ||
		!DatumGetBool(
			DirectFunctionCall2(numeric_ge, number, DirectFunctionCall1(int8_numeric, Int64GetDatum(option.least)))))
		refuse_value(option, value, hint);
	return DatumGetInt64(DirectFunctionCall1(numeric_int8, number));
}

/* "10GB", or a number of bytes. */
int64
size_of(const Option &option, const JsonbValue &value)
{
	double bytes = 0;
	const char *hint = psprintf("It is a size such as \"10GB\", at least %s.",
								option.least >= megabyte ? psprintf(INT64_FORMAT "MB", option.least / megabyte)
														 : psprintf(INT64_FORMAT "kB", option.least / 1024));

	if (option.most != PG_INT64_MAX)
		hint = psprintf("It is a size such as \"8MB\", from " INT64_FORMAT "kB to " INT64_FORMAT "MB.",
						option.least / 1024, option.most / megabyte);
	if ((value.type != jbvString && value.type != jbvNumeric) ||
		!parse_real(shown(value), &bytes, GUC_UNIT_BYTE, nullptr) || bytes < static_cast<double>(option.least) ||
		bytes > static_cast<double>(option.most) * 0.999999)
		refuse_value(option, value, hint);
	return static_cast<int64>(bytes);
}

void
check_column(const Option &option, const JsonbValue &value, Oid view)
{
	if (value.type == jbvNull)
		return;
	if (value.type != jbvString)
		refuse_value(option, value, "It is the name of a column of type jsonb, or null.");
	const char *column = shown(value);
	AttrNumber number = get_attnum(view, column);
	if (number <= 0 || strncmp(column, "__dv_", 5) == 0)
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_COLUMN),
						errmsg("view \"%s\" has no column \"%s\"", get_rel_name(view), column)));
	Oid type = getBaseType(get_atttype(view, number));
	if (type != JSONBOID && type != JSONOID)
		ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH),
						errmsg("column \"%s\" of view \"%s\" is of type %s", column, get_rel_name(view),
							   format_type_be(get_atttype(view, number))),
						errdetail("Option \"document\" names a column of type jsonb, whose content is the document.")));
}

void
check_value(const Option &option, const JsonbValue &value, Oid view)
{
	switch (option.kind)
	{
	case Kind::name:
		if (value.type != jbvString)
			refuse_value(option, value, "It is a string.");
		break;
	case Kind::flag:
		if (value.type != jbvBool)
			refuse_value(option, value, "It is true or false.");
		break;
	case Kind::word:
		if (value.type != jbvString || !has_word(option.words, shown(value)))
			refuse_value(option, value, words_hint(option.words));
		break;
	case Kind::count:
		(void) count_of(option, value);
		break;
	case Kind::size:
		(void) size_of(option, value);
		break;
	case Kind::column:
		check_column(option, value, view);
		break;
	}
}

const Option &
option_named(const char *name)
{
	StringInfoData names;

	initStringInfo(&names);
	for (const Option &option : known_options)
	{
		if (strcmp(option.name, name) == 0)
			return option;
		appendStringInfo(&names, "%s%s", names.len > 0 ? ", " : "", option.name);
	}
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("unrecognized option \"%s\"", name),
					errhint("Options of a sink: %s.", names.data)));
	pg_unreachable();
}

bool
get(Jsonb *options, const char *name, JsonbValue *value)
{
	return getKeyJsonValueFromContainer(&options->root, name, static_cast<int>(strlen(name)), value) != nullptr;
}

JsonbValue
json_number(int64 number)
{
	JsonbValue value = {};

	value.type = jbvNumeric;
	value.val.numeric = DatumGetNumeric(DirectFunctionCall1(int8_numeric, Int64GetDatum(number)));
	return value;
}

JsonbValue
json_bool(bool on)
{
	JsonbValue value = {};

	value.type = jbvBool;
	value.val.boolean = on;
	return value;
}

JsonbValue
json_null()
{
	JsonbValue value = {};

	value.type = jbvNull;
	return value;
}

/* The content of the column "document" of a view that was declared is the document. */
JsonbValue
default_column(Oid view)
{
	for (const document::Document &declared : document::read_documents())
	{
		if (OidIsValid(view) && declared.view == view)
			return pg::json_string("document");
	}
	return json_null();
}

JsonbValue
default_of(const Option &option, const Sink &sink)
{
	switch (option.kind)
	{
	case Kind::flag:
		return json_bool(option.initial != 0);
	case Kind::word:
		return pg::json_string(option.words, strcspn(option.words, " "));
	case Kind::count:
		return json_number(option.initial);
	case Kind::size:
		return option.initial > 0 ? json_number(option.initial) : json_null();
	case Kind::column:
		return default_column(sink.view);
	case Kind::name:
		break;
	}
	return json_null();
}

void
put(JsonbParseState **state, const char *name, JsonbValue value)
{
	JsonbValue key = pg::json_string(name);

	(void) pushJsonbValue(state, WJB_KEY, &key);
	(void) pushJsonbValue(state, WJB_VALUE, &value);
}

} // namespace

Chosen
parse_options(Jsonb *given, Oid view)
{
	Chosen chosen = {nullptr, true, nullptr};
	JsonbParseState *state = nullptr;
	JsonbValue value;
	JsonbIteratorToken token;

	if (!JB_ROOT_IS_OBJECT(given))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("the options of a sink must be a JSON object")));
	JsonbIterator *members = JsonbIteratorInit(&given->root);
	while ((token = JsonbIteratorNext(&members, &value, true)) != WJB_DONE)
	{
		if (token == WJB_KEY)
			(void) option_named(shown(value));
	}
	(void) pushJsonbValue(&state, WJB_BEGIN_OBJECT, nullptr);
	for (const Option &option : known_options)
	{
		if (!get(given, option.name, &value))
			continue;
		check_value(option, value, view);
		if (!option.only_at_start)
			put(&state, option.name, value);
		else if (option.kind == Kind::name)
			chosen.name = shown(value);
		else
			chosen.start = value.val.boolean;
	}
	chosen.kept = JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_OBJECT, nullptr));
	return chosen;
}

Jsonb *
complete_options(const Sink &sink)
{
	JsonbParseState *state = nullptr;

	(void) pushJsonbValue(&state, WJB_BEGIN_OBJECT, nullptr);
	for (const Option &option : known_options)
	{
		JsonbValue value;

		if (option.only_at_start)
			continue;
		if (!get(sink.options, option.name, &value))
			value = default_of(option, sink);
		else if (option.kind == Kind::size)
			value = json_number(size_of(option, value));
		put(&state, option.name, value);
	}
	return JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_OBJECT, nullptr));
}

bool
has_worker(const Sink &sink)
{
	JsonbValue value;

	return !get(sink.options, "runner", &value) || strcmp(shown(value), "worker") == 0;
}

} // namespace dv::sink_catalog
