#include "sink/worker/host.hpp"

#include "pg/postgres.hpp"

#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

extern "C" {
#include "postmaster/bgworker.h"
#include "postmaster/postmaster.h"
#include "storage/ipc.h"
}

namespace dv::sink::worker {

namespace {

volatile sig_atomic_t stop_wanted = 0;
int wake_up[2] = {-1, -1}; /* a pipe, written by the signal handler: poll() ends whenever the signal comes */

void
on_stop(int)
{
	int saved = errno;

	stop_wanted = 1;
	(void) !write(wake_up[1], "", 1);
	errno = saved;
}

/* A thread may still be in libmongoc: what exit() would take down stays. The server's own clean-up is done by now. */
void
leave(int code, Datum)
{
	_exit(code);
}

int
server_level(Level level)
{
	switch (level)
	{
	case Level::debug:
		return DEBUG1;
	case Level::info:
		return LOG;
	case Level::warning:
	case Level::error:
		break;
	}
	return WARNING;
}

/* Owns nothing; an error in it, such as want of memory, ends with the message lost. */
void
write_log(int level, const char *message) noexcept
{
	MemoryContext context = CurrentMemoryContext;

	PG_TRY();
	{
		ereport(level, (errmsg("%s", message)));
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(context);
		FlushErrorState();
	}
	PG_END_TRY();
}

} // namespace

void
take_signals()
{
	if (pipe2(wake_up, O_NONBLOCK | O_CLOEXEC) != 0)
		ereport(ERROR, (errcode_for_file_access(), errmsg("could not make a pipe: %m")));
	pqsignal(SIGTERM, on_stop);
	pqsignal(SIGHUP, SIG_IGN);
	on_proc_exit(leave, static_cast<Datum>(0));
	BackgroundWorkerUnblockSignals();
}

bool
WorkerHost::stopping()
{
	return stop_wanted != 0;
}

void
WorkerHost::wait(int milliseconds, int fd)
{
	struct pollfd watched[] = {
		{wake_up[0], POLLIN, 0}, {postmaster_alive_fds[POSTMASTER_FD_WATCH], POLLIN, 0}, {fd, POLLIN, 0}};

	if (stop_wanted)
		return;
	if (poll(watched, fd < 0 ? 2 : 3, milliseconds) > 0 && watched[1].revents != 0)
		_exit(1);
}

void
WorkerHost::log(Level level, const std::string &message)
{
	write_log(server_level(level), message.c_str());
}

} // namespace dv::sink::worker
