/*
 * json, which keeps the order of members as it was written.
 */
#include "pg/compat.hpp"
#include "sink/bson/json.hpp"
#include "sink/bson/numbers.hpp"

namespace dv::sink {

namespace {

/* An object or array that is open. */
struct Level
{
	bool array;
	int place;
	int count; /* elements of an array */
	int first; /* member of an object, among all members that are known */
	int start; /* of the member that is being read */
	Name name; /* its name */
};

struct Reader
{
	Output *out;
	Name name;      /* of the value as a whole */
	const Span *id; /* not null: its members go into the document that is open */
	pg::Vec<Level> levels;
	pg::Vec<int> members; /* where they begin, of all objects that are open */
	bool failed;          /* nothing more is of interest */
};

Name
name_of(Reader *reader, Index *buffer)
{
	if (reader->levels.empty())
		return reader->name;
	Level &level = reader->levels.back();
	return level.array ? index_name(buffer, level.count++) : level.name;
}

void
check(Reader *reader, bool written)
{
	reader->failed = reader->failed || !written;
}

void
begin(Reader *reader, bool array)
{
	Level level = {};
	Index buffer;

	if (reader->failed)
		return;
	level.array = array;
	level.first = reader->members.n;
	if (reader->id == nullptr || !reader->levels.empty())
		check(reader,
			  open(reader->out, name_of(reader, &buffer), array ? BSON_TYPE_ARRAY : BSON_TYPE_DOCUMENT, &level.place));
	else if (array)
		check(reader, refuse(reader->out, "not a document", "the document is no object"));
	reader->levels.push(level);
}

int
compare_names(const void *a, const void *b, void *bytes)
{
	const char *data = static_cast<const char *>(bytes) + 1;

	return strcmp(data + *static_cast<const int *>(a), data + *static_cast<const int *>(b));
}

void
check_names(Reader *reader, int first)
{
	int *members = reader->members.data + first;
	int n = reader->members.n - first;
	char *bytes = reader->out->bytes->data;

	qsort_arg(members, n, sizeof(int), compare_names, bytes);
	for (int i = 1; i < n; i++)
		if (compare_names(&members[i - 1], &members[i], bytes) == 0)
			check(reader, refuse(reader->out, "two members of one name", "an object has two members of one name"));
}

void
end(Reader *reader)
{
	if (reader->failed)
		return;
	Level level = reader->levels.back();
	if (level.first < reader->members.n)
		check_names(reader, level.first);
	reader->members.truncate(level.first);
	reader->levels.truncate(reader->levels.n - 1);
	if (reader->id == nullptr || !reader->levels.empty())
		close(reader->out, level.place);
}

pg::JsonAction
begin_object(void *state)
{
	begin(static_cast<Reader *>(state), false);
	return pg::JsonAction();
}

pg::JsonAction
begin_array(void *state)
{
	begin(static_cast<Reader *>(state), true);
	return pg::JsonAction();
}

pg::JsonAction
end_value(void *state)
{
	end(static_cast<Reader *>(state));
	return pg::JsonAction();
}

pg::JsonAction
begin_member(void *state, char *name, bool)
{
	Reader *reader = static_cast<Reader *>(state);

	if (!reader->failed)
	{
		Level &level = reader->levels.back();

		level.start = reader->out->bytes->len;
		check(reader, member_name(reader->out, name, static_cast<int>(strlen(name)), &level.name));
	}
	return pg::JsonAction();
}

pg::JsonAction
end_member(void *state, char *, bool)
{
	Reader *reader = static_cast<Reader *>(state);

	if (!reader->failed)
	{
		Level &level = reader->levels.back();

		if (reader->id && reader->levels.n == 1 && is_id(level.name))
			check(reader, drop_id(reader->out, *reader->id, level.start));
		else
			reader->members.push(level.start);
	}
	return pg::JsonAction();
}

bool
put_scalar(Reader *reader, const char *token, JsonTokenType type)
{
	Index buffer;
	Name name = name_of(reader, &buffer);
	int size = static_cast<int>(strlen(token));

	switch (type)
	{
	case JSON_TOKEN_STRING:
		return put_text(reader->out, name, token, size);
	case JSON_TOKEN_NUMBER:
		return put_number(reader->out, name, token, size);
	case JSON_TOKEN_NULL:
		return put_null(reader->out, name);
	default:
		return put_bool(reader->out, name, type == JSON_TOKEN_TRUE);
	}
}

pg::JsonAction
scalar(void *state, char *token, JsonTokenType type)
{
	Reader *reader = static_cast<Reader *>(state);

	if (reader->id && reader->levels.empty())
		check(reader, refuse(reader->out, "not a document", "the document is no object"));
	if (!reader->failed)
		check(reader, put_scalar(reader, token, type));
	return pg::JsonAction();
}

/* In another encoding than UTF-8 the parser raises for a character that this does not have. */
bool
may_raise(const char *json, int size)
{
	if (GetDatabaseEncoding() == PG_UTF8)
		return false;
	for (int i = 0; i + 3 < size; i++)
		if (json[i] == '\\' && json[++i] == 'u' && (json[i + 1] != '0' || json[i + 2] != '0' || json[i + 3] > '7'))
			return true;
	return false;
}

bool
read(Reader *reader, text *value)
{
	JsonSemAction actions = {};

	if (may_raise(VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value)))
		return refuse(reader->out, "invalid text",
					  "json has an escape of a character beyond ASCII, and the database is not in UTF-8");
	actions.semstate = reader;
	actions.object_start = begin_object;
	actions.object_end = end_value;
	actions.array_start = begin_array;
	actions.array_end = end_value;
	actions.object_field_start = begin_member;
	actions.object_field_end = end_member;
	actions.scalar = scalar;
	if (pg_parse_json(pg::json_lexer(VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value)), &actions) != JSON_SUCCESS &&
		!reader->failed)
		return refuse(reader->out, "invalid text", "a text in json has an escape that stands for no character");
	return !reader->failed;
}

} // namespace

bool
put_json(Output *out, Name name, text *value)
{
	Reader reader = {out, name, nullptr, {}, {}, false};

	return read(&reader, value);
}

bool
put_json_members(Output *out, text *value, const Span &id)
{
	Reader reader = {out, {}, &id, {}, {}, false};

	return read(&reader, value);
}

} // namespace dv::sink
