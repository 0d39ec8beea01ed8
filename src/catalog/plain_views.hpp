#pragma once

#include "pg/postgres.hpp"

namespace dv::catalog {

/* Does the query of the plain view `definition` read the plain view `view`, directly or by way of others? */
bool reads_plain_view(Oid definition, Oid view);

/* Is it what a restore makes first, where views and keys depend on each other: columns, but nothing to read? */
bool is_placeholder(Oid view);

} // namespace dv::catalog
