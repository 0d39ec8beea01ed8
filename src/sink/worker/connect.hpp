#pragma once

#include "pg/postgres.hpp"

namespace dv::sink::worker {

/* _PG_init: deltaview.sink_conninfo. */
void define_settings();

/* How workers reach this server: as the setting says; what it leaves out, by the local socket as who runs the server. */
char *conninfo(const char *database, const char *application);

} // namespace dv::sink::worker
