#pragma once

#include "document/declaration.hpp"

namespace dv::document {

/*
 * The query that a document view stands for: every name qualified, for the search_path of pg::assume.  Raises where the
 * tables no longer have what was declared.
 */
char *query_of(const Document &document);

} // namespace dv::document
