#pragma once

#include "sink/client/catalog.hpp"

namespace dv::sink {

/* Says when much of the log that the sink may keep is kept; throws Failure when it is more than that. */
void check_wal_limit(Host &host, Catalog &catalog, const Settings &settings);

} // namespace dv::sink
