#pragma once

#include "sink/client/host.hpp"
#include "sink/client/postgres.hpp"
#include "sink/client/protocol.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace dv::sink {

struct NewSlot
{
	Lsn lsn;              /* what was committed before is in the snapshot, the rest comes in the stream */
	std::string snapshot; /* until the next command on the connection */
};

/* The replication connection: a slot, and the stream of a view's changes. */
class Source
{
public:
	Source(const std::string &conninfo, const std::string &sink);

	[[nodiscard]] std::string system_identifier();
	/* Waits for the transactions that are running. */
	NewSlot create_slot(Host &host, const std::string &name, bool temporary, const std::function<bool()> &wanted);
	void start(const std::string &slot, const std::string &view_oid, const std::string &options);

	/* The next message, as far as it has come; valid until the next call. */
	std::optional<Message> receive();
	void confirm(Lsn received, Lsn confirmed, bool reply_wanted);

	[[nodiscard]] int socket() const { return connection_.socket(); }

private:
	[[noreturn]] void ended();

	Postgres connection_;
	std::unique_ptr<char, decltype(&PQfreemem)> bytes_;
};

} // namespace dv::sink
