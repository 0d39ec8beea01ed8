#pragma once

#include "analyze/analysis.hpp"

namespace dv::catalog {

/*
 * deltaview.create_view.  Base tables stay locked against writers
 * (ShareRowExclusiveLock) to the end of the transaction.
 */
Oid create_view(const char *name, const char *query, const char *refresh, const char *method, bool with_data);

/*
 * How a view of this query would follow its base tables.  Makes the hidden views that it would want, and rolls them
 * back.
 */
pg::Vec<analyze::TableUse> uses_of_query(Query *query);

} // namespace dv::catalog
