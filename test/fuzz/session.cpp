#include "session.hpp"

#include <chrono>
#include <stdexcept>
#include <thread>

namespace fuzz {

bool
Answer::ok() const
{
	ExecStatusType status = PQresultStatus(result_.get());
	return status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK || status == PGRES_COPY_IN ||
		   status == PGRES_EMPTY_QUERY;
}

std::string
Answer::state() const
{
	const char *state = PQresultErrorField(result_.get(), PG_DIAG_SQLSTATE);
	return state ? state : "";
}

std::string
Answer::message() const
{
	return PQresultErrorMessage(result_.get());
}

std::string
Answer::text(int row, const char *column) const
{
	int number = PQfnumber(result_.get(), column);
	if (number < 0)
		throw std::runtime_error(std::string("no such column in an answer: ") + column);
	return text(row, number);
}

Session::Session(std::string conninfo, std::string breaks)
	: conninfo_(std::move(conninfo)), breaks_(std::move(breaks)), connection_(nullptr, PQfinish)
{
	connect();
}

void
Session::connect()
{
	/* after a crash: the server may still let us in before it ends every session */
	if (connection_ != nullptr)
		std::this_thread::sleep_for(std::chrono::seconds(1));
	for (int attempt = 0; attempt < 60; attempt++)
	{
		connection_.reset(PQconnectdb(conninfo_.c_str()));
		if (alive())
			break;
		std::this_thread::sleep_for(std::chrono::milliseconds(500));
	}
	if (!alive())
		throw std::runtime_error(std::string("cannot connect: ") + PQerrorMessage(connection_.get()));
	PQsetNoticeProcessor(
		connection_.get(), [](void *, const char *) {}, nullptr);
	run("SET statement_timeout = '60s'");
	run("SET jit = off");
	run("SET TimeZone = 'UTC'");
	if (!breaks_.empty())
	{
		run("LOAD 'pg_deltaview'");
		Answer answer = run("SET deltaview.test_break = '" + breaks_ + "'");
		if (!answer.ok())
			throw std::runtime_error(answer.message());
	}
}

Answer
Session::run(const std::string &sql)
{
	return Answer(PQexec(connection_.get(), sql.c_str()));
}

Answer
Session::run(const Step &step)
{
	Answer answer = run(step.sql);
	PGconn *connection = connection_.get();
	if (PQtransactionStatus(connection) != PQTRANS_ACTIVE)
		return answer;
	PQputCopyData(connection, step.copy.data(), static_cast<int>(step.copy.size()));
	PQputCopyEnd(connection, nullptr);
	Answer done(PQgetResult(connection));
	while (PGresult *more = PQgetResult(connection))
		PQclear(more);
	return done;
}

namespace {

Failure
wrong(Session &session, const Answer &answer, const std::string &what)
{
	Failure failure;
	failure.kind = session.alive() ? Failure::error : Failure::crash;
	failure.state = answer.state();
	failure.text = what + ": " + answer.message();
	return failure;
}

Failure
differs(const View &view, const std::string &how, const Answer &answer)
{
	Failure failure;
	failure.kind = Failure::difference;
	failure.view = view.relation.name;
	failure.text = how;
	for (int row = 0; row < answer.rows(); row++)
		failure.text += "\n  " + answer.text(row, 0) + " | " + answer.text(row, 1);
	return failure;
}

} // namespace

Failure
compare_directly(Session &session, const View &view)
{
	if (!view.exact)
		return {};
	std::string columns;
	for (const Column &column : view.relation.columns)
		columns += (columns.empty() ? "" : ", ") + column.name + (column.type == Type::json ? "::text" : "");
	std::string table = "SELECT " + columns + " FROM " + view.relation.name;
	std::string query = "SELECT " + columns + " FROM (" + view.query + ") q";
	Answer answer =
		session.run("SELECT 1, d::text FROM (" + table + " EXCEPT ALL " + query +
					") d UNION ALL SELECT -1, d::text FROM (" + query + " EXCEPT ALL " + table + ") d LIMIT 8");
	if (!answer.ok())
		return wrong(session, answer, "comparing " + view.relation.name);
	if (answer.rows() > 0)
		return differs(view, "the view differs from its query (1: only in the view, -1: only in the query)", answer);
	return {};
}

Failure
compare(Session &session, const View &view, bool thorough)
{
	Failure failure = compare_directly(session, view);
	if (failure.kind != Failure::none || (view.exact && !thorough))
		return failure;
	for (const char *function : {"verify", "verify_state"})
	{
		Answer answer = session.run("SELECT (v).* FROM deltaview." + std::string(function) + "('" + view.relation.name +
									"') v LIMIT 8");
		if (answer.state() == "42883") /* verify_state is a test function: may be absent */
			continue;
		if (!answer.ok())
			return wrong(session, answer, std::string(function) + " of " + view.relation.name);
		if (answer.rows() > 0)
			return differs(view, std::string("deltaview.") + function + " found differences", answer);
	}
	return {};
}

} // namespace fuzz
