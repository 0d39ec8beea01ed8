#pragma once

#include "pg/postgres.hpp"

namespace dv::sink_catalog {

/* deltaview.sink_settings: all that a runner needs to know, in one row; none where there is no such sink. */
void sink_settings(FunctionCallInfo fcinfo, const char *name);

/* May the caller see and change what is kept of this sink? False where there is none. */
bool owns_sink(const char *name);

} // namespace dv::sink_catalog
