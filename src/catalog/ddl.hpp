#pragma once

/*
 * Commands of our own, which our event triggers let pass.
 */
#include "pg/postgres.hpp"

namespace dv::catalog {

/* Runs a utility command as the current user. */
void own_ddl(const char *sql);

/* True inside own_ddl. */
bool in_own_ddl();

} // namespace dv::catalog
