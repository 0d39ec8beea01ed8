#pragma once

/*
 * From a change to text.  A format is a table of functions; `callbacks` calls
 * them, and knows when a transaction begins to have something to say.
 */
#include "publish/documents.hpp"
#include "publish/json.hpp"
#include "publish/plugin.hpp"
#include "publish/published.hpp"

namespace dv::publish {

struct Format;

/* One per decoding session, in the session's context. */
struct Plugin
{
	Options options;
	const Format *format;
	MemoryContext scratch; /* emptied after each change */
	StringInfo object;     /* format 1: what there is of the transaction's object */
	int depth;             /* format 1: of brackets that are open in it */
	bool comma;            /* format 1: a change stands before */
	bool in_block;         /* within a block of a transaction in progress */
	bool block_begun;      /* its SB was written */
	int unpublished;       /* changes passed over since the client last heard of us */
};

struct Row
{
	Datum *values;
	bool *nulls;
	bool *missing; /* an unchanged value that the log does not hold */
};

/* `row` is the new row, of a deletion null; `old` is what the log has of the old one, or null. */
struct Change
{
	ReorderBufferChange *change;
	const Published *published;
	const Row *row;
	const Row *old;
};

struct Message
{
	XLogRecPtr lsn;
	bool transactional;
	const char *prefix;
	const char *content;
	Size size;
};

struct Format
{
	void (*begin)(LogicalDecodingContext *ctx, ReorderBufferTXN *txn, const char *action);
	void (*commit)(LogicalDecodingContext *ctx, ReorderBufferTXN *txn, XLogRecPtr lsn, const char *action);
	void (*change)(LogicalDecodingContext *ctx, ReorderBufferTXN *txn, const Change &change);
	void (*message)(LogicalDecodingContext *ctx, ReorderBufferTXN *txn, const Message &message); /* txn may be null */
};

extern const Format change_format;      /* format-version 2 */
extern const Format transaction_format; /* format-version 1 */
extern const Format document_format;    /* format bson */

/* Of a transaction in progress: where a block of it begins or ends, and that it or a subtransaction is taken back. */
void write_block(LogicalDecodingContext *ctx, ReorderBufferTXN *txn, const char *action);
void write_abort(LogicalDecodingContext *ctx, ReorderBufferTXN *top, ReorderBufferTXN *txn, XLogRecPtr lsn);

inline Plugin *
plugin_of(LogicalDecodingContext *ctx)
{
	return static_cast<Plugin *>(ctx->output_plugin_private);
}

/* The content as text, else in hex; says which. */
void message_content(Json *json, const Message &message);

void write_column_value(const Plugin *plugin, Json *json, const Column &column, const Row &row);

/* The row that has the key of the row as it was, or null: an insertion, or nothing in the log tells. */
const Row *identity_row(const Change &change);

} // namespace dv::publish
