#pragma once

#include "sink/client/host.hpp"
#include "sink/client/lsn.hpp"
#include "sink/client/postgres.hpp"
#include "sink/client/settings.hpp"

#include <map>
#include <optional>
#include <string>

namespace dv::sink {

/* What PostgreSQL knows of a replication slot. */
struct Slot
{
	bool lost;
	bool active;
	Lsn confirmed;
	std::int64_t retained; /* bytes of WAL kept for it */
};

/* What the sink has done, since it was created. */
struct Counts
{
	std::int64_t rows = 0;
	std::int64_t batches = 0;
	std::int64_t retries = 0;
};

/* A JSON object for deltaview.sink_report, member by member; the last value of a member counts. */
class Report
{
public:
	Report &text(const char *name, const std::string &value);
	Report &number(const char *name, std::int64_t value);
	Report &boolean(const char *name, bool value);
	Report &null(const char *name);
	[[nodiscard]] std::string json() const;
	[[nodiscard]] bool empty() const { return members_.empty(); }

private:
	Report &member(const char *name, const std::string &json);

	std::map<std::string, std::string> members_;
};

/* The sink as the extension's catalog has it, over a connection of its own. */
class Catalog
{
public:
	Catalog(const std::string &conninfo, std::string sink);

	/* False: another process runs the sink. */
	bool lock();
	std::optional<Settings> settings();
	Counts counts();
	/* Whether this sink has ever had a slot: a position may be left from another one of its name. */
	bool begun();
	void report(const Report &report);
	void set_aside(Lsn lsn, const std::string &id, const std::string &code, const std::string &message,
				   const std::string &document);
	void next_generation(int generation);
	void dropped();

	std::optional<Slot> slot(const std::string &name);
	void drop_slot(const std::string &name);
	/* Of this sink, in all generations but the one that is kept.  Returns how many there still are, for they are in use. */
	int drop_slots(const std::string &base, const std::string &kept);
	Lsn flushed_lsn();
	std::string database();

	/* For who verifies the sink: it stops at the position (0: at once) until the hold is cleared or the session ends. */
	void set_hold(Lsn upto);
	void clear_hold();
	Lsn held_at(); /* 0: not yet; throws Failure where nobody runs the sink */

	/* Whether something was said about the sink since the last call. */
	bool notified();

	[[nodiscard]] Postgres &connection() { return connection_; }
	[[nodiscard]] const std::string &sink() const { return sink_; }

private:
	Postgres connection_;
	std::string sink_;
};

} // namespace dv::sink
