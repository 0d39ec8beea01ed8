#pragma once

/*
 * The bodies of the trigger functions deltaview.capture() and deltaview.protect().
 */
#include "pg/postgres.hpp"

namespace dv::capture {

/* On base tables, for statements: logs their changes, and flushes `on statement` views after the outermost one. */
Datum capture_trigger(PG_FUNCTION_ARGS);

/* On views: refuses direct changes. */
Datum protect_trigger(PG_FUNCTION_ARGS);

} // namespace dv::capture
