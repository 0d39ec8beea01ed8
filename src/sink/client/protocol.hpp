#pragma once

#include "sink/client/lsn.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dv::sink {

/* What the output plugin sends, with format 'bson'. */
enum class Kind : char {
	begin = 'B',
	put = 'P',
	insert = 'I', /* there was none with this _id */
	remove = 'D',
	unfit = 'E', /* a row that has no representation */
	truncate = 'T',
	commit = 'C',
	keepalive = 'k', /* not the plugin's, the server's: everything before lsn has been sent */
};

struct Message
{
	Kind kind;
	Lsn lsn = 0;
	std::int64_t commit_time = 0; /* of begin: microseconds since 1970 */
	bool reply_wanted = false;    /* of keepalive */
	std::string_view document;    /* within what was parsed */
};

/* A message of the replication protocol.  Throws Failure where it is none. */
Message parse_message(std::string_view bytes);

/* "Standby status update": what has come, and what the server may forget. */
std::string status_update(Lsn received, Lsn confirmed, bool reply_wanted);

/* A row of a binary COPY of sink_row(); none: the end. */
struct CopiedRow
{
	bool fit;
	std::string_view document;
};
std::optional<CopiedRow> parse_copied(std::string_view bytes, bool first);

} // namespace dv::sink
