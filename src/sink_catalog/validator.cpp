#include "sink_catalog/server.hpp"

#include <initializer_list>

extern "C" {
#include "access/reloptions.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_foreign_server.h"
#include "catalog/pg_user_mapping.h"
#include "commands/defrem.h"
#include "lib/stringinfo.h"
}

namespace dv::sink_catalog {

namespace {

struct Known
{
	const char *name;
	Oid catalog;
	bool (*is_valid)(const char *value); /* null: any text but an empty one */
	const char *hint;
};

bool
is_flag(const char *value)
{
	bool on;

	return parse_bool(value, &on);
}

bool
is_mechanism(const char *value)
{
	for (const char *known : {"SCRAM-SHA-1", "SCRAM-SHA-256", "PLAIN", "MONGODB-X509"})
	{
		if (strcmp(value, known) == 0)
			return true;
	}
	return false;
}

constexpr const char *uri_hint = "It is as in \"mongodb://host1:27017,host2:27017/?replicaSet=rs0\".";

bool
is_uri(const char *value)
{
	const char *hosts = strstr(value, "://");

	return (strncmp(value, "mongodb://", 10) == 0 || strncmp(value, "mongodb+srv://", 14) == 0) && hosts[3] != '\0' &&
		   hosts[3] != '/' && hosts[3] != '?';
}

constexpr Known known_options[] = {
	{"uri", ForeignServerRelationId, is_uri, uri_hint},
	{"tls", ForeignServerRelationId, is_flag, "It is true or false."},
	{"tls_ca_file", ForeignServerRelationId, nullptr, "It is the path of a file on the server."},
	{"tls_certificate_key_file", ForeignServerRelationId, nullptr, "It is the path of a file on the server."},
	{"tls_allow_invalid_certificates", ForeignServerRelationId, is_flag, "It is true or false."},
	{"tls_allow_invalid_hostnames", ForeignServerRelationId, is_flag, "It is true or false."},
	{"user", UserMappingRelationId, nullptr, "It is the name of a MongoDB user."},
	{"password", UserMappingRelationId, nullptr, "It must not be empty."},
	{"auth_source", UserMappingRelationId, nullptr, "It is the database that knows the user, such as \"admin\"."},
	{"auth_mechanism", UserMappingRelationId, is_mechanism,
	 "It is \"SCRAM-SHA-1\", \"SCRAM-SHA-256\", \"PLAIN\" or \"MONGODB-X509\"."},
};

/* What a URI may ask for; all else has an option of its own, or would weaken what a sink promises. */
constexpr const char *uri_options[] = {
	"replicaSet",
	"directConnection",
	"loadBalanced",
	"srvServiceName",
	"srvMaxHosts",
	"tls",
	"ssl",
	"compressors",
	"zlibCompressionLevel",
	"connectTimeoutMS",
	"socketTimeoutMS",
	"serverSelectionTimeoutMS",
	"serverSelectionTryOnce",
	"heartbeatFrequencyMS",
	"localThresholdMS",
	"socketCheckIntervalMS",
	"appName",
	"retryWrites",
};

/* The values may be secrets: neither they nor the statement go to the log. */
[[noreturn]] void
refuse(int code, const char *message, const char *hint)
{
	ereport(ERROR, (errcode(code), errmsg("%s", message), errhint("%s", hint), errhidestmt(true)));
	pg_unreachable();
}

const Known *
find_option(const char *name, Oid catalog)
{
	for (const Known &known : known_options)
	{
		if (known.catalog == catalog && strcmp(known.name, name) == 0)
			return &known;
	}
	return nullptr;
}

[[noreturn]] void
refuse_name(const char *name, Oid catalog)
{
	StringInfoData names;

	initStringInfo(&names);
	for (const Known &known : known_options)
	{
		if (known.catalog == catalog)
			appendStringInfo(&names, "%s%s", names.len > 0 ? ", " : "", known.name);
	}
	refuse(ERRCODE_FDW_INVALID_OPTION_NAME, psprintf("invalid option \"%s\"", name),
		   names.len > 0 ? psprintf("Valid options in this context are: %s", names.data)
						 : "There are no valid options in this context.");
}

void
check_uri_option(const char *name, size_t length)
{
	for (const char *known : uri_options)
	{
		if (strlen(known) == length && pg_strncasecmp(known, name, length) == 0)
			return;
	}
	refuse(ERRCODE_INVALID_PARAMETER_VALUE, psprintf("the uri must not set \"%.*s\"", static_cast<int>(length), name),
		   "Files and checks of TLS are options of the server, authentication those of its user mappings. What is "
		   "acknowledged and read is the same for every sink.");
}

void
check_uri(const char *uri)
{
	const char *hosts = strstr(uri, "://") + 3;
	size_t end = strcspn(hosts, "/?");

	if (memchr(hosts, '@', end) != nullptr || strchr(hosts, '@') != nullptr)
		refuse(ERRCODE_INVALID_PARAMETER_VALUE, "the uri must not hold a user or a password",
			   "They are options of CREATE USER MAPPING: user, password, auth_source.");
	if (hosts[end] == '/' && hosts[end + 1] != '\0' && hosts[end + 1] != '?')
		refuse(ERRCODE_INVALID_PARAMETER_VALUE, "the uri must not name a database",
			   "The database is an argument of deltaview.create_sink(), auth_source an option of the user mapping.");
	const char *query = strchr(hosts, '?');
	for (const char *option = query ? query + 1 : ""; *option != '\0';)
	{
		size_t length = strcspn(option, "&;");

		check_uri_option(option, Min(strcspn(option, "="), length));
		option += length;
		if (*option != '\0')
			option++;
	}
}

/* A session may make the server read a file only where its role may read files. */
void
check_file(const char *option)
{
	if (!has_privs_of_role(GetUserId(), ROLE_PG_READ_SERVER_FILES))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("permission denied to set option \"%s\"", option),
				 errdetail("Only roles with privileges of \"pg_read_server_files\" may name files of the server.")));
}

void
check_option(const Known &known, const char *value)
{
	bool fits = known.is_valid ? known.is_valid(value) : *value != '\0';

	if (!fits)
		refuse(ERRCODE_INVALID_PARAMETER_VALUE, psprintf("invalid value for option \"%s\"", known.name), known.hint);
	if (known.is_valid == is_uri)
		check_uri(value);
	if (strcmp(known.name, "tls_ca_file") == 0 || strcmp(known.name, "tls_certificate_key_file") == 0)
		check_file(known.name);
}

const char *
value_in(List *options, const char *name)
{
	ListCell *cell;

	foreach (cell, options)
	{
		DefElem *option = lfirst_node(DefElem, cell);

		if (strcmp(option->defname, name) == 0)
			return defGetString(option);
	}
	return nullptr;
}

} // namespace

void
check_options(Datum given, Oid catalog)
{
	List *options = untransformRelOptions(given);
	ListCell *cell;

	foreach (cell, options)
	{
		DefElem *option = lfirst_node(DefElem, cell);
		const Known *known = find_option(option->defname, catalog);

		if (known == nullptr)
			refuse_name(option->defname, catalog);
		check_option(*known, defGetString(option));
	}
	if (catalog == ForeignServerRelationId && value_in(options, "uri") == nullptr)
		refuse(ERRCODE_FDW_DYNAMIC_PARAMETER_VALUE_NEEDED, "option \"uri\" is required", uri_hint);
	if (catalog == UserMappingRelationId && value_in(options, "password") && !value_in(options, "user"))
		refuse(ERRCODE_FDW_DYNAMIC_PARAMETER_VALUE_NEEDED, "option \"password\" needs option \"user\"",
			   "Give the user's name as well.");
}

} // namespace dv::sink_catalog
