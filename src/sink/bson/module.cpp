/*
 * pg_deltaview_sink.so: what pg_deltaview.so loads where a sink's documents are made, and what runs sinks in workers.
 */
#include "pg/postgres.hpp"

extern "C" {
PG_MODULE_MAGIC;
}
