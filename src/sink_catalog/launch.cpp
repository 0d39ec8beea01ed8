#include "sink_catalog/launch.hpp"

#include "pg/compat.hpp"

extern "C" {
#include "commands/dbcommands.h"
#include "utils/fmgrprotos.h"
}

#include <sys/stat.h>

namespace dv::sink_catalog {

namespace {

constexpr int restart_seconds = 5;

/* Has another session the lock that SELECT pg_advisory_lock(hashtextextended(prefix || ':' || sink, 0)) takes? */
bool
is_locked(const char *prefix, const char *sink)
{
	Datum text = CStringGetTextDatum(psprintf("%s:%s", prefix, sink));
	uint64 key = static_cast<uint64>(
		DatumGetInt64(DirectFunctionCall2Coll(hashtextextended, DEFAULT_COLLATION_OID, text, Int64GetDatum(0))));
	LOCKTAG tag;

	SET_LOCKTAG_ADVISORY(tag, MyDatabaseId, static_cast<uint32>(key >> 32), static_cast<uint32>(key), 1);
	if (LockAcquire(&tag, ShareLock, false, true) == LOCKACQUIRE_NOT_AVAIL)
		return true;
	LockRelease(&tag, ShareLock, false);
	return false;
}

BackgroundWorker
worker_for(const char *sink, const char *what, const char *function)
{
	BackgroundWorker worker = {};
	WorkerArgument argument = {};

	static_assert(sizeof(argument) <= BGW_EXTRALEN);
	pg::copy_text(argument.database, get_database_name(MyDatabaseId));
	pg::copy_text(argument.sink, sink);
	memcpy(worker.bgw_extra, &argument, sizeof(argument));
	pg::copy_text(worker.bgw_name, psprintf("%s %s", what, sink));
	pg::copy_text(worker.bgw_type, what);
	pg::copy_text(worker.bgw_library_name, module_name);
	pg::copy_text(worker.bgw_function_name, function);
	worker.bgw_flags = BGWORKER_SHMEM_ACCESS;
	worker.bgw_start_time = BgWorkerStart_RecoveryFinished;
	return worker;
}

void
report_no_room(const char *sink, int elevel)
{
	ereport(elevel, (errcode(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED),
					 errmsg("no background worker is free for sink \"%s\"", sink),
					 errdetail("All of max_worker_processes = %d are in use.", max_worker_processes),
					 errhint("Raise max_worker_processes, or stop another sink; then try again.")));
}

} // namespace

bool
module_exists()
{
	struct stat found;

	return stat(psprintf("%s/%s.so", pkglib_path, module_name), &found) == 0;
}

void
need_module()
{
	if (!module_exists())
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED), errmsg("this build of pg_deltaview has no MongoDB sink"),
				 errhint("Install libmongoc and libpq with their headers (libmongoc-dev, libpq-dev), then build and "
						 "install pg_deltaview again.")));
}

bool
runs(const char *sink)
{
	return is_locked("deltaview_sink", sink);
}

bool
is_held(const char *sink)
{
	return is_locked("deltaview_sink_hold", sink);
}

bool
start_worker(const char *sink, int elevel)
{
	BackgroundWorker worker = worker_for(sink, "deltaview sink", "dv_sink_worker_main");

	worker.bgw_restart_time = restart_seconds;
	worker.bgw_main_arg = TransactionIdGetDatum(GetTopTransactionId());
	if (RegisterDynamicBackgroundWorker(&worker, nullptr))
		return true;
	report_no_room(sink, elevel);
	return false;
}

BackgroundWorkerHandle *
start_verification(const char *sink, uint32 segment)
{
	BackgroundWorker worker = worker_for(sink, "deltaview verify_sink", "dv_sink_verify_main");
	BackgroundWorkerHandle *handle;

	worker.bgw_restart_time = BGW_NEVER_RESTART;
	worker.bgw_main_arg = UInt32GetDatum(segment);
	worker.bgw_notify_pid = MyProcPid;
	if (!RegisterDynamicBackgroundWorker(&worker, &handle))
		report_no_room(sink, ERROR);
	return handle;
}

} // namespace dv::sink_catalog
