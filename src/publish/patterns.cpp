#include "publish/patterns.hpp"

extern "C" {
#include "lib/stringinfo.h"
}

namespace dv::publish {

namespace {

/* What comes next in a list. */
enum class End : char { part, item, list };

struct Reader
{
	const char *option;
	const char *value;
	const char *at;
	bool any; /* the part that was read last is a bare asterisk */
};

[[noreturn]] void
refuse(const Reader &reader, const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("invalid value for option \"%s\": \"%s\"", reader.option, reader.value), errdetail("%s", detail)));
	pg_unreachable();
}

/* Reads up to an unescaped comma, or period if these divide. Blanks around a part do not count unless escaped. */
char *
read_part(Reader *reader, bool periods, End *end)
{
	StringInfoData part;
	int kept = 0; /* trailing blanks after this are dropped */
	bool escaped = false;

	initStringInfo(&part);
	for (;; reader->at++)
	{
		char c = *reader->at;

		if (c == '\\')
		{
			c = *++reader->at;
			if (c == '\0')
				refuse(*reader, "Nothing follows the last backslash.");
			appendStringInfoChar(&part, c);
			kept = part.len;
			escaped = true;
			continue;
		}
		if (c == '\0' || c == ',' || (periods && c == '.'))
			break;
		if (isspace(static_cast<unsigned char>(c)) && part.len == 0)
			continue;
		appendStringInfoChar(&part, c);
		if (!isspace(static_cast<unsigned char>(c)))
			kept = part.len;
	}
	*end = *reader->at == '\0' ? End::list : *reader->at == ',' ? End::item : End::part;
	if (*end != End::list)
		reader->at++;
	part.data[kept] = '\0';
	reader->any = !escaped && strcmp(part.data, "*") == 0;
	return part.data;
}

bool
is_blank(const char *value)
{
	return value[strspn(value, " \t\n\r")] == '\0';
}

} // namespace

pg::Vec<Pattern>
parse_patterns(const char *option, const char *value)
{
	pg::Vec<Pattern> patterns;
	Reader reader = {option, value, value, false};
	End end = is_blank(value) ? End::list : End::item;

	while (end == End::item)
	{
		Pattern pattern;

		pattern.schema = read_part(&reader, true, &end);
		if (end != End::part)
			refuse(reader, "Each name must be qualified with a schema.");
		if (reader.any)
			pattern.schema = nullptr;
		else if (*pattern.schema == '\0')
			refuse(reader, "A schema's name is empty.");
		pattern.table = read_part(&reader, true, &end);
		if (end == End::part)
			refuse(reader, "A name has more than two parts.");
		if (reader.any)
			pattern.table = nullptr;
		else if (*pattern.table == '\0')
			refuse(reader, "A table's name is empty.");
		patterns.push(pattern);
	}
	return patterns;
}

bool
matches(const pg::Vec<Pattern> &patterns, const char *schema, const char *table)
{
	for (const Pattern &pattern : patterns)
		if ((pattern.schema == nullptr || strcmp(pattern.schema, schema) == 0) &&
			(pattern.table == nullptr || strcmp(pattern.table, table) == 0))
			return true;
	return false;
}

pg::Vec<const char *>
parse_words(const char *option, const char *value)
{
	pg::Vec<const char *> words;
	Reader reader = {option, value, value, false};
	End end = is_blank(value) ? End::list : End::item;

	while (end == End::item)
	{
		const char *word = read_part(&reader, false, &end);

		if (*word == '\0')
			refuse(reader, "An entry is empty.");
		words.push(word);
	}
	return words;
}

} // namespace dv::publish
