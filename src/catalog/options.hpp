#pragma once

#include "catalog/registry.hpp"

namespace dv::catalog {

/* What a user wrote: 22023 for an unknown word, 0A000 for a mode that is not built yet. */
Refresh parse_refresh(const char *text);
Method parse_method(const char *text);

} // namespace dv::catalog
