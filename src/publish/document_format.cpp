/*
 * format bson: for a sink, the documents of one view.  A message is a letter, an LSN, and what docs/bson-types.md says.
 */
#include "publish/format.hpp"

extern "C" {
#include "datatype/timestamp.h"
#include "libpq/pqformat.h"
}

namespace dv::publish {

namespace {

constexpr int64 epoch = (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * USECS_PER_DAY;

void
begin_message(LogicalDecodingContext *ctx, char letter, XLogRecPtr lsn)
{
	OutputPluginPrepareWrite(ctx, true);
	pq_sendbyte(ctx->out, letter);
	pq_sendint64(ctx->out, lsn);
}

void
write_message(LogicalDecodingContext *ctx, char letter, XLogRecPtr lsn, const StringInfoData &content)
{
	begin_message(ctx, letter, lsn);
	appendBinaryStringInfo(ctx->out, content.data, content.len);
	OutputPluginWrite(ctx, true);
}

void
write_begin(LogicalDecodingContext *ctx, ReorderBufferTXN *txn, const char *)
{
	begin_message(ctx, 'B', txn->final_lsn);
	pq_sendint64(ctx->out, txn->xact_time.commit_time + epoch);
	pq_sendint32(ctx->out, txn->xid);
	OutputPluginWrite(ctx, true);
}

void
write_commit(LogicalDecodingContext *ctx, ReorderBufferTXN *txn, XLogRecPtr, const char *)
{
	begin_message(ctx, 'C', txn->end_lsn);
	OutputPluginWrite(ctx, true);
}

void
check_whole(const Change &change)
{
	const Published *published = change.published;

	for (int i = 0; i < published->ncolumns; i++)
		if (change.row->missing[published->columns[i].attno - 1])
			ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
							errmsg("column \"%s\" of a changed row of view \"%s\" is not in the log",
								   published->columns[i].name, published->table),
							errhint("The view's table needs REPLICA IDENTITY FULL. Then reset the sink.")));
}

/* The _id of a row; empty where it has none, and so never had a document. */
StringInfoData
key_of(const Published *published, const Row &row)
{
	StringInfoData key;

	initStringInfo(&key);
	(void) documents()->key(&key, published->rows, row.values, row.nulls);
	return key;
}

/* Under another _id the row is another document. */
bool
is_other(const StringInfoData &a, const StringInfoData &b)
{
	return a.len != b.len || memcmp(a.data, b.data, a.len) != 0;
}

/* Of a row that is new under its _id, the letter says so. */
void
write_row(LogicalDecodingContext *ctx, const Change &change, bool fresh)
{
	StringInfoData document;

	check_whole(change);
	initStringInfo(&document);
	char letter = documents()->put(&document, change.published->rows, change.row->values, change.row->nulls);
	write_message(ctx, fresh && letter == 'P' ? 'I' : letter, change.change->lsn, document);
}

void
write_change(LogicalDecodingContext *ctx, ReorderBufferTXN *, const Change &change)
{
	const Published *published = change.published;
	XLogRecPtr lsn = change.change->lsn;
	bool fresh = change.change->action == REORDER_BUFFER_CHANGE_INSERT;

	if (change.change->action == REORDER_BUFFER_CHANGE_TRUNCATE)
	{
		begin_message(ctx, 'T', lsn);
		OutputPluginWrite(ctx, true);
		return;
	}
	if (const Row *before = change.row == nullptr || change.old != nullptr ? identity_row(change) : nullptr)
	{
		StringInfoData key = key_of(published, *before);

		if (key.len > 0 && (change.row == nullptr || is_other(key, key_of(published, *change.row))))
		{
			write_message(ctx, 'D', lsn, key);
			fresh = true;
		}
	}
	if (change.row != nullptr)
		write_row(ctx, change, fresh);
}

/* No option asks for them. */
void
pass_message_over(LogicalDecodingContext *, ReorderBufferTXN *, const Message &)
{}

} // namespace

const Format document_format = {write_begin, write_commit, write_change, pass_message_over};

} // namespace dv::publish
