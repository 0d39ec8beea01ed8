#pragma once

#include <libpq-fe.h>

#include <memory>
#include <stdexcept>
#include <string>

namespace tpch {

class Answer
{
public:
	explicit Answer(PGresult *result) : result_(result, PQclear) {}
	bool ok() const;
	std::string state() const;
	std::string message() const { return PQresultErrorMessage(result_.get()); }
	int rows() const { return PQntuples(result_.get()); }
	long affected() const { return std::stol("0" + std::string(PQcmdTuples(result_.get()))); }
	std::string text(int row, int column) const { return PQgetvalue(result_.get(), row, column); }
	long number(int row, int column) const { return std::stol(text(row, column)); }

private:
	std::shared_ptr<PGresult> result_;
};

class Connection
{
public:
	explicit Connection(const std::string &conninfo);
	/* The answer, whatever it is. */
	Answer attempt(const std::string &sql);
	/* Throws where that is an error. */
	Answer run(const std::string &sql);

	void copy(const std::string &table);
	void copy_data(const std::string &lines);
	void copy_end();

private:
	std::unique_ptr<PGconn, void (*)(PGconn *)> connection_;
};

} // namespace tpch
