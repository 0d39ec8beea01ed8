#pragma once

/*
 * What is published of a relation, as its definition was at the change that is being decoded.
 */
#include "publish/documents.hpp"
#include "publish/options.hpp"
#include "publish/values.hpp"

namespace dv::publish {

struct Column
{
	AttrNumber attno;
	const char *name;
	const char *type;
	bool key; /* tells rows apart: the view's key, or the table's replica identity */
	bool primary;
	ValueWriter *writer;
};

struct Published
{
	Oid relid; /* hash key */
	bool valid;
	bool wanted;
	MemoryContext context; /* of what follows */
	const char *schema;
	const char *table;
	int ncolumns;
	Column *columns;
	bool has_identity;    /* rows that leave can be told */
	bool settings_matter; /* for some column */
	sink::Rows *rows;     /* of documents */
};

/* How documents are made of a view's rows, as the catalog has it. In CurrentMemoryContext. False: it is no view of ours. */
bool read_shape(Relation rel, sink::Shape *shape);

/* Remembers until `context` goes; one at a time in a backend. */
void begin_publishing(MemoryContext context);

/* The entry of a relation; it is good until the next call. A historic snapshot must be in force. */
Published *published(const Options &options, Relation rel);

} // namespace dv::publish
