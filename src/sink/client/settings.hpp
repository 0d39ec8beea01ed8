#pragma once

#include "sink/client/lsn.hpp"
#include "sink/client/uri.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace dv::sink {

enum class Wanted { run, stop, drop, drop_with_collection };

/* What is asked of a sink. */
struct Settings
{
	Wanted wanted;
	int generation;
	bool hold;
	Lsn hold_upto; /* 0: at once */

	std::string view; /* quoted and qualified */
	std::string view_oid;
	Address address;
	std::string database;
	std::string collection;
	std::string options; /* as JSON: of the mapping of values, too */
	std::string slot;

	std::int64_t batch_rows;
	std::int64_t batch_bytes;
	int batch_ms;
	int copy_jobs;
	bool replace;
	bool rewrite; /* a changed document is deleted and inserted */
	bool set_aside;
	bool copy_if_lost;
	std::int64_t max_wal; /* 0: no limit */

	/* The sink has to begin its work anew to follow the change. */
	[[nodiscard]] bool differ(const Settings &other) const;
};

} // namespace dv::sink
