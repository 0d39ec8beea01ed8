#include "sink/client/source.hpp"

#include "sink/client/failure.hpp"

namespace dv::sink {
namespace {

/* As the grammar of replication commands has strings: no backslashes. */
std::string
quoted(const std::string &text)
{
	std::string result = "'";

	for (char c : text)
	{
		if (c == '\'')
			result += '\'';
		result += c;
	}
	return result + '\'';
}

} // namespace

Source::Source(const std::string &conninfo, const std::string &sink)
	: connection_(conninfo, "deltaview_sink " + sink, Mode::replication), bytes_(nullptr, PQfreemem)
{}

std::string
Source::system_identifier()
{
	return connection_.query("IDENTIFY_SYSTEM").text(0, "systemid");
}

NewSlot
Source::create_slot(Host &host, const std::string &name, bool temporary, const std::function<bool()> &wanted)
{
	Rows rows = connection_.query(host,
								  "CREATE_REPLICATION_SLOT " + connection_.identifier(name) +
									  (temporary ? " TEMPORARY" : "") + " LOGICAL pg_deltaview (SNAPSHOT 'export')",
								  wanted);
	return {parse_lsn(rows.text(0, "consistent_point")), rows.text(0, "snapshot_name")};
}

void
Source::start(const std::string &slot, const std::string &view_oid, const std::string &options)
{
	connection_.query("START_REPLICATION SLOT " + connection_.identifier(slot) +
					  " LOGICAL 0/0 (format 'bson', view_oid " + quoted(view_oid) + ", sink_options " +
					  quoted(options) + ")");
}

std::optional<Message>
Source::receive()
{
	for (bool again = true;; again = false)
	{
		char *bytes = nullptr;
		int size = PQgetCopyData(connection_.get(), &bytes, 1);

		bytes_.reset(bytes);
		if (size > 0)
			return parse_message({bytes, static_cast<size_t>(size)});
		if (size < 0)
			ended();
		if (!again)
			return std::nullopt;
		if (PQconsumeInput(connection_.get()) == 0)
			connection_.fail();
	}
}

void
Source::ended()
{
	Rows rows(PQgetResult(connection_.get()));

	if (rows.status() == PGRES_FATAL_ERROR)
		connection_.fail();
	throw Failure(Remedy::retry, "PostgreSQL has ended the replication");
}

void
Source::confirm(Lsn received, Lsn confirmed, bool reply_wanted)
{
	std::string update = status_update(received, confirmed, reply_wanted);

	if (PQputCopyData(connection_.get(), update.data(), static_cast<int>(update.size())) != 1 ||
		PQflush(connection_.get()) != 0)
		connection_.fail();
}

} // namespace dv::sink
