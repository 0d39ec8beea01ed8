/*
 * The worker of one sink.  It has no connection of its own to a database, and so is in nobody's way; all that it asks
 * of the server it asks through libpq.
 */
#include "sink/worker/host.hpp"

#include "pg/postgres.hpp"
#include "sink/worker/connect.hpp"
#include "sink_catalog/launch.hpp"

extern "C" {
#include "postmaster/bgworker.h"
#include "storage/ipc.h"
#include "storage/procarray.h"

PGDLLEXPORT void dv_sink_worker_main(Datum argument);
}

#include <chrono>

namespace dv::sink::worker {

namespace {

using Clock = std::chrono::steady_clock;

constexpr int poll_milliseconds = 20;
constexpr auto real_run = std::chrono::seconds(1);

/* What the transaction that started us did is to be seen, or undone. */
void
wait_for(TransactionId transaction, WorkerHost *host)
{
	while (!host->stopping() && TransactionIdIsInProgress(transaction))
		host->wait(poll_milliseconds, -1);
}

/*
 * The exit code: 0 where the sink does not want us any more, 1 to be started again.  A sink that was stopped may have
 * been started while we were about to end.
 */
int
run_sink(WorkerHost *host, const Job &job)
{
	for (;;)
	{
		Clock::time_point begun = Clock::now();
		Outcome outcome = run(*host, job);

		if (host->stopping())
			return 1;
		if (outcome != Outcome::stopped || Clock::now() - begun < real_run)
			return 0;
	}
}

int
guarded(WorkerHost *host, const char *conninfo, const char *sink) noexcept
{
	try
	{
		return run_sink(host, Job{conninfo, sink});
	}
	catch (const std::exception &failure)
	{
		host->log(Level::error, std::string("sink \"") + sink + "\": " + failure.what());
	}
	return 1;
}

} // namespace

} // namespace dv::sink::worker

using namespace dv::sink::worker;

void
dv_sink_worker_main(Datum argument)
{
	dv::sink_catalog::WorkerArgument extra;

	memcpy(&extra, MyBgworkerEntry->bgw_extra, sizeof(extra));
	WorkerHost host;
	take_signals();
	wait_for(DatumGetTransactionId(argument), &host);
	proc_exit(guarded(&host, conninfo(extra.database, MyBgworkerEntry->bgw_name), extra.sink));
}
