#pragma once

#include "sink/client/postgres.hpp"
#include "sink/client/protocol.hpp"
#include "sink/client/settings.hpp"

#include <cstdint>
#include <functional>
#include <string>

namespace dv::sink {

/* The rows of a view as documents, read in one snapshot.  Until it goes the view is not written anew. */
class ViewReader
{
public:
	/* An empty snapshot: a new one. */
	ViewReader(const std::string &conninfo, const std::string &sink, const Settings &settings,
			   const std::string &snapshot);

	/* The rows in the blocks from `first` and before `last` (-1: to the end).  It is false if they shall be no more. */
	void read(std::int64_t first, std::int64_t last, const std::function<bool(const CopiedRow &)> &row);

	[[nodiscard]] std::string export_snapshot();
	[[nodiscard]] std::int64_t blocks();
	[[nodiscard]] std::int64_t estimated_rows();
	[[nodiscard]] std::string file(); /* another one when the table was written anew */
	void cancel() const { connection_.cancel(); }

private:
	std::string value(const std::string &expression);

	Postgres connection_;
	std::string view_;
	std::string view_oid_;
	std::string options_;
};

} // namespace dv::sink
