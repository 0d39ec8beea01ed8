#include "connection.hpp"

#include <chrono>
#include <stdexcept>
#include <thread>

namespace stress {

Connection::Connection(std::string conninfo, std::string setup)
	: conninfo_(std::move(conninfo)), setup_(std::move(setup)), connection_(nullptr, PQfinish)
{
	connect();
}

void
Connection::connect()
{
	for (int tries = 0; tries < 600; tries++)
	{
		connection_.reset(PQconnectdb(conninfo_.c_str()));
		if (alive())
		{
			PQsetNoticeProcessor(
				connection_.get(), [](void *, const char *) {}, nullptr);
			Answer answer = run(setup_);
			if (answer.ok())
				return;
			if (alive())
				throw std::runtime_error(setup_ + ": " + answer.message);
		}
		std::this_thread::sleep_for(std::chrono::milliseconds(100));
	}
	throw std::runtime_error("cannot connect: " + std::string(PQerrorMessage(connection_.get())));
}

Answer
Connection::run(const std::string &sql)
{
	std::unique_ptr<PGresult, void (*)(PGresult *)> result(PQexec(connection_.get(), sql.c_str()), PQclear);
	ExecStatusType status = PQresultStatus(result.get());
	Answer answer;
	if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY)
	{
		for (int row = 0; row < PQntuples(result.get()) && row < 10; row++)
			answer.text += std::string(PQgetvalue(result.get(), row, 0)) + "\n";
		return answer;
	}
	const char *state = result ? PQresultErrorField(result.get(), PG_DIAG_SQLSTATE) : nullptr;
	answer.state = state ? state : "08006";
	answer.message = result ? PQresultErrorMessage(result.get()) : PQerrorMessage(connection_.get());
	return answer;
}

std::string
Connection::must(const std::string &sql)
{
	Answer answer = run(sql);
	if (!answer.ok())
		throw std::runtime_error(sql + "\n" + answer.message);
	return answer.text;
}

} // namespace stress
