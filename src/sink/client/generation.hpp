#pragma once

#include "sink/client/catalog.hpp"
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
 * One life of a sink's collection: a slot, a copy into a staging collection, the stream up to where that is whole, and
 * the exchange of the collections; then the stream goes on.  Resetting the sink begins another one.
 */
class Generation
{
public:
	Generation(Host &host, Catalog &catalog, Progress &progress, const Job &job, const Settings &settings,
			   std::shared_ptr<Store> store)
		: host_(host), catalog_(catalog), progress_(progress), job_(job), settings_(settings), store_(std::move(store))
	{}

	/* Where the sink stands; where that is nowhere a slot is made. */
	Position find(Source &source);
	void copy(Position *position);
	void exchange(Position *position);

private:
	Position begin(Source &source, const std::optional<Position> &former);
	void check_slot(const Position &position);

	Host &host_;
	Catalog &catalog_;
	Progress &progress_;
	const Job &job_;
	const Settings &settings_;
	std::shared_ptr<Store> store_;
	std::string snapshot_; /* of a new slot */
};

} // namespace dv::sink
