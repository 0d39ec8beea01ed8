#include "sink/client/postgres.hpp"

#include "sink/client/failure.hpp"

#include <set>

namespace dv::sink {
namespace {

std::string
trimmed(std::string text)
{
	while (!text.empty() && (text.back() == '\n' || text.back() == ' '))
		text.pop_back();
	return text;
}

Remedy
remedy_of(const std::string &state)
{
	/* Nothing that is tried again as it is: a function, schema or option is not there, a right, a bad value. */
	static const std::set<std::string> lasting = {"42883", "42P01", "3F000", "42703", "42501", "22023", "0A000"};

	return lasting.count(state) != 0 ? Remedy::give_up : Remedy::retry;
}

} // namespace

std::string
Rows::state() const
{
	const char *state = PQresultErrorField(result_.get(), PG_DIAG_SQLSTATE);
	return state != nullptr ? state : "";
}

int
Rows::number(const char *column) const
{
	int number = PQfnumber(result_.get(), column);
	if (number < 0)
		throw Failure(Remedy::give_up, std::string("the extension does not tell \"") + column +
										   "\": its version is not that of the sink");
	return number;
}

Postgres::Postgres(const std::string &conninfo, const std::string &application, Mode mode)
	: connection_(nullptr, PQfinish)
{
	const char *keywords[] = {"connect_timeout",           "tcp_user_timeout", "dbname",
							  "fallback_application_name", "replication",      nullptr};
	const char *values[] = {
		"10",   "60000", conninfo.c_str(), application.c_str(), mode == Mode::replication ? "database" : nullptr,
		nullptr};

	connection_.reset(PQconnectdbParams(keywords, values, 1));
	if (connection_ == nullptr || !alive())
		fail();
	PQsetNoticeProcessor(
		connection_.get(), [](void *, const char *) {}, nullptr);
	if (mode == Mode::queries)
		query("SELECT set_config('search_path', 'pg_catalog', false), set_config('statement_timeout', '60s', false), "
			  "set_config('client_encoding', 'UTF8', false), set_config('lock_timeout', '30s', false)");
}

void
Postgres::fail() const
{
	throw Failure(Remedy::retry, "PostgreSQL: " + trimmed(PQerrorMessage(connection_.get())));
}

Rows
Postgres::checked(Rows rows) const
{
	switch (rows.status())
	{
	case PGRES_TUPLES_OK:
	case PGRES_COMMAND_OK:
	case PGRES_COPY_OUT:
	case PGRES_COPY_BOTH:
		return rows;
	default:
		throw Failure(remedy_of(rows.state()), "PostgreSQL: " + trimmed(PQerrorMessage(connection_.get())));
	}
}

Rows
Postgres::query(const std::string &sql, const std::vector<std::string> &parameters)
{
	if (parameters.empty())
		return checked(attempt(sql));
	std::vector<const char *> values;
	values.reserve(parameters.size());
	for (const std::string &parameter : parameters)
		values.push_back(parameter.c_str());
	return checked(Rows(PQexecParams(connection_.get(), sql.c_str(), static_cast<int>(values.size()), nullptr,
									 values.data(), nullptr, nullptr, 0)));
}

Rows
Postgres::attempt(const std::string &sql)
{
	return Rows(PQexec(connection_.get(), sql.c_str()));
}

Rows
Postgres::query(Host &host, const std::string &sql, const std::function<bool()> &wanted)
{
	if (PQsendQuery(connection_.get(), sql.c_str()) == 0)
		fail();
	Rows last(nullptr);
	while (true)
	{
		while (PQisBusy(connection_.get()) != 0)
		{
			host.wait(1000, socket());
			if (host.stopping() || !wanted())
			{
				cancel();
				throw Failure(Remedy::again, "something else is asked of the sink");
			}
			if (PQconsumeInput(connection_.get()) == 0)
				fail();
		}
		PGresult *result = PQgetResult(connection_.get());
		if (result == nullptr)
			return checked(std::move(last));
		last = Rows(result);
	}
}

std::string
Postgres::quoted(char *(*quote)(PGconn *, const char *, size_t), const std::string &text) const
{
	std::unique_ptr<char, decltype(&PQfreemem)> result(quote(connection_.get(), text.data(), text.size()), PQfreemem);
	if (result == nullptr)
		fail();
	return result.get();
}

std::string
Postgres::literal(const std::string &text) const
{
	return quoted(PQescapeLiteral, text);
}

std::string
Postgres::identifier(const std::string &text) const
{
	return quoted(PQescapeIdentifier, text);
}

void
Postgres::cancel() const
{
	std::unique_ptr<PGcancel, decltype(&PQfreeCancel)> handle(PQgetCancel(connection_.get()), PQfreeCancel);
	char message[256];

	if (handle != nullptr)
		PQcancel(handle.get(), message, sizeof(message));
}

} // namespace dv::sink
