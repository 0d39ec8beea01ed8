#pragma once

/*
 * Sinks follow what is done to their views, servers and user mappings.
 */
#include "sink_catalog/rows.hpp"

namespace dv::sink_catalog {

/* The sink, whose row says how, is dropped: by its runner, or by a worker that is started for that. */
void let_go(const Sink &sink, int elevel);

/* The documents of the view have other types than those that its sinks have written. */
void copy_anew(Oid view);

/* What event triggers call. */
void ddl_command_start(Node *parsetree);
void ddl_command_end(Node *parsetree);
void sql_drop(Node *parsetree);

} // namespace dv::sink_catalog
