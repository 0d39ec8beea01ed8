#include "backend.hpp"

#include <linux/perf_event.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <stdexcept>

namespace bench {

namespace {

int
count_instructions(int pid)
{
	perf_event_attr attributes = {};
	attributes.type = PERF_TYPE_HARDWARE;
	attributes.size = sizeof attributes;
	attributes.config = PERF_COUNT_HW_INSTRUCTIONS;
	attributes.exclude_hv = 1;
	attributes.exclude_kernel = 1;
	return static_cast<int>(syscall(SYS_perf_event_open, &attributes, pid, -1, -1, 0));
}

} // namespace

Used
operator-(const Used &after, const Used &before)
{
	return {after.seconds - before.seconds, after.cpu - before.cpu, after.instructions - before.instructions};
}

Backend::Backend(const std::string &conninfo) : connection_(PQconnectdb(conninfo.c_str()), PQfinish)
{
	if (PQstatus(connection_.get()) != CONNECTION_OK)
		throw std::runtime_error(std::string("cannot connect: ") + PQerrorMessage(connection_.get()));
	PQsetNoticeProcessor(
		connection_.get(), [](void *, const char *) {}, nullptr);
	counter_ = count_instructions(pid());
}

Backend::~Backend()
{
	if (counter_ >= 0)
		close(counter_);
}

Used
Backend::used() const
{
	Used used;
	double running;
	std::ifstream schedstat("/proc/" + std::to_string(pid()) + "/schedstat");
	if (!(schedstat >> running))
		throw std::runtime_error("cannot read the server process's schedstat");
	used.cpu = running / 1000;
	long long counted;
	if (counter_ >= 0 && read(counter_, &counted, sizeof counted) == sizeof counted)
		used.instructions = static_cast<double>(counted);
	used.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
	return used;
}

void
Backend::check(PGresult *result, const std::string &what)
{
	ExecStatusType status = PQresultStatus(result);
	PQclear(result);
	if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
		throw std::runtime_error(what + "\n" + PQerrorMessage(connection_.get()));
}

void
Backend::run(const std::string &sql)
{
	check(PQexec(connection_.get(), sql.c_str()), sql);
}

void
Backend::prepare(const std::string &name, const std::string &sql)
{
	check(PQprepare(connection_.get(), name.c_str(), sql.c_str(), 0, nullptr), sql);
}

void
Backend::execute(const std::string &name, bool has_parameter, long parameter)
{
	std::string text = std::to_string(parameter);
	const char *values[] = {text.c_str()};
	check(PQexecPrepared(connection_.get(), name.c_str(), has_parameter, values, nullptr, nullptr, 0), name);
}

long
Backend::memory() const
{
	std::ifstream status("/proc/" + std::to_string(pid()) + "/status");
	std::string word;
	long anonymous = 0;
	while (status >> word)
		if (word == "RssAnon:")
			status >> anonymous;
	return anonymous;
}

long
Backend::watch(const std::string &sql)
{
	PGconn *connection = connection_.get();
	if (!PQsendQuery(connection, sql.c_str()))
		throw std::runtime_error(PQerrorMessage(connection));
	long most = 0;
	while (PQisBusy(connection))
	{
		most = std::max(most, memory());
		pollfd readable = {PQsocket(connection), POLLIN, 0};
		if (poll(&readable, 1, 5) > 0 && !PQconsumeInput(connection))
			throw std::runtime_error(PQerrorMessage(connection));
	}
	while (PGresult *result = PQgetResult(connection))
		check(result, sql);
	return most;
}

} // namespace bench
