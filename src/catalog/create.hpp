#pragma once

#include "pg/postgres.hpp"

namespace dv::catalog {

/*
 * deltaview.create_view.  Base tables stay locked against writers
 * (ShareRowExclusiveLock) to the end of the transaction.
 */
Oid create_view(const char *name, const char *query, const char *refresh, const char *method, bool with_data);

/*
 * The name for the definition of a view in schema deltaview: "schema.view", cut to fit.  It is free there, and in the
 * schema of the view.
 */
char *definition_name(const char *schema, const char *view);
/* The same before it is made unique. */
char *definition_base_name(const char *schema, const char *view);

} // namespace dv::catalog
