#include "connection.hpp"

#include <chrono>
#include <stdexcept>
#include <thread>

namespace stress {

Connection::Connection(std::string conninfo) : conninfo_(std::move(conninfo)), connection_(nullptr, PQfinish)
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
			return;
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

} // namespace stress
