#pragma once

/*
 * What users have declared: the rows of deltaview.document_catalog and embed_catalog.  Columns are kept by name, since
 * numbers do not survive a dump; follow.cpp keeps the names current.  Who reads a declaration to change it, or to
 * make a view of it, locks the declarations first.
 */
#include "pg/postgres.hpp"
#include "pg/vec.hpp"

namespace dv::document {

using Names = pg::Vec<const char *>;

/* The columns that an object has, and their names there. */
struct Columns
{
	bool all;
	Names columns;
	Names keys;
};

struct Embed
{
	const char *path; /* names, with dots between */
	Oid child;
	bool array;
	Names parent_columns;
	Names child_columns;
	Columns columns;
	const char *filter;   /* as condition_text() gives it, columns bare; null: none */
	const char *order_by; /* as order_text() does; null: none */
};

struct Document
{
	int32 id;
	Oid view;           /* invalid: not started */
	const char *name;   /* of the view, or for it */
	const char *schema; /* for a view that is not started; by name, since pg_upgrade refuses regnamespace */
	Oid owner;
	Oid root;
	Columns columns;
	const char *filter;
	const char *refresh;
	pg::Vec<Embed> embeds; /* by path: what is embedded comes after that in which it is */
};

/* To the end of the transaction. */
void lock_declarations();

pg::Vec<Document> read_documents();

/* Gives the document an id. */
void add_document(Document *document);
void update_document(const Document &document);
/* The embeds as well. */
void remove_document(int32 id);

void add_embed(int32 document, const Embed &embed);
void update_embed(int32 document, const Embed &embed);
void remove_embed(int32 document, const char *path);

} // namespace dv::document
