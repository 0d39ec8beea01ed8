#pragma once

#include "model.hpp"

#include <libpq-fe.h>

#include <memory>

namespace fuzz {

/* The answer to one statement. */
class Answer
{
public:
	explicit Answer(PGresult *result) : result_(result, PQclear) {}
	bool ok() const;
	std::string state() const;
	std::string message() const;
	int rows() const { return PQntuples(result_.get()); }
	std::string text(int row, int column) const { return PQgetvalue(result_.get(), row, column); }
	std::string text(int row, const char *column) const;
	long number(int row, int column) const { return std::stol("0" + text(row, column)); }

private:
	std::shared_ptr<PGresult> result_;
};

class Session
{
public:
	Session(std::string conninfo, std::string breaks);
	Answer run(const std::string &sql);
	Answer run(const Step &step);
	bool alive() const { return PQstatus(connection_.get()) == CONNECTION_OK; }
	bool open() const { return PQtransactionStatus(connection_.get()) != PQTRANS_IDLE; }
	bool failed() const { return PQtransactionStatus(connection_.get()) == PQTRANS_INERROR; }
	void connect(); /* also after a crash: waits for the server */

private:
	std::string conninfo_;
	std::string breaks_;
	std::unique_ptr<PGconn, void (*)(PGconn *)> connection_;
};

/* Compares a view with its query: by a query of our own; `thorough`: by deltaview.verify and its hidden state, too. */
Failure compare(Session &session, const View &view, bool thorough);
/* Our own comparison alone: has no side effect, so it may be made inside a transaction. */
Failure compare_directly(Session &session, const View &view);

} // namespace fuzz
