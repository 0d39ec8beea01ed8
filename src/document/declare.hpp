#pragma once

#include "pg/postgres.hpp"

namespace dv::document {

/* The SQL functions; arrays and texts that may be left out are null. */
void create_document_view(const char *name, Oid root, ArrayType *columns, const char *filter, const char *refresh);

struct EmbedRequest
{
	Oid child;
	const char *path;
	const char *type;
	ArrayType *relation;
	ArrayType *columns;
	const char *filter;
	const char *order_by;
};
void embed(const char *name, const EmbedRequest &request);
void unembed(const char *name, const char *path);

Oid start(const char *name);

/* deltaview.drop_view by name: of a view, or of what is declared only. */
void drop_by_name(const char *name, bool cascade);

} // namespace dv::document
