#pragma once

#include "pg/postgres.hpp"

extern "C" {
#include "utils/jsonb.h"
}

namespace dv::catalog {

/*
 * Gives a view another query with the same columns and key.  Its table stays, with indexes, rights and triggers; the new
 * content is applied as a difference, so that readers are not blocked.  Base tables, old and new, stay locked against writers
 * to the end of the transaction.  Called as the view's owner.
 */
void replace_query(Oid view, Query *query, Jsonb *document_types);

} // namespace dv::catalog
