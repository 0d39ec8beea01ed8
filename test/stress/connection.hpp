#pragma once

#include <libpq-fe.h>

#include <memory>
#include <string>

namespace stress {

struct Answer
{
	std::string state; /* SQLSTATE, empty if all went well */
	std::string message;
	std::string text; /* the first column of the first rows, a line each */
	bool ok() const { return state.empty(); }
	/* Concurrency may end in it; the transaction is to be repeated. */
	bool transient() const { return state == "40001" || state == "40P01"; }
};

class Connection
{
public:
	/* The set-up is run in each new session. */
	Connection(std::string conninfo, std::string setup);
	void connect(); /* waits for the server to be there */
	Answer run(const std::string &sql);
	std::string must(const std::string &sql); /* throws if it fails; returns the text */
	bool alive() const { return PQstatus(connection_.get()) == CONNECTION_OK; }
	bool idle() const { return PQtransactionStatus(connection_.get()) == PQTRANS_IDLE; }

private:
	std::string conninfo_;
	std::string setup_;
	std::unique_ptr<PGconn, void (*)(PGconn *)> connection_;
};

} // namespace stress
