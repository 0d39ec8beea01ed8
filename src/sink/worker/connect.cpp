#include "sink/worker/connect.hpp"

extern "C" {
#include "lib/stringinfo.h"
#include "postmaster/postmaster.h"
}

#include <pwd.h>
#include <unistd.h>

namespace dv::sink::worker {

namespace {

char *setting = nullptr;

void
append(StringInfo conninfo, const char *name, const char *value)
{
	appendStringInfo(conninfo, "%s='", name);
	for (const char *c = value; *c != '\0'; c++)
	{
		if (*c == '\'' || *c == '\\')
			appendStringInfoChar(conninfo, '\\');
		appendStringInfoChar(conninfo, *c);
	}
	appendStringInfoString(conninfo, "' ");
}

/* The first of unix_socket_directories, or this machine where there is none. */
const char *
socket_directory()
{
	const char *all = GetConfigOption("unix_socket_directories", false, false);
	size_t length = strcspn(all, ",");

	while (length > 0 && all[length - 1] == ' ')
		length--;
	return length > 0 ? pnstrdup(all, length) : "localhost";
}

} // namespace

void
define_settings()
{
	DefineCustomStringVariable(
		"deltaview.sink_conninfo", "How sinks connect to this server.",
		"A connection string of libpq, for a superuser. What it leaves out: the local socket, and "
		"the name of the operating system's user who runs the server.",
		&setting, "", PGC_SIGHUP, GUC_SUPERUSER_ONLY, nullptr, nullptr, nullptr);
}

char *
conninfo(const char *database, const char *application)
{
	StringInfoData text;
	const struct passwd *me = getpwuid(geteuid());

	initStringInfo(&text);
	append(&text, "host", socket_directory());
	append(&text, "port", GetConfigOption("port", false, false));
	if (me != nullptr)
		append(&text, "user", me->pw_name);
	appendStringInfo(&text, "%s ", setting ? setting : "");
	append(&text, "dbname", database);
	append(&text, "application_name", application);
	return text.data;
}

} // namespace dv::sink::worker
