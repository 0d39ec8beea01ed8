#pragma once

/*
 * Foreign servers of deltaview_mongo, and the mappings of users there.
 */
#include "pg/postgres.hpp"

extern "C" {
#include "foreign/foreign.h"
#include "utils/jsonb.h"
}

namespace dv::sink_catalog {

inline constexpr const char *wrapper_name = "deltaview_mongo";

/* 42704 if there is none, 42809 for one of another wrapper, 42501 where the role may not use it. */
ForeignServer *usable_server(const char *name, Oid role);

/* The options as an object of strings; that of the mapping is null where the role has none, nor the public. */
Jsonb *server_options(const ForeignServer *server);
Jsonb *mapping_options(const ForeignServer *server, Oid role);

/* Checks the options of a server or a mapping, as CREATE and ALTER give them. */
void check_options(Datum options, Oid catalog);

} // namespace dv::sink_catalog
