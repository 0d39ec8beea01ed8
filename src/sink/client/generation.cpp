#include "sink/client/generation.hpp"

#include "sink/client/copy.hpp"
#include "sink/client/failure.hpp"
#include "sink/client/task.hpp"
#include "sink/client/watch.hpp"

namespace dv::sink {

Position
Generation::find(Source &source)
{
	std::optional<Position> former =
		result_of<std::optional<Position>>(host_, [store = store_] { return store->position(); });

	if (!former || former->generation != settings_.generation || former->slot != settings_.slot ||
		former->collection != settings_.collection || !catalog_.begun())
		return begin(source, former);
	check_slot(*former);
	progress_.begun(settings_.generation);
	return *former;
}

/* Between the slot and the position, which never is before what PostgreSQL was told, nothing must be missing. */
void
Generation::check_slot(const Position &position)
{
	std::optional<Slot> slot = catalog_.slot(settings_.slot);

	if (!slot || slot->lost)
		throw Failure(Remedy::whole_copy, "the replication slot \"" + settings_.slot + "\" is lost");
	if (slot->confirmed > position.lsn)
		throw Failure(Remedy::whole_copy, "the position in MongoDB, " + lsn_text(position.lsn) +
											  ", is before what the replication slot still has, " +
											  lsn_text(slot->confirmed));
	Lsn flushed = catalog_.flushed_lsn();
	if (position.lsn > flushed)
		throw Failure(Remedy::whole_copy, "the position in MongoDB, " + lsn_text(position.lsn) +
											  ", is beyond the end of the server's log, " + lsn_text(flushed));
}

Position
Generation::begin(Source &source, const std::optional<Position> &former)
{
	bool replaces = settings_.replace || (former && former->collection == settings_.collection);
	bool empty = result_of<bool>(host_, [store = store_, name = settings_.collection] { return store->empty(name); });

	if (!empty && !replaces)
		throw Failure(Remedy::give_up, "the collection \"" + settings_.collection +
										   "\" is not empty: empty it, or create the sink with option \"replace\"");
	progress_.state("starting");
	catalog_.drop_slot(settings_.slot);
	Settings settings = settings_;
	Watch watch(host_, catalog_, &settings);
	NewSlot slot = source.create_slot(host_, settings_.slot, false, [&] { return watch.same(); });
	Position next;
	next.generation = settings_.generation;
	next.slot = settings_.slot;
	next.collection = settings_.collection;
	next.lsn = slot.lsn;
	snapshot_ = slot.snapshot;
	progress_.begun(settings_.generation);
	host_.log(Level::info, "sink \"" + job_.sink + "\": copying from " + lsn_text(slot.lsn));
	return result_of<Position>(host_, [store = store_, former, next] {
		Position moved = store->move_position(former, next);
		if (former && former->phase != Phase::stream)
			store->drop(former->written());
		return moved;
	});
}

void
Generation::copy(Position *position)
{
	Copy(host_, catalog_, job_, settings_).run(store_, position, snapshot_);
	Position next = *position;
	next.phase = Phase::rename;
	next.whole = catalog_.flushed_lsn();
	*position = result_of<Position>(
		host_, [store = store_, from = *position, next] { return store->move_position(from, next); });
}

/* The staging collection takes the place of the other, with the same indexes. */
void
Generation::exchange(Position *position)
{
	Position next = *position;

	next.phase = Phase::stream;
	*position = result_of<Position>(host_, [store = store_, from = *position, next] {
		std::string staging = from.written();
		if (store->exists(staging))
		{
			if (store->exists(from.collection))
				store->copy_indexes(from.collection, staging);
			store->rename(staging, from.collection);
		}
		return store->move_position(from, next);
	});
	host_.log(Level::info, "sink \"" + job_.sink + "\": the copy is in its place");
}

} // namespace dv::sink
