#include "sink/bson/options.hpp"

namespace dv::sink {

namespace {

/* The text of a member; null where it is not there, or null. */
const char *
member(const Jsonb *given, const char *name, bool *found)
{
	JsonbValue buffer;
	JsonbValue *value = getKeyJsonValueFromContainer(const_cast<JsonbContainer *>(&given->root), name,
													 static_cast<int>(strlen(name)), &buffer);

	*found = value != nullptr;
	if (value == nullptr || value->type == jbvNull)
		return nullptr;
	if (value->type != jbvString)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("option \"%s\" must be a string", name)));
	return pnstrdup(value->val.string.val, value->val.string.len);
}

template <class T> struct Choice
{
	const char *word;
	T value;
};

template <class T, size_t n>
T
choose(const Jsonb *given, const char *name, const Choice<T> (&choices)[n], const char *words)
{
	bool found;
	const char *word = member(given, name, &found);

	for (const Choice<T> &choice : choices)
		if (word == nullptr || strcmp(choice.word, word) == 0)
			return choice.value;
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("invalid value for option \"%s\": \"%s\"", name, word), errhint("It is %s.", words)));
	pg_unreachable();
}

/* The first is the default. */
constexpr Choice<Numeric> numerics[] = {{"error", Numeric::error}, {"string", Numeric::string}};
constexpr Choice<Infinity> infinities[] = {
	{"string", Infinity::string}, {"null", Infinity::null}, {"error", Infinity::error}};
constexpr Choice<Time> times[] = {{"date", Time::date}, {"string", Time::string}};
constexpr Choice<bool> nulls[] = {{"null", false}, {"absent", true}};

} // namespace

Options
read_options(const Jsonb *given, const char *default_document)
{
	Options options = {};
	bool found;

	if (!JB_ROOT_IS_OBJECT(given))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("the options must be an object")));
	options.document = member(given, "document", &found);
	if (!found)
		options.document = default_document;
	options.numeric = choose(given, "numeric", numerics, "error or string");
	options.infinity = choose(given, "infinity", infinities, "string, null or error");
	options.timestamp = choose(given, "timestamp", times, "date or string");
	options.absent_nulls = choose(given, "nulls", nulls, "null or absent");
	return options;
}

} // namespace dv::sink
