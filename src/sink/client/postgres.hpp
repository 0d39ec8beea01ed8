#pragma once

#include "sink/client/host.hpp"

#include <libpq-fe.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace dv::sink {

class Rows
{
public:
	explicit Rows(PGresult *result) : result_(result, PQclear) {}

	[[nodiscard]] int count() const { return PQntuples(result_.get()); }
	[[nodiscard]] std::string text(int row, const char *column) const
	{
		return PQgetvalue(result_.get(), row, number(column));
	}
	[[nodiscard]] bool null(int row, const char *column) const
	{
		return PQgetisnull(result_.get(), row, number(column)) != 0;
	}
	[[nodiscard]] ExecStatusType status() const { return PQresultStatus(result_.get()); }
	[[nodiscard]] std::string state() const; /* SQLSTATE */

private:
	[[nodiscard]] int number(const char *column) const;

	std::unique_ptr<PGresult, decltype(&PQclear)> result_;
};

enum class Mode { queries, replication };

/* A connection to PostgreSQL.  What goes wrong is thrown as Failure. */
class Postgres
{
public:
	Postgres(const std::string &conninfo, const std::string &application, Mode mode);

	Rows query(const std::string &sql, const std::vector<std::string> &parameters = {});
	/* One that may take long, and is cancelled when it is not wanted any more. */
	Rows query(Host &host, const std::string &sql, const std::function<bool()> &wanted);
	/* What the query failed with, or its rows. */
	Rows attempt(const std::string &sql);

	[[nodiscard]] std::string literal(const std::string &text) const;
	[[nodiscard]] std::string identifier(const std::string &text) const;

	[[nodiscard]] PGconn *get() const { return connection_.get(); }
	[[nodiscard]] int socket() const { return PQsocket(connection_.get()); }
	[[nodiscard]] bool alive() const { return PQstatus(connection_.get()) == CONNECTION_OK; }
	void cancel() const;

	/* Says what the connection's last error is. */
	[[noreturn]] void fail() const;

private:
	[[nodiscard]] Rows checked(Rows rows) const;
	[[nodiscard]] std::string quoted(char *(*quote)(PGconn *, const char *, size_t), const std::string &text) const;

	std::unique_ptr<PGconn, decltype(&PQfinish)> connection_;
};

} // namespace dv::sink
