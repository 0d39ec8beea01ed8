/*
 * After the server's start, and at a promotion: the sinks of every database start.
 */
#include "sink/worker/launcher.hpp"

#include "pg/compat.hpp"
#include "sink/worker/connect.hpp"
#include "sink_catalog/launch.hpp"

extern "C" {
#include "postmaster/bgworker.h"
#include "storage/ipc.h"

PGDLLEXPORT void dv_sink_launcher_main(Datum argument);
}

#include <libpq-fe.h>

namespace dv::sink::worker {

namespace {

constexpr int retry_seconds = 60;
constexpr const char *name = "deltaview sink launcher";

/* Null, said in the log, where it fails. */
PGconn *
connect(const char *database, const char *otherwise = nullptr)
{
	PGconn *connection = PQconnectdb(conninfo(database, name));

	if (PQstatus(connection) == CONNECTION_OK)
		return connection;
	if (otherwise != nullptr)
	{
		PQfinish(connection);
		return connect(otherwise);
	}
	ereport(WARNING, (errmsg("sinks in database \"%s\" are not started: %s", database, PQerrorMessage(connection)),
					  errhint("Workers of sinks connect as deltaview.sink_conninfo says.")));
	PQfinish(connection);
	return nullptr;
}

/* The result of a query, or null, said in the log. */
PGresult *
ask(PGconn *connection, const char *sql)
{
	PGresult *result = PQexec(connection, sql);

	if (PQresultStatus(result) == PGRES_TUPLES_OK)
		return result;
	ereport(WARNING,
			(errmsg("sinks in database \"%s\" are not started: %s", PQdb(connection), PQresultErrorMessage(result))));
	PQclear(result);
	return nullptr;
}

bool
start_sinks(const char *database)
{
	PGconn *connection = connect(database);
	bool done = false;

	if (connection == nullptr)
		return false;
	PGresult *found = ask(connection, "SELECT pg_catalog.to_regprocedure('deltaview.start_sinks()') IS NOT NULL");
	if (found != nullptr)
	{
		bool installed = strcmp(PQgetvalue(found, 0, 0), "t") == 0;
		PGresult *started = installed ? ask(connection, "SELECT deltaview.start_sinks()") : nullptr;

		done = !installed || (started != nullptr && strcmp(PQgetvalue(started, 0, 0), "t") == 0);
		PQclear(started);
		PQclear(found);
	}
	PQfinish(connection);
	return done;
}

/* False where it should be tried again. */
bool
start_everywhere()
{
	PGconn *connection = connect("postgres", "template1");

	if (connection == nullptr)
		return false;
	PGresult *databases =
		ask(connection, "SELECT datname FROM pg_catalog.pg_database WHERE datallowconn AND NOT datistemplate");
	PQfinish(connection);
	if (databases == nullptr)
		return false;
	bool done = true;
	for (int i = 0; i < PQntuples(databases); i++)
		done = start_sinks(PQgetvalue(databases, i, 0)) && done;
	PQclear(databases);
	return done;
}

} // namespace

void
register_launcher()
{
	BackgroundWorker worker = {};

	pg::copy_text(worker.bgw_name, name);
	pg::copy_text(worker.bgw_type, name);
	pg::copy_text(worker.bgw_library_name, sink_catalog::module_name);
	pg::copy_text(worker.bgw_function_name, "dv_sink_launcher_main");
	worker.bgw_flags = BGWORKER_SHMEM_ACCESS;
	worker.bgw_start_time = BgWorkerStart_RecoveryFinished;
	worker.bgw_restart_time = retry_seconds;
	RegisterBackgroundWorker(&worker);
}

} // namespace dv::sink::worker

void
dv_sink_launcher_main(Datum)
{
	/* At a shutdown the connections end, and we with them. */
	pqsignal(SIGTERM, SIG_IGN);
	BackgroundWorkerUnblockSignals();
	proc_exit(dv::sink::worker::start_everywhere() ? 0 : 1);
}
