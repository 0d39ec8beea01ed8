#pragma once

#include "pg/postgres.hpp"

namespace dv::catalog {

/* Bodies of deltaview.explain, explain_query, rewritten and read_stats. */
void explain_view(FunctionCallInfo fcinfo, Oid view);
void explain_query(FunctionCallInfo fcinfo, const char *query);
const char *rewritten(const char *query, const char *step);
Datum read_stats(FunctionCallInfo fcinfo, Oid view);

} // namespace dv::catalog
