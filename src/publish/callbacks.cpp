#include "publish/format.hpp"
#include "publish/plugin.hpp"

#include "pg/compat.hpp"
#include "pg/value_settings.hpp"

namespace dv::publish {

namespace {

/* The client hears of us at least after so many changes that are not for it: else it takes us for dead. */
constexpr int progress_interval = 100;

/* What was written of a transaction; lives from its first change or block to its end. */
struct Progress
{
	bool begun; /* B, or a first SB */
};

Progress *
progress_of(LogicalDecodingContext *ctx, ReorderBufferTXN *txn)
{
	if (txn->output_plugin_private == nullptr)
		txn->output_plugin_private = MemoryContextAllocZero(ctx->context, sizeof(Progress));
	return static_cast<Progress *>(txn->output_plugin_private);
}

/* Was anything written of it? */
bool
forget_progress(ReorderBufferTXN *txn)
{
	Progress *progress = static_cast<Progress *>(txn->output_plugin_private);
	bool begun = progress != nullptr && progress->begun;

	if (progress != nullptr)
		pfree(progress);
	txn->output_plugin_private = nullptr;
	return begun;
}

/* Something of this transaction is about to be written. */
void
need_begin(LogicalDecodingContext *ctx, ReorderBufferTXN *txn)
{
	Plugin *plugin = plugin_of(ctx);
	Progress *progress = progress_of(ctx, txn);

	if (plugin->in_block)
	{
		if (!plugin->block_begun)
			write_block(ctx, txn, "SB");
		plugin->block_begun = true;
	}
	else if (!progress->begun)
		plugin->format->begin(ctx, txn, "B");
	progress->begun = true;
}

void
pass_over(LogicalDecodingContext *ctx)
{
	Plugin *plugin = plugin_of(ctx);

	if (++plugin->unpublished < progress_interval)
		return;
	plugin->unpublished = 0;
	OutputPluginUpdateProgress(ctx, false);
}

void
begin_transaction(LogicalDecodingContext *ctx, ReorderBufferTXN *txn)
{
	if (!plugin_of(ctx)->options.skip_empty)
		need_begin(ctx, txn);
}

void
commit_transaction(LogicalDecodingContext *ctx, ReorderBufferTXN *txn, XLogRecPtr lsn)
{
	bool begun = forget_progress(txn);

	OutputPluginUpdateProgress(ctx, !begun);
	if (begun)
		plugin_of(ctx)->format->commit(ctx, txn, lsn, "C");
}

/* Values of the columns that are published; in the scratch context. */
Row
read_row(const Published *published, TupleDesc desc, HeapTuple tuple)
{
	int natts = Max(desc->natts, 1);
	Row row = {static_cast<Datum *>(palloc(sizeof(Datum) * natts)), static_cast<bool *>(palloc(sizeof(bool) * natts)),
			   static_cast<bool *>(palloc0(sizeof(bool) * natts))};

	heap_deform_tuple(tuple, desc, row.values, row.nulls);
	for (int i = 0; i < published->ncolumns; i++)
	{
		int at = published->columns[i].attno - 1;

		/* Large values that came with the change have been put together; what still points there has not changed. */
		row.missing[at] = !row.nulls[at] && TupleDescAttr(desc, at)->attlen == -1 &&
						  VARATT_IS_EXTERNAL_ONDISK(DatumGetPointer(row.values[at]));
	}
	return row;
}

/* The whole old row, where the log has it, gives the values that have not changed. */
void
complete(Row *row, const Row &old, int natts)
{
	for (int i = 0; i < natts; i++)
		if (row->missing[i] && !old.missing[i])
		{
			row->values[i] = old.values[i];
			row->nulls[i] = old.nulls[i];
			row->missing[i] = false;
		}
}

bool
is_wanted(const Plugin *plugin, ReorderBufferChangeType kind)
{
	switch (kind)
	{
	case REORDER_BUFFER_CHANGE_INSERT:
		return plugin->options.actions & action_insert;
	case REORDER_BUFFER_CHANGE_UPDATE:
		return plugin->options.actions & action_update;
	case REORDER_BUFFER_CHANGE_DELETE:
		return plugin->options.actions & action_delete;
	default:
		return plugin->options.actions & action_truncate;
	}
}

void
write_change(LogicalDecodingContext *ctx, ReorderBufferTXN *txn, Relation rel, ReorderBufferChange *change,
			 const Published *entry)
{
	Plugin *plugin = plugin_of(ctx);
	TupleDesc desc = RelationGetDescr(rel);
	HeapTuple new_tuple = pg::new_tuple(change);
	HeapTuple old_tuple = pg::old_tuple(change);
	Row row = {};
	Row old = {};

	if (new_tuple != nullptr)
		row = read_row(entry, desc, new_tuple);
	if (old_tuple != nullptr)
		old = read_row(entry, desc, old_tuple);
	if (new_tuple != nullptr && old_tuple != nullptr && rel->rd_rel->relreplident == REPLICA_IDENTITY_FULL)
		complete(&row, old, desc->natts);

	int nest = entry->settings_matter ? pg::begin_value_settings() : 0;
	plugin->format->change(ctx, txn, {change, entry, new_tuple ? &row : nullptr, old_tuple ? &old : nullptr});
	if (nest != 0)
		pg::end_value_settings(nest);
}

/* Outside of a block, and in it. */
void
change_row(LogicalDecodingContext *ctx, ReorderBufferTXN *txn, Relation rel, ReorderBufferChange *change)
{
	Plugin *plugin = plugin_of(ctx);
	const Published *entry = is_wanted(plugin, change->action) ? published(plugin->options, rel) : nullptr;

	if (entry == nullptr || !entry->wanted)
	{
		pass_over(ctx);
		return;
	}
	MemoryContext old = MemoryContextSwitchTo(plugin->scratch);
	need_begin(ctx, txn);
	write_change(ctx, txn, rel, change, entry);
	plugin->unpublished = 0;
	MemoryContextSwitchTo(old);
	MemoryContextReset(plugin->scratch);
}

void
truncate_tables(LogicalDecodingContext *ctx, ReorderBufferTXN *txn, int n, Relation relations[],
				ReorderBufferChange *change)
{
	Plugin *plugin = plugin_of(ctx);

	for (int i = 0; i < n && is_wanted(plugin, change->action); i++)
	{
		const Published *entry = published(plugin->options, relations[i]);

		if (!entry->wanted)
			continue;
		MemoryContext old = MemoryContextSwitchTo(plugin->scratch);
		need_begin(ctx, txn);
		plugin->format->change(ctx, txn, {change, entry, nullptr, nullptr});
		MemoryContextSwitchTo(old);
		MemoryContextReset(plugin->scratch);
	}
}

void
emit_message(LogicalDecodingContext *ctx, ReorderBufferTXN *txn, XLogRecPtr lsn, bool transactional, const char *prefix,
			 Size size, const char *content)
{
	Plugin *plugin = plugin_of(ctx);

	if (!(plugin->options.actions & action_message) || !wants_prefix(plugin->options, prefix))
		return;
	MemoryContext old = MemoryContextSwitchTo(plugin->scratch);
	if (transactional)
		need_begin(ctx, txn);
	plugin->format->message(ctx, txn, {lsn, transactional, prefix, content, size});
	MemoryContextSwitchTo(old);
	MemoryContextReset(plugin->scratch);
}

/* A prepared transaction is framed even if it says nothing: who commits it later cannot know. */
void
begin_prepared(LogicalDecodingContext *ctx, ReorderBufferTXN *txn)
{
	progress_of(ctx, txn)->begun = true;
	plugin_of(ctx)->format->begin(ctx, txn, "BP");
}

void
prepare_transaction(LogicalDecodingContext *ctx, ReorderBufferTXN *txn, XLogRecPtr lsn)
{
	(void) forget_progress(txn);
	OutputPluginUpdateProgress(ctx, false);
	plugin_of(ctx)->format->commit(ctx, txn, lsn, "P");
}

void
commit_prepared(LogicalDecodingContext *ctx, ReorderBufferTXN *txn, XLogRecPtr lsn)
{
	OutputPluginUpdateProgress(ctx, false);
	plugin_of(ctx)->format->commit(ctx, txn, lsn, "CP");
}

void
rollback_prepared(LogicalDecodingContext *ctx, ReorderBufferTXN *txn, XLogRecPtr, TimestampTz)
{
	OutputPluginUpdateProgress(ctx, false);
	plugin_of(ctx)->format->commit(ctx, txn, txn->final_lsn, "RP");
}

void
start_block(LogicalDecodingContext *ctx, ReorderBufferTXN *)
{
	plugin_of(ctx)->in_block = true;
	plugin_of(ctx)->block_begun = false;
}

void
stop_block(LogicalDecodingContext *ctx, ReorderBufferTXN *txn)
{
	if (plugin_of(ctx)->block_begun)
		write_block(ctx, txn, "SE");
	plugin_of(ctx)->in_block = false;
	plugin_of(ctx)->block_begun = false;
}

void
abort_streamed(LogicalDecodingContext *ctx, ReorderBufferTXN *txn, XLogRecPtr lsn)
{
	ReorderBufferTXN *top = pg::top_transaction(txn);
	bool begun = progress_of(ctx, top)->begun;

	if (begun)
		write_abort(ctx, top, txn, lsn);
	if (txn == top)
		(void) forget_progress(txn);
}

void
prepare_streamed(LogicalDecodingContext *ctx, ReorderBufferTXN *txn, XLogRecPtr lsn)
{
	(void) forget_progress(txn);
	OutputPluginUpdateProgress(ctx, false);
	plugin_of(ctx)->format->commit(ctx, txn, lsn, "SP");
}

void
commit_streamed(LogicalDecodingContext *ctx, ReorderBufferTXN *txn, XLogRecPtr lsn)
{
	bool begun = forget_progress(txn);

	OutputPluginUpdateProgress(ctx, !begun);
	if (begun)
		plugin_of(ctx)->format->commit(ctx, txn, lsn, "SC");
}

const Format *
format_of(const Options &options)
{
	if (options.documents)
		return &document_format;
	return options.format_version == 1 ? &transaction_format : &change_format;
}

void
start(LogicalDecodingContext *ctx, OutputPluginOptions *output, bool)
{
	Plugin *plugin = static_cast<Plugin *>(palloc0(sizeof(Plugin)));

	plugin->options = parse_options(ctx->output_plugin_options);
	/* Prepared transactions are told from others by their frame. */
	if (ctx->slot->data.two_phase && plugin->options.documents)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("a slot for two-phase commit cannot give format bson")));
	if (ctx->slot->data.two_phase && (plugin->options.format_version != 2 || !plugin->options.include_transaction))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("a slot for two-phase commit needs format-version 2 and include-transaction")));
	if (plugin->options.documents)
		(void) documents();
	plugin->format = format_of(plugin->options);
	plugin->scratch = AllocSetContextCreate(ctx->context, "pg_deltaview change", ALLOCSET_DEFAULT_SIZES);
	plugin->object = makeStringInfo();
	ctx->output_plugin_private = plugin;
	ctx->streaming = ctx->streaming && plugin->options.streaming;
	output->output_type = plugin->options.documents ? OUTPUT_PLUGIN_BINARY_OUTPUT : OUTPUT_PLUGIN_TEXTUAL_OUTPUT;
	output->receive_rewrites = false;
	begin_publishing(ctx->context);
}

} // namespace

void
fill_callbacks(OutputPluginCallbacks *callbacks)
{
	callbacks->startup_cb = start;
	callbacks->begin_cb = begin_transaction;
	callbacks->change_cb = change_row;
	callbacks->truncate_cb = truncate_tables;
	callbacks->commit_cb = commit_transaction;
	callbacks->message_cb = emit_message;
	callbacks->begin_prepare_cb = begin_prepared;
	callbacks->prepare_cb = prepare_transaction;
	callbacks->commit_prepared_cb = commit_prepared;
	callbacks->rollback_prepared_cb = rollback_prepared;
	callbacks->stream_start_cb = start_block;
	callbacks->stream_stop_cb = stop_block;
	callbacks->stream_abort_cb = abort_streamed;
	callbacks->stream_prepare_cb = prepare_streamed;
	callbacks->stream_commit_cb = commit_streamed;
	callbacks->stream_change_cb = change_row;
	callbacks->stream_message_cb = emit_message;
	callbacks->stream_truncate_cb = truncate_tables;
}

} // namespace dv::publish
