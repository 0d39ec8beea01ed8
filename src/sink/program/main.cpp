/*
 * deltaview_sink: keeps a MongoDB collection as a view of PostgreSQL is.
 */
#include "sink/client/run.hpp"

#include <csignal>
#include <cstdio>
#include <ctime>
#include <exception>
#include <getopt.h>
#include <poll.h>
#include <string>
#include <sys/signalfd.h>
#include <unistd.h>

namespace {

using dv::sink::Difference;
using dv::sink::Host;
using dv::sink::Job;
using dv::sink::Level;
using dv::sink::Outcome;

enum Status { ended = 0, differs = 1, wrong_usage = 2, failed = 3 };

class Program : public Host
{
public:
	explicit Program(Level least) : least_(least)
	{
		sigset_t signals;
		sigemptyset(&signals);
		sigaddset(&signals, SIGTERM);
		sigaddset(&signals, SIGINT);
		sigprocmask(SIG_BLOCK, &signals, nullptr);
		std::signal(SIGPIPE, SIG_IGN);
		signals_ = signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC);
	}
	~Program() override { close(signals_); }
	Program(const Program &) = delete;
	Program &operator=(const Program &) = delete;

	bool stopping() override
	{
		signalfd_siginfo signal;
		if (read(signals_, &signal, sizeof(signal)) == sizeof(signal))
			stopping_ = true;
		return stopping_;
	}

	void wait(int milliseconds, int fd) override
	{
		pollfd fds[] = {{signals_, POLLIN, 0}, {fd, POLLIN, 0}};
		if (!stopping())
			poll(fds, fd < 0 ? 1 : 2, milliseconds);
	}

	void log(Level level, const std::string &message) override
	{
		static const char *const names[] = {"DEBUG", "INFO", "WARNING", "ERROR"};
		if (level < least_)
			return;
		std::time_t now = std::time(nullptr);
		std::tm parts = {};
		char time[32];
		gmtime_r(&now, &parts);
		std::strftime(time, sizeof(time), "%Y-%m-%d %H:%M:%S UTC", &parts);
		std::fprintf(stderr, "%s %s: %s\n", time, names[static_cast<int>(level)], message.c_str());
	}

private:
	Level least_;
	int signals_ = -1;
	bool stopping_ = false;
};

void
help()
{
	std::puts(
		"deltaview_sink keeps a MongoDB collection as a view of PostgreSQL is.\n"
		"\n"
		"Usage: deltaview_sink [--conninfo CONNINFO] --sink NAME [--verify]\n"
		"\n"
		"  -c, --conninfo=CONNINFO  how to reach the view's database; else as the environment (PGHOST ...) says.\n"
		"                           A password belongs into ~/.pgpass or a service file\n"
		"  -s, --sink=NAME          the sink, of deltaview.create_sink with option {\"runner\": \"program\"}\n"
		"      --verify             compare the collection with the view while the sink runs; differences are\n"
		"                           printed, an object on each line, and make the exit status 1\n"
		"  -v, --verbose            say more\n"
		"  -V, --version\n"
		"  -h, --help\n"
		"\n"
		"It runs until SIGTERM or SIGINT, or until the sink is stopped or dropped: exit status 0. 3: the sink has\n"
		"failed in a way that starting it again does not mend; the log, on standard error, says why.");
}

/* As it is written, for it is JSON already. */
const char *
or_null(const std::string &json)
{
	return json.empty() ? "null" : json.c_str();
}

Status
verify(Host &host, const Job &job)
{
	Status status = ended;

	dv::sink::verify(host, job, [&](const Difference &difference) {
		status = differs;
		std::printf("{\"id\": %s, \"view\": %s, \"collection\": %s}\n", or_null(difference.id),
					or_null(difference.view_document), or_null(difference.collection_document));
	});
	return status;
}

} // namespace

int
main(int argc, char **argv)
{
	const option options[] = {{"conninfo", required_argument, nullptr, 'c'},
							  {"sink", required_argument, nullptr, 's'},
							  {"verify", no_argument, nullptr, 'y'},
							  {"verbose", no_argument, nullptr, 'v'},
							  {"version", no_argument, nullptr, 'V'},
							  {"help", no_argument, nullptr, 'h'},
							  {nullptr, 0, nullptr, 0}};
	Job job;
	bool verifies = false;
	Level least = Level::info;

	for (int choice; (choice = getopt_long(argc, argv, "c:s:vVh", options, nullptr)) != -1;)
		switch (choice)
		{
		case 'c':
			job.conninfo = optarg;
			break;
		case 's':
			job.sink = optarg;
			break;
		case 'y':
			verifies = true;
			break;
		case 'v':
			least = Level::debug;
			break;
		case 'V':
			std::puts("deltaview_sink " DV_VERSION);
			return ended;
		case 'h':
			help();
			return ended;
		default:
			return wrong_usage;
		}
	if (job.sink.empty() || optind != argc)
	{
		std::fputs("deltaview_sink: --sink is missing, or there is too much; see --help\n", stderr);
		return wrong_usage;
	}

	Program program(least);
	try
	{
		if (verifies)
			return verify(program, job);
		return dv::sink::run(program, job) == Outcome::failed ? failed : ended;
	}
	catch (const std::exception &error)
	{
		program.log(Level::error, error.what());
		return failed;
	}
}
