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
};

class Connection
{
public:
	explicit Connection(std::string conninfo);
	void connect(); /* waits for the server to be there */
	Answer run(const std::string &sql);
	bool alive() const { return PQstatus(connection_.get()) == CONNECTION_OK; }
	bool idle() const { return PQtransactionStatus(connection_.get()) == PQTRANS_IDLE; }

private:
	std::string conninfo_;
	std::unique_ptr<PGconn, void (*)(PGconn *)> connection_;
};

} // namespace stress
