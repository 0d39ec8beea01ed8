#include "catalog/options.hpp"

#include "catalog/rows.hpp"

#include <initializer_list>

namespace dv::catalog {

namespace {

/* Lower case, single spaces. */
char *
normalize(const char *text)
{
	StringInfoData buf;
	bool space = false;

	initStringInfo(&buf);
	for (const char *c = text; *c != '\0'; c++)
	{
		if (*c == ' ' || *c == '\t' || *c == '\n')
		{
			space = buf.len > 0;
			continue;
		}
		if (space)
			appendStringInfoChar(&buf, ' ');
		space = false;
		appendStringInfoChar(&buf, static_cast<char>(pg_tolower(static_cast<unsigned char>(*c))));
	}
	return buf.data;
}

bool
begins(const char *text, const char *word)
{
	size_t n = strlen(word);
	return strncmp(text, word, n) == 0 && (text[n] == ' ' || text[n] == '\0');
}

[[noreturn]] void
corrupt(const char *column, const char *value)
{
	ereport(ERROR, (errcode(ERRCODE_DATA_CORRUPTED),
					errmsg("unexpected value \"%s\" in column \"%s\" of deltaview.view_catalog", value, column)));
	pg_unreachable();
}

} // namespace

const char *
name_of(Refresh refresh)
{
	switch (refresh)
	{
	case Refresh::on_commit:
		return "on commit";
	case Refresh::on_statement:
		return "on statement";
	case Refresh::on_demand:
		return "on demand";
	}
	return "";
}

const char *
name_of(Method method)
{
	switch (method)
	{
	case Method::fast:
		return "fast";
	case Method::force:
		return "force";
	case Method::complete:
		return "complete";
	}
	return "";
}

const char *
name_of(State state)
{
	switch (state)
	{
	case State::fresh:
		return "fresh";
	case State::stale:
		return "stale";
	case State::paused:
		return "paused";
	}
	return "";
}

Refresh
refresh_of(const char *name)
{
	for (Refresh refresh : {Refresh::on_commit, Refresh::on_statement, Refresh::on_demand})
	{
		if (strcmp(name, name_of(refresh)) == 0)
			return refresh;
	}
	corrupt("refresh", name);
}

Method
method_of(const char *name)
{
	for (Method method : {Method::fast, Method::force, Method::complete})
	{
		if (strcmp(name, name_of(method)) == 0)
			return method;
	}
	corrupt("method", name);
}

State
state_of(const char *name)
{
	for (State state : {State::fresh, State::stale, State::paused})
	{
		if (strcmp(name, name_of(state)) == 0)
			return state;
	}
	corrupt("state", name);
}

Refresh
parse_refresh(const char *text)
{
	char *word = normalize(text);

	for (Refresh refresh : {Refresh::on_commit, Refresh::on_statement, Refresh::on_demand})
	{
		if (strcmp(word, name_of(refresh)) == 0)
			return refresh;
	}
	if (begins(word, "every") || begins(word, "background"))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED), errmsg("refresh mode \"%s\" is not supported yet", text),
				 errhint("Use \"on commit\", \"on statement\" or \"on demand\".")));
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("unknown refresh mode \"%s\"", text),
					errhint("Use \"on commit\", \"on statement\" or \"on demand\".")));
	pg_unreachable();
}

Method
parse_method(const char *text)
{
	char *word = normalize(text);

	for (Method method : {Method::fast, Method::force, Method::complete})
	{
		if (strcmp(word, name_of(method)) == 0)
			return method;
	}
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("unknown method \"%s\"", text),
					errhint("Use \"fast\", \"force\" or \"complete\".")));
	pg_unreachable();
}

} // namespace dv::catalog
