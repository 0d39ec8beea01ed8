#pragma once

#include "pg/postgres.hpp"

namespace dv::pg {

/* Runs one command, its changes visible afterwards; returns the rows that it processed. */
uint64 run(const char *sql);

/* Runs a query without side effects under `snapshot`; SPI must be connected, results are in SPI_tuptable. */
uint64 query(const char *sql, Snapshot snapshot);

/* "schema.name", quoted as needed. */
char *qualified_name(Oid relation);

} // namespace dv::pg
