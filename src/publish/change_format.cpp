/*
 * format-version 2: an object per change, and others for where a transaction begins and ends.
 */
#include "publish/format.hpp"

namespace dv::publish {

namespace {

Json
begin_object(LogicalDecodingContext *ctx, const char *action)
{
	OutputPluginPrepareWrite(ctx, true);
	Json json = {ctx->out, plugin_of(ctx)->options.pretty_print, 0, false};

	open(&json, '{');
	string_member(&json, "action", action);
	return json;
}

void
end_object(LogicalDecodingContext *ctx, Json *json)
{
	close(json, '}');
	OutputPluginWrite(ctx, true);
}

void
xid_member(Json *json, const char *name, TransactionId xid)
{
	member(json, name);
	appendStringInfo(json->out, "%u", xid);
}

/* In a block of a transaction in progress always, with the subtransaction, since either may be taken back. */
void
xid_members(const Plugin *plugin, Json *json, ReorderBufferTXN *top, ReorderBufferTXN *sub)
{
	if (plugin->options.include_xids || plugin->in_block)
		xid_member(json, "xid", top->xid);
	if (plugin->in_block && sub != nullptr && sub->xid != top->xid)
		xid_member(json, "subxid", sub->xid);
}

void
frame(LogicalDecodingContext *ctx, ReorderBufferTXN *txn, XLogRecPtr lsn, const char *action)
{
	const Plugin *plugin = plugin_of(ctx);
	Json json = begin_object(ctx, action);

	if (plugin->options.include_xids || rbtxn_is_streamed(txn))
		xid_member(&json, "xid", txn->xid);
	if (txn->gid != nullptr)
		string_member(&json, "gid", txn->gid);
	if (plugin->options.include_timestamp)
		time_member(&json, "timestamp", txn->xact_time.commit_time);
	if (plugin->options.include_lsn)
	{
		lsn_member(&json, "lsn", lsn);
		lsn_member(&json, "nextlsn", txn->end_lsn);
	}
	end_object(ctx, &json);
}

void
write_begin(LogicalDecodingContext *ctx, ReorderBufferTXN *txn, const char *action)
{
	if (plugin_of(ctx)->options.include_transaction)
		frame(ctx, txn, txn->final_lsn, action);
}

void
write_commit(LogicalDecodingContext *ctx, ReorderBufferTXN *txn, XLogRecPtr lsn, const char *action)
{
	if (plugin_of(ctx)->options.include_transaction)
		frame(ctx, txn, lsn, action);
}

/* The members that every change has; the time of a transaction in progress is not known. */
void
common_members(const Plugin *plugin, Json *json, ReorderBufferTXN *txn, ReorderBufferTXN *sub, XLogRecPtr lsn)
{
	if (txn != nullptr)
	{
		xid_members(plugin, json, txn, sub);
		if (plugin->options.include_timestamp && !plugin->in_block)
			time_member(json, "timestamp", txn->xact_time.commit_time);
	}
	if (plugin->options.include_lsn)
		lsn_member(json, "lsn", lsn);
}

void
describe_column(const Plugin *plugin, Json *json, const Column &column)
{
	element(json);
	open(json, '{');
	string_member(json, "name", column.name);
	if (plugin->options.include_types)
		string_member(json, "type", column.type);
}

/* SQL's NULL and a JSON null are both null: the latter says so. */
void
write_column(const Plugin *plugin, Json *json, const Column &column, const Row &row)
{
	int i = column.attno - 1;

	if (row.missing[i])
		return;
	describe_column(plugin, json, column);
	member(json, "value");
	int start = json->out->len;
	write_column_value(plugin, json, column, row);
	if (!row.nulls[i] && is_json_null(column.writer, json->out->data + start))
		string_member(json, "null", "json");
	close(json, '}');
}

void
write_columns(const Plugin *plugin, Json *json, const char *name, const Published *published, const Row &row,
			  bool keys_only)
{
	member(json, name);
	open(json, '[');
	for (int i = 0; i < published->ncolumns; i++)
		if (!keys_only || published->columns[i].key)
			write_column(plugin, json, published->columns[i], row);
	close(json, ']');
}

void
write_primary_key(const Plugin *plugin, Json *json, const Published *published)
{
	member(json, "pk");
	open(json, '[');
	for (int i = 0; i < published->ncolumns; i++)
		if (published->columns[i].primary)
		{
			describe_column(plugin, json, published->columns[i]);
			close(json, '}');
		}
	close(json, ']');
}

const char *
action_letter(const Change &change)
{
	switch (change.change->action)
	{
	case REORDER_BUFFER_CHANGE_INSERT:
		return "I";
	case REORDER_BUFFER_CHANGE_UPDATE:
		return "U";
	case REORDER_BUFFER_CHANGE_DELETE:
		return "D";
	default:
		return "T";
	}
}

void
write_change(LogicalDecodingContext *ctx, ReorderBufferTXN *txn, const Change &change)
{
	const Plugin *plugin = plugin_of(ctx);
	const Published *published = change.published;
	Json json = begin_object(ctx, action_letter(change));

	common_members(plugin, &json, txn, change.change->txn, change.change->lsn);
	if (plugin->options.include_schemas)
		string_member(&json, "schema", published->schema);
	string_member(&json, "table", published->table);
	if (change.row != nullptr)
		write_columns(plugin, &json, "columns", published, *change.row, plugin->options.keys_only);
	if (const Row *identity = identity_row(change))
		write_columns(plugin, &json, "identity", published, *identity, true);
	if (plugin->options.include_pk && change.change->action != REORDER_BUFFER_CHANGE_TRUNCATE)
		write_primary_key(plugin, &json, published);
	end_object(ctx, &json);
}

void
write_message(LogicalDecodingContext *ctx, ReorderBufferTXN *txn, const Message &message)
{
	const Plugin *plugin = plugin_of(ctx);
	Json json = begin_object(ctx, "M");

	common_members(plugin, &json, message.transactional ? txn : nullptr, nullptr, message.lsn);
	bool_member(&json, "transactional", message.transactional);
	string_member(&json, "prefix", message.prefix);
	message_content(&json, message);
	end_object(ctx, &json);
}

} // namespace

void
write_block(LogicalDecodingContext *ctx, ReorderBufferTXN *txn, const char *action)
{
	Json json = begin_object(ctx, action);

	xid_member(&json, "xid", txn->xid);
	end_object(ctx, &json);
}

void
write_abort(LogicalDecodingContext *ctx, ReorderBufferTXN *top, ReorderBufferTXN *txn, XLogRecPtr lsn)
{
	Json json = begin_object(ctx, "SA");

	xid_member(&json, "xid", top->xid);
	if (txn != top)
		xid_member(&json, "subxid", txn->xid);
	if (plugin_of(ctx)->options.include_lsn)
		lsn_member(&json, "lsn", lsn);
	end_object(ctx, &json);
}

const Format change_format = {write_begin, write_commit, write_change, write_message};

} // namespace dv::publish
