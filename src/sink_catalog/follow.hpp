#pragma once

/*
 * Sinks follow what is done to their views, servers and user mappings.
 */
#include "sink_catalog/rows.hpp"

namespace dv::sink_catalog {

/* The sink, whose row says how, is dropped: by its runner, or by a worker that is started for that. */
void let_go(const Sink &sink, int elevel);

/* What the sinks of the view have written is not what they would write now. */
void copy_anew(Oid view, const char *reason);

/* What event triggers call. */
void ddl_command_start(Node *parsetree);
void ddl_command_end(Node *parsetree);
void sql_drop(Node *parsetree);

} // namespace dv::sink_catalog
