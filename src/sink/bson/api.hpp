#pragma once

/*
 * What pg_deltaview.so asks of pg_deltaview_sink.so: rows of a view as BSON documents.  docs/bson-types.md.
 */
#include "pg/postgres.hpp"
#include "pg/vec.hpp"

extern "C" {
#include "lib/stringinfo.h"
#include "utils/jsonb.h"
}

namespace dv::sink {

/* What rows of a view are read by. */
struct Shape
{
	TupleDesc desc;
	bool has_key;
	pg::Vec<AttrNumber> columns; /* those that a user sees */
	pg::Vec<AttrNumber> key;     /* of them; none where there is at most one row */
	const Jsonb *types;          /* of a declared document view: those in its documents; else null */
};

/* A shape, compiled under a sink's options. */
struct Rows;

/*
 * Rows are compiled in CurrentMemoryContext, which must last as long; the shape's descriptor must, too.  What is written
 * is appended.  Values are taken as they are: nothing that the log left out.
 */
struct Documents
{
	/* 22023 for a bad option; 55000 and 0A000 where the view has no rows that a document could be known by. */
	Rows *(*compile)(const Shape &shape, const Jsonb *options);

	/* 'P' and the document; or 'E' and why there is none. Returns the letter, which is not written. */
	char (*put)(StringInfo out, Rows *rows, const Datum *values, const bool *nulls);

	/* {_id: ...}; false, and nothing, where the row has none and so never had a document. */
	bool (*key)(StringInfo out, Rows *rows, const Datum *values, const bool *nulls);

	/* Canonical extended JSON: of a document as a whole, or of its _id alone, null where it has none. */
	char *(*text)(const char *bson, int size);
	char *(*id_text)(const char *bson, int size);
};

/* The name under which the module has them: a function that returns `const Documents *`. */
inline constexpr const char *documents_function = "dv_sink_documents";

} // namespace dv::sink
