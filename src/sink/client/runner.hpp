#pragma once

#include "sink/client/backoff.hpp"
#include "sink/client/catalog.hpp"
#include "sink/client/failure.hpp"
#include "sink/client/position.hpp"
#include "sink/client/progress.hpp"
#include "sink/client/run.hpp"
#include "sink/client/source.hpp"
#include "sink/client/store.hpp"

#include <memory>
#include <optional>
#include <string>

namespace dv::sink {

/*
 * A sink's life.  A session has its connections to PostgreSQL and to MongoDB: it finds out where the sink is and goes on
 * from there.  What fails ends the session; after a pause there is another one.
 */
class Runner
{
public:
	Runner(Host &host, const Job &job);

	Outcome run();

private:
	std::optional<Outcome> attempt();
	std::optional<Outcome> session();
	bool lock();
	void identify(Source &source);
	void connect_store();
	void follow(Position *position, Source &source, Lsn until);
	Outcome drop();
	void clean_up();
	void drop_slots();

	std::optional<Outcome> recover(const Failure &failure);
	std::optional<Outcome> failed(const std::string &message);
	void pause(int milliseconds);
	void log(Level level, const std::string &message);
	[[nodiscard]] std::string clean(const std::string &message) const;

	Host &host_;
	const Job job_;
	std::unique_ptr<Catalog> catalog_;
	std::unique_ptr<Progress> progress_;
	std::optional<Settings> settings_;
	std::shared_ptr<Store> store_;
	std::string identity_;
	Backoff backoff_;
	int large_failures_ = 0;
};

} // namespace dv::sink
