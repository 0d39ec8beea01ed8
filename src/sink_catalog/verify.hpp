#pragma once

#include "pg/postgres.hpp"

namespace dv::sink_catalog {

/* deltaview.verify_sink: the documents in which a sink's collection differs from its view. */
void verify_sink(FunctionCallInfo fcinfo, const char *name);

} // namespace dv::sink_catalog
