#include "sink/client/view_reader.hpp"

#include "sink/client/failure.hpp"

#include <cstdlib>
#include <memory>

namespace dv::sink {

ViewReader::ViewReader(const std::string &conninfo, const std::string &sink, const Settings &settings,
					   const std::string &snapshot)
	: connection_(conninfo, "deltaview_sink " + sink, Mode::queries), view_(settings.view),
	  view_oid_(settings.view_oid), options_(settings.options)
{
	/* An owner could put another view, of his own making, in the place of the table: its functions would run here. */
	connection_.query("SELECT set_config('row_security', 'off', false), set_config('statement_timeout', '0', false), "
					  "set_config('idle_in_transaction_session_timeout', '0', false)");
	connection_.query("SELECT set_config(name, 'view, foreign-table', false) FROM pg_settings "
					  "WHERE name = 'restrict_nonsystem_relation_kind'");
	connection_.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
	if (!snapshot.empty())
		connection_.query("SET TRANSACTION SNAPSHOT " + connection_.literal(snapshot));
	connection_.query("LOCK TABLE ONLY " + view_ + " IN ACCESS SHARE MODE");
	if (value("to_regclass(" + connection_.literal(view_) + ")::oid") != view_oid_)
		throw Failure(Remedy::again, "the view has another name now");
}

std::string
ViewReader::value(const std::string &expression)
{
	return connection_.query("SELECT (" + expression + ")::text AS value").text(0, "value");
}

std::string
ViewReader::export_snapshot()
{
	return value("pg_export_snapshot()");
}

std::int64_t
ViewReader::blocks()
{
	return std::strtoll(
		value("pg_relation_size(" + view_oid_ + ", 'main') / current_setting('block_size')::int").c_str(), nullptr, 10);
}

std::int64_t
ViewReader::estimated_rows()
{
	return std::strtoll(value("SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = " + view_oid_).c_str(),
						nullptr, 10);
}

std::string
ViewReader::file()
{
	return value("pg_relation_filenode(" + view_oid_ + ")");
}

void
ViewReader::read(std::int64_t first, std::int64_t last, const std::function<bool(const CopiedRow &)> &row)
{
	std::string until = last < 0 ? "" : " AND v.ctid < '(" + std::to_string(last) + ",0)'";
	PGconn *connection = connection_.get();
	bool begins = true;
	bool more = true;

	connection_.query("COPY (SELECT deltaview.sink_row(v.*, " + connection_.literal(options_) + "::jsonb) FROM ONLY " +
					  view_ + " v WHERE v.ctid >= '(" + std::to_string(first) + ",0)'" + until +
					  ") TO STDOUT (FORMAT binary)");
	while (true)
	{
		char *bytes = nullptr;
		int size = PQgetCopyData(connection, &bytes, 0);
		std::unique_ptr<char, decltype(&PQfreemem)> owned(bytes, PQfreemem);
		if (size == -2)
			connection_.fail();
		if (size == -1)
			break;
		std::optional<CopiedRow> copied = parse_copied({bytes, static_cast<size_t>(size)}, begins);
		begins = false;
		if (more && copied)
		{
			more = row(*copied);
			if (!more)
				cancel();
		}
	}
	Rows end(PQgetResult(connection));
	if (end.status() != PGRES_COMMAND_OK && more)
		connection_.fail();
	while (PGresult *rest = PQgetResult(connection))
		PQclear(rest);
}

} // namespace dv::sink
