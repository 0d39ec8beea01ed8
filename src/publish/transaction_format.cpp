/*
 * format-version 1: an object per transaction, written when it ends, or in pieces.
 */
#include "publish/format.hpp"

namespace dv::publish {

namespace {

Json
resume_object(const Plugin *plugin)
{
	return {plugin->object, plugin->options.pretty_print, plugin->depth, plugin->comma};
}

void
send_object(LogicalDecodingContext *ctx, bool last)
{
	Plugin *plugin = plugin_of(ctx);

	OutputPluginPrepareWrite(ctx, last);
	appendBinaryStringInfo(ctx->out, plugin->object->data, plugin->object->len);
	OutputPluginWrite(ctx, last);
	resetStringInfo(plugin->object);
}

void
suspend_object(LogicalDecodingContext *ctx, const Json &json)
{
	Plugin *plugin = plugin_of(ctx);

	plugin->depth = json.depth;
	plugin->comma = json.comma;
	if (plugin->options.write_in_chunks)
		send_object(ctx, false);
}

void
write_begin(LogicalDecodingContext *ctx, ReorderBufferTXN *txn, const char *)
{
	Plugin *plugin = plugin_of(ctx);
	Json json = {plugin->object, plugin->options.pretty_print, 0, false};

	resetStringInfo(plugin->object);
	open(&json, '{');
	if (plugin->options.include_xids)
	{
		member(&json, "xid");
		appendStringInfo(json.out, "%u", txn->xid);
	}
	if (plugin->options.include_lsn)
		lsn_member(&json, "nextlsn", txn->end_lsn);
	if (plugin->options.include_timestamp)
		time_member(&json, "timestamp", txn->xact_time.commit_time);
	member(&json, "change");
	open(&json, '[');
	suspend_object(ctx, json);
}

/* Once sent, a large object's room is given back. */
void
shrink(StringInfo object)
{
	constexpr int enough = 1024 * 1024;

	if (object->maxlen <= enough)
		return;
	object->data = static_cast<char *>(repalloc(object->data, enough));
	object->maxlen = enough;
}

void
write_commit(LogicalDecodingContext *ctx, ReorderBufferTXN *, XLogRecPtr, const char *)
{
	Json json = resume_object(plugin_of(ctx));

	close(&json, ']');
	close(&json, '}');
	send_object(ctx, true);
	shrink(plugin_of(ctx)->object);
}

using Which = bool (*)(const Column &column);

bool
any_column(const Column &)
{
	return true;
}

bool
key_column(const Column &column)
{
	return column.key;
}

bool
primary_column(const Column &column)
{
	return column.primary;
}

/* An array with an entry for each column in question: its name, its type or its value. */
void
write_array(const Plugin *plugin, Json *json, const char *name, const Published *published, Which which, const Row *row,
			void (*entry)(const Plugin *, Json *, const Column &, const Row *))
{
	member(json, name);
	open(json, '[');
	for (int i = 0; i < published->ncolumns; i++)
	{
		const Column &column = published->columns[i];

		if (!which(column) || (row != nullptr && row->missing[column.attno - 1]))
			continue;
		element(json);
		entry(plugin, json, column, row);
	}
	close(json, ']');
}

void
write_name(const Plugin *, Json *json, const Column &column, const Row *)
{
	string_value(json, column.name);
}

void
write_type(const Plugin *, Json *json, const Column &column, const Row *)
{
	string_value(json, column.type);
}

void
write_one_value(const Plugin *plugin, Json *json, const Column &column, const Row *row)
{
	write_column_value(plugin, json, column, *row);
}

/* `prefix` is "column" or "key". */
void
write_row(const Plugin *plugin, Json *json, const char *prefix, const Published *published, Which which, const Row *row)
{
	write_array(plugin, json, psprintf("%snames", prefix), published, which, row, write_name);
	if (plugin->options.include_types)
		write_array(plugin, json, psprintf("%stypes", prefix), published, which, row, write_type);
	write_array(plugin, json, psprintf("%svalues", prefix), published, which, row, write_one_value);
}

const char *
kind_of(const Change &change)
{
	switch (change.change->action)
	{
	case REORDER_BUFFER_CHANGE_INSERT:
		return "insert";
	case REORDER_BUFFER_CHANGE_UPDATE:
		return "update";
	case REORDER_BUFFER_CHANGE_DELETE:
		return "delete";
	default:
		return "truncate";
	}
}

void
write_primary_key(const Plugin *plugin, Json *json, const Published *published)
{
	member(json, "pk");
	open(json, '{');
	write_array(plugin, json, "pknames", published, primary_column, nullptr, write_name);
	if (plugin->options.include_types)
		write_array(plugin, json, "pktypes", published, primary_column, nullptr, write_type);
	close(json, '}');
}

void
write_change(LogicalDecodingContext *ctx, ReorderBufferTXN *, const Change &change)
{
	const Plugin *plugin = plugin_of(ctx);
	const Published *published = change.published;
	Json json = resume_object(plugin);

	element(&json);
	open(&json, '{');
	string_member(&json, "kind", kind_of(change));
	if (plugin->options.include_schemas)
		string_member(&json, "schema", published->schema);
	string_member(&json, "table", published->table);
	if (change.row != nullptr)
		write_row(plugin, &json, "column", published, plugin->options.keys_only ? key_column : any_column, change.row);
	if (const Row *identity = identity_row(change))
	{
		member(&json, "oldkeys");
		open(&json, '{');
		write_row(plugin, &json, "key", published, key_column, identity);
		close(&json, '}');
	}
	if (plugin->options.include_pk && change.change->action != REORDER_BUFFER_CHANGE_TRUNCATE)
		write_primary_key(plugin, &json, published);
	close(&json, '}');
	suspend_object(ctx, json);
}

void
write_one_message(Json *json, const Message &message)
{
	element(json);
	open(json, '{');
	string_member(json, "kind", "message");
	bool_member(json, "transactional", message.transactional);
	string_member(json, "prefix", message.prefix);
	message_content(json, message);
	close(json, '}');
}

/* A message that is part of no transaction has an object of its own. */
void
write_message(LogicalDecodingContext *ctx, ReorderBufferTXN *, const Message &message)
{
	const Plugin *plugin = plugin_of(ctx);

	if (message.transactional)
	{
		Json json = resume_object(plugin);

		write_one_message(&json, message);
		suspend_object(ctx, json);
		return;
	}
	OutputPluginPrepareWrite(ctx, true);
	Json json = {ctx->out, plugin->options.pretty_print, 0, false};
	open(&json, '{');
	if (plugin->options.include_lsn)
		lsn_member(&json, "lsn", message.lsn);
	member(&json, "change");
	open(&json, '[');
	write_one_message(&json, message);
	close(&json, ']');
	close(&json, '}');
	OutputPluginWrite(ctx, true);
}

} // namespace

const Format transaction_format = {write_begin, write_commit, write_change, write_message};

} // namespace dv::publish
