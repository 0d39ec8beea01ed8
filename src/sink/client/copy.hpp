#pragma once

#include "sink/client/catalog.hpp"
#include "sink/client/run.hpp"
#include "sink/client/store.hpp"
#include "sink/client/watch.hpp"

#include <memory>
#include <string>

namespace dv::sink {

class ViewReader;

/*
 * Brings the view's rows into the staging collection, and notes in the position how far it has come.  What has been
 * copied in several attempts, or twice, is of several snapshots: the stream has to reach `position->whole` to make it one.
 */
class Copy
{
public:
	Copy(Host &host, Catalog &catalog, const Job &job, Settings settings)
		: host_(host), catalog_(catalog), job_(job), settings_(std::move(settings)), watch_(host, catalog, &settings_)
	{}

	/* An empty snapshot: a new one. */
	void run(const std::shared_ptr<Store> &store, Position *position, const std::string &snapshot);

private:
	struct Shared;

	void prepare(const std::shared_ptr<Store> &store, Position *position, ViewReader &reader);
	void supervise(const std::shared_ptr<Shared> &shared, const std::shared_ptr<Store> &store, Position *position);
	void note(Shared &shared, const std::shared_ptr<Store> &store, Position *position);

	Host &host_;
	Catalog &catalog_;
	const Job &job_;
	Settings settings_;
	Watch watch_;
};

} // namespace dv::sink
