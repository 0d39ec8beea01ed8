#include "publish/options.hpp"

namespace dv::publish {

namespace {

struct Flag
{
	const char *name;
	bool Options::*field;
};

constexpr Flag flags[] = {
	{"include-xids", &Options::include_xids},
	{"include-timestamp", &Options::include_timestamp},
	{"include-lsn", &Options::include_lsn},
	{"include-schemas", &Options::include_schemas},
	{"include-types", &Options::include_types},
	{"include-typmod", &Options::include_typmod},
	{"include-pk", &Options::include_pk},
	{"include-transaction", &Options::include_transaction},
	{"numeric-data-types-as-string", &Options::numbers_as_strings},
	{"pretty-print", &Options::pretty_print},
	{"write-in-chunks", &Options::write_in_chunks},
	{"skip-empty-xacts", &Options::skip_empty},
	{"streaming", &Options::streaming},
};

struct Names
{
	const char *name;
	pg::Vec<Pattern> Options::*field;
};

constexpr Names name_lists[] = {
	{"views", &Options::views},
	{"add-tables", &Options::add_tables},
	{"filter-tables", &Options::filter_tables},
};

struct ActionName
{
	const char *name;
	Action action;
};

constexpr ActionName action_names[] = {
	{"insert", action_insert},     {"update", action_update},   {"delete", action_delete},
	{"truncate", action_truncate}, {"message", action_message},
};

[[noreturn]] void
refuse_value(const char *option, const char *value, const char *hint)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("invalid value for option \"%s\": \"%s\"", option, value), errhint("%s", hint)));
	pg_unreachable();
}

Oid
parse_oid(const char *option, const char *value)
{
	char *end;
	unsigned long oid = strtoul(value, &end, 10);

	if (value[0] < '0' || value[0] > '9' || *end != '\0' || oid == 0 || oid > OID_MAX)
		refuse_value(option, value, "It is the OID of a view's table.");
	return static_cast<Oid>(oid);
}

unsigned
parse_actions(const char *option, const char *value)
{
	unsigned actions = 0;

	for (const char *word : parse_words(option, value))
	{
		unsigned found = 0;

		for (const ActionName &known : action_names)
			if (strcmp(known.name, word) == 0)
				found = known.action;
		if (found == 0)
			refuse_value(option, value, "Known actions are insert, update, delete, truncate, message.");
		actions |= found;
	}
	return actions;
}

/* Without a value a flag is on, as an option of the replication command may come without one. */
bool
set_flag(Options *options, const char *name, const char *value)
{
	for (const Flag &flag : flags)
	{
		if (strcmp(flag.name, name) != 0)
			continue;
		bool on = true;
		if (value != nullptr && !parse_bool(value, &on))
			refuse_value(name, value, "It is true or false.");
		options->*flag.field = on;
		return true;
	}
	return false;
}

void
set_option(Options *options, const char *name, const char *value)
{
	if (set_flag(options, name, value))
		return;
	const char *given = value ? value : "";
	for (const Names &list : name_lists)
		if (strcmp(list.name, name) == 0)
		{
			options->*list.field = parse_patterns(name, given);
			return;
		}
	if (strcmp(name, "actions") == 0)
		options->actions = parse_actions(name, given);
	else if (strcmp(name, "add-msg-prefixes") == 0)
		options->add_prefixes = parse_words(name, given);
	else if (strcmp(name, "filter-msg-prefixes") == 0)
		options->filter_prefixes = parse_words(name, given);
	else if (strcmp(name, "columns") == 0)
	{
		options->keys_only = strcmp(given, "keys") == 0;
		if (!options->keys_only && strcmp(given, "all") != 0)
			refuse_value(name, given, "It is all or keys.");
	}
	else if (strcmp(name, "format-version") == 0)
	{
		if (strcmp(given, "1") != 0 && strcmp(given, "2") != 0)
			refuse_value(name, given, "It is 1 (an object per transaction) or 2 (an object per change).");
		options->format_version = given[0] - '0';
	}
	else if (strcmp(name, "format") == 0)
	{
		options->documents = strcmp(given, "bson") == 0;
		if (!options->documents && strcmp(given, "json") != 0)
			refuse_value(name, given, "It is json or bson.");
	}
	else if (strcmp(name, "view_oid") == 0)
		options->view = parse_oid(name, given);
	else if (strcmp(name, "sink_options") == 0)
		options->sink_options = pstrdup(given);
	else
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("unrecognized option \"%s\"", name),
						errdetail("The output plugin pg_deltaview has no such option.")));
}

bool
is_for_documents(const char *name)
{
	return strcmp(name, "format") == 0 || strcmp(name, "view_oid") == 0 || strcmp(name, "sink_options") == 0;
}

/* What is said of JSON says nothing of BSON. */
void
check_document_options(const Options &options, List *given)
{
	ListCell *cell;

	foreach (cell, given)
	{
		const char *name = lfirst_node(DefElem, cell)->defname;

		if (options.documents != is_for_documents(name) && strcmp(name, "format") != 0)
			ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
							errmsg("option \"%s\" is not for format %s", name, options.documents ? "bson" : "json")));
	}
	if (options.documents && !OidIsValid(options.view))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("format bson needs option \"view_oid\"")));
}

bool
has_word(const pg::Vec<const char *> &words, const char *word)
{
	for (const char *known : words)
		if (strcmp(known, word) == 0)
			return true;
	return false;
}

} // namespace

Options
parse_options(List *given)
{
	Options options = {};
	ListCell *cell;

	options.views.push({nullptr, nullptr});
	options.actions = action_insert | action_update | action_delete | action_truncate;
	options.format_version = 2;
	options.include_schemas = true;
	options.include_types = true;
	options.include_typmod = true;
	options.include_transaction = true;
	options.skip_empty = true;
	options.sink_options = "{}";
	foreach (cell, given)
	{
		DefElem *element = lfirst_node(DefElem, cell);

		set_option(&options, element->defname, element->arg ? strVal(element->arg) : nullptr);
	}
	check_document_options(options, given);
	/* The objects of a transaction in progress say nothing without their frame. */
	if (options.streaming && (options.format_version != 2 || !options.include_transaction))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("option \"streaming\" needs format-version 2 and include-transaction")));
	if (options.write_in_chunks && options.format_version != 1)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("option \"write-in-chunks\" needs format-version 1")));
	return options;
}

bool
wants_prefix(const Options &options, const char *prefix)
{
	return !has_word(options.filter_prefixes, prefix) &&
		   (options.add_prefixes.empty() || has_word(options.add_prefixes, prefix));
}

} // namespace dv::publish
