#pragma once

namespace dv::sink::worker {

/* _PG_init, of a module that is preloaded: starts the sinks of all databases with the server. */
void register_launcher();

} // namespace dv::sink::worker
