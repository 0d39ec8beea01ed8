#include "sink/client/catalog.hpp"

#include "sink/client/failure.hpp"

#include <algorithm>
#include <cstdlib>
#include <memory>

namespace dv::sink {
namespace {

const char *const read_settings = R"(
SELECT s.wanted, s.generation, s.hold, s.hold_upto, s.view, s.view_oid, c.oid IS NOT NULL AS has_view, s.database,
	s.collection, s.options, s.slot, s.server_options->>'uri' AS uri,
	s.user_options->>'user' AS user, s.user_options->>'password' AS password,
	s.user_options->>'auth_source' AS auth_source, s.user_options->>'auth_mechanism' AS auth_mechanism,
	s.server_options->>'tls' AS tls, s.server_options->>'tls_ca_file' AS tls_ca_file,
	s.server_options->>'tls_certificate_key_file' AS tls_certificate_key_file,
	s.server_options->>'tls_allow_invalid_certificates' AS tls_allow_invalid_certificates,
	s.server_options->>'tls_allow_invalid_hostnames' AS tls_allow_invalid_hostnames,
	coalesce((s.options->>'batch_rows')::bigint, 1000) AS batch_rows,
	pg_size_bytes(coalesce(s.options->>'batch_bytes', '8MB')) AS batch_bytes,
	coalesce((s.options->>'batch_ms')::int, 100) AS batch_ms,
	coalesce((s.options->>'copy_jobs')::int, 2) AS copy_jobs,
	coalesce((s.options->>'replace')::bool, false) AS replace,
	coalesce(s.options->>'write', 'replace') = 'delete_insert' AS rewrite,
	coalesce(s.options->>'on_error', 'stop') = 'set_aside' AS set_aside,
	coalesce(s.options->>'on_lost_slot', 'copy') = 'copy' AS copy_if_lost,
	pg_size_bytes(coalesce(s.options->>'max_wal', '0')) AS max_wal
FROM deltaview.sink_settings($1) s LEFT JOIN pg_class c ON c.oid = s.view_oid)";

std::int64_t
number(const Rows &rows, const char *column)
{
	return std::strtoll(rows.text(0, column).c_str(), nullptr, 10);
}

bool
truth(const Rows &rows, const char *column)
{
	return rows.text(0, column) == "t";
}

Wanted
wanted_of(const Rows &rows)
{
	std::string text = rows.text(0, "wanted");

	if (text == "drop_with_collection")
		return Wanted::drop_with_collection;
	if (text == "drop" || !truth(rows, "has_view"))
		return Wanted::drop;
	return text == "run" ? Wanted::run : Wanted::stop;
}

std::string
json_string(const std::string &text)
{
	std::string json = "\"";

	for (char c : text)
		if (c == '"' || c == '\\')
			json.append({'\\', c});
		else
			json += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
	return json + '"';
}

} // namespace

Report &
Report::member(const char *name, const std::string &json)
{
	members_[name] = json;
	return *this;
}

std::string
Report::json() const
{
	std::string json;

	for (const auto &[name, value] : members_)
		json += (json.empty() ? "{" : ", ") + json_string(name) + ": " + value;
	return json + '}';
}

Report &
Report::text(const char *name, const std::string &value)
{
	return member(name, json_string(value));
}

Report &
Report::number(const char *name, std::int64_t value)
{
	return member(name, std::to_string(value));
}

Report &
Report::boolean(const char *name, bool value)
{
	return member(name, value ? "true" : "false");
}

Report &
Report::null(const char *name)
{
	return member(name, "null");
}

Catalog::Catalog(const std::string &conninfo, std::string sink)
	: connection_(conninfo, "deltaview_sink " + sink, Mode::queries), sink_(std::move(sink))
{
	connection_.query("SET synchronous_commit = local");
	connection_.query("LISTEN deltaview_sink");
}

bool
Catalog::lock()
{
	return truth(connection_.query(
					 "SELECT pg_try_advisory_lock(hashtextextended('deltaview_sink:' || $1, 0)) AS locked", {sink_}),
				 "locked");
}

std::optional<Settings>
Catalog::settings()
{
	Rows rows = connection_.query(read_settings, {sink_});
	if (rows.count() == 0)
		return std::nullopt;

	Settings s;
	s.wanted = wanted_of(rows);
	s.generation = static_cast<int>(number(rows, "generation"));
	s.hold = truth(rows, "hold");
	s.hold_upto = parse_lsn(rows.text(0, "hold_upto"));
	s.view = rows.text(0, "view");
	s.view_oid = rows.text(0, "view_oid");
	s.address.uri = rows.text(0, "uri");
	s.address.user = rows.text(0, "user");
	s.address.password = rows.text(0, "password");
	s.address.auth_source = rows.text(0, "auth_source");
	s.address.auth_mechanism = rows.text(0, "auth_mechanism");
	s.address.options = {{"tls", rows.text(0, "tls")},
						 {"tlsCAFile", rows.text(0, "tls_ca_file")},
						 {"tlsCertificateKeyFile", rows.text(0, "tls_certificate_key_file")},
						 {"tlsAllowInvalidCertificates", rows.text(0, "tls_allow_invalid_certificates")},
						 {"tlsAllowInvalidHostnames", rows.text(0, "tls_allow_invalid_hostnames")}};
	s.database = rows.text(0, "database");
	s.collection = rows.text(0, "collection");
	s.options = rows.text(0, "options");
	s.slot = rows.text(0, "slot") + '_' + std::to_string(s.generation);
	s.batch_rows = number(rows, "batch_rows");
	s.batch_bytes = number(rows, "batch_bytes");
	s.batch_ms = static_cast<int>(number(rows, "batch_ms"));
	s.copy_jobs = static_cast<int>(number(rows, "copy_jobs"));
	s.replace = truth(rows, "replace");
	s.rewrite = truth(rows, "rewrite");
	s.set_aside = truth(rows, "set_aside");
	s.copy_if_lost = truth(rows, "copy_if_lost");
	s.max_wal = number(rows, "max_wal");
	return s;
}

Counts
Catalog::counts()
{
	Rows rows = connection_.query("SELECT rows_applied, batches, retries FROM deltaview.sink_progress WHERE sink = $1",
								  {sink_});

	if (rows.count() == 0)
		return {};
	return {number(rows, "rows_applied"), number(rows, "batches"), number(rows, "retries")};
}

bool
Catalog::begun()
{
	return connection_.query("SELECT FROM deltaview.sink_progress WHERE sink = $1 AND slot_made", {sink_}).count() > 0;
}

void
Catalog::report(const Report &report)
{
	connection_.query("SELECT deltaview.sink_report($1, $2::jsonb)", {sink_, report.json()});
}

void
Catalog::set_aside(Lsn lsn, const std::string &id, const std::string &code, const std::string &message,
				   const std::string &document)
{
	connection_.query("SELECT deltaview.sink_set_aside($1, $2::pg_lsn, nullif($3, ''), $4, $5, nullif($6, ''))",
					  {sink_, lsn_text(lsn), id, code, message, document});
}

void
Catalog::next_generation(int generation)
{
	connection_.query("SELECT deltaview.sink_next_generation($1, $2::int)", {sink_, std::to_string(generation)});
}

void
Catalog::dropped()
{
	connection_.query("SELECT deltaview.sink_dropped($1)", {sink_});
}

std::optional<Slot>
Catalog::slot(const std::string &name)
{
	Rows rows = connection_.query("SELECT coalesce(wal_status, 'lost') = 'lost' AS lost, active, confirmed_flush_lsn, "
								  "coalesce(pg_current_wal_lsn() - restart_lsn, 0)::bigint AS retained "
								  "FROM pg_replication_slots WHERE slot_name = $1",
								  {name});
	if (rows.count() == 0)
		return std::nullopt;
	return Slot{truth(rows, "lost"), truth(rows, "active"), parse_lsn(rows.text(0, "confirmed_flush_lsn")),
				number(rows, "retained")};
}

void
Catalog::drop_slot(const std::string &name)
{
	connection_.query("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = $1",
					  {name});
}

int
Catalog::drop_slots(const std::string &base, const std::string &kept)
{
	const std::string ours = "slot_name ~ ('^' || $1 || '_[0-9]+$') AND slot_name <> $2";

	connection_.query("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE NOT active AND " +
						  ours,
					  {base, kept});
	Rows left = connection_.query("SELECT count(*) AS left FROM pg_replication_slots WHERE " + ours, {base, kept});
	return static_cast<int>(number(left, "left"));
}

/* Everything that is committed as far as this session knows is before it. */
Lsn
Catalog::flushed_lsn()
{
	return parse_lsn(connection_.query("SELECT pg_current_wal_flush_lsn() AS lsn").text(0, "lsn"));
}

std::string
Catalog::database()
{
	return connection_.query("SELECT current_database() AS name").text(0, "name");
}

void
Catalog::set_hold(Lsn upto)
{
	Rows rows = connection_.query(
		"SELECT pg_try_advisory_lock(hashtextextended('deltaview_sink_hold:' || $1, 0)) AS locked", {sink_});
	if (!truth(rows, "locked"))
		throw Failure(Remedy::give_up, "the sink \"" + sink_ + "\" is being verified already");
	report(Report().null("held_at"));
	connection_.query("SELECT deltaview.sink_hold_set($1, nullif($2, '0/0')::pg_lsn)", {sink_, lsn_text(upto)});
}

void
Catalog::clear_hold()
{
	connection_.query("SELECT deltaview.sink_hold_clear($1)", {sink_});
	connection_.query("SELECT pg_advisory_unlock_all()");
}

Lsn
Catalog::held_at()
{
	Rows rows = connection_.query("SELECT state, held_at FROM deltaview.sink_progress WHERE sink = $1", {sink_});
	std::string state = rows.count() == 0 ? "" : rows.text(0, "state");

	if (state == "failed" || state == "stopped" || lock())
		throw Failure(Remedy::give_up, "the sink \"" + sink_ + "\" does not run");
	return state == "held" ? parse_lsn(rows.text(0, "held_at")) : 0;
}

bool
Catalog::notified()
{
	bool ours = false;

	if (PQconsumeInput(connection_.get()) == 0)
		connection_.fail();
	while (PGnotify *notification = PQnotifies(connection_.get()))
	{
		std::unique_ptr<PGnotify, decltype(&PQfreemem)> owned(notification, PQfreemem);
		ours = ours || sink_ == owned->extra;
	}
	return ours;
}

} // namespace dv::sink
