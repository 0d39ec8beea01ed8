#pragma once

/*
 * The output plugin: what a replication slot made with plugin 'pg_deltaview'
 * gives.  docs/event-format.md describes it.
 */
#include "pg/postgres.hpp"

extern "C" {
#include "replication/logical.h"
#include "replication/output_plugin.h"
}

namespace dv::publish {

void fill_callbacks(OutputPluginCallbacks *callbacks);

} // namespace dv::publish
