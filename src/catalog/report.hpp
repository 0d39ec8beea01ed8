#pragma once

#include "pg/postgres.hpp"

namespace dv::catalog {

/* Bodies of deltaview.explain, explain_query and read_stats. */
void explain_view(FunctionCallInfo fcinfo, Oid view);
void explain_query(FunctionCallInfo fcinfo, const char *query);
Datum read_stats(FunctionCallInfo fcinfo, Oid view);

} // namespace dv::catalog
