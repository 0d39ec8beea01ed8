#pragma once

#include "publish/patterns.hpp"

namespace dv::publish {

/* Kinds of change, as bits. */
enum Action : unsigned {
	action_insert = 1,
	action_update = 2,
	action_delete = 4,
	action_truncate = 8,
	action_message = 16,
};

/* What the client asked for; the names are wal2json's. */
struct Options
{
	pg::Vec<Pattern> views;         /* views to publish */
	pg::Vec<Pattern> add_tables;    /* other tables to publish */
	pg::Vec<Pattern> filter_tables; /* neither of them */
	pg::Vec<const char *> add_prefixes;
	pg::Vec<const char *> filter_prefixes;
	unsigned actions;
	bool documents; /* format bson: those of one view, for a sink */
	Oid view;
	const char *sink_options; /* JSON */
	int format_version;       /* 2: an object per change; 1: one per transaction */
	bool keys_only;
	bool include_xids;
	bool include_timestamp;
	bool include_lsn;
	bool include_schemas;
	bool include_types;
	bool include_typmod;
	bool include_pk;
	bool include_transaction;
	bool numbers_as_strings;
	bool pretty_print;
	bool write_in_chunks;
	bool skip_empty;
	bool streaming;
};

/* A list of DefElem; 22023 for an unknown option and for a bad value. In CurrentMemoryContext. */
Options parse_options(List *given);

bool wants_prefix(const Options &options, const char *prefix);

} // namespace dv::publish
