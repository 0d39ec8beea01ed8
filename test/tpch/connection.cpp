#include "connection.hpp"

namespace tpch {

bool
Answer::ok() const
{
	ExecStatusType status = PQresultStatus(result_.get());
	return status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK || status == PGRES_COPY_IN;
}

std::string
Answer::state() const
{
	const char *state = PQresultErrorField(result_.get(), PG_DIAG_SQLSTATE);
	return state ? state : "";
}

Connection::Connection(const std::string &conninfo) : connection_(PQconnectdb(conninfo.c_str()), PQfinish)
{
	if (PQstatus(connection_.get()) != CONNECTION_OK)
		throw std::runtime_error(std::string("cannot connect: ") + PQerrorMessage(connection_.get()));
	PQsetNoticeProcessor(
		connection_.get(), [](void *, const char *) {}, nullptr);
	run("SET jit = off");
	run("SET max_parallel_workers_per_gather = 0");
	run("SET search_path = tpch, public");
}

Answer
Connection::attempt(const std::string &sql)
{
	return Answer(PQexec(connection_.get(), sql.c_str()));
}

Answer
Connection::run(const std::string &sql)
{
	Answer answer = attempt(sql);
	if (!answer.ok())
		throw std::runtime_error(sql.substr(0, 2000) + "\n" + answer.message());
	return answer;
}

void
Connection::copy(const std::string &table)
{
	run("COPY " + table + " FROM STDIN");
}

void
Connection::copy_data(const std::string &lines)
{
	if (PQputCopyData(connection_.get(), lines.data(), static_cast<int>(lines.size())) != 1)
		throw std::runtime_error(PQerrorMessage(connection_.get()));
}

void
Connection::copy_end()
{
	PQputCopyEnd(connection_.get(), nullptr);
	Answer done(PQgetResult(connection_.get()));
	while (PGresult *more = PQgetResult(connection_.get()))
		PQclear(more);
	if (!done.ok())
		throw std::runtime_error(done.message());
}

} // namespace tpch
