#include "sink/client/runner.hpp"

#include "sink/client/copy.hpp"
#include "sink/client/stream.hpp"
#include "sink/client/task.hpp"
#include "sink/client/wal_limit.hpp"

#include <chrono>
#include <random>

namespace dv::sink {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

const int first_pause = 100;
const int longest_pause = 30000;
const int lock_pause = 500;
const seconds lock_patience{60};
const seconds farewell_patience{30};
const int tolerated_large_failures = 2; /* then a large transaction is written in parts */

std::string
slot_base(const std::string &slot)
{
	return slot.substr(0, slot.rfind('_'));
}

} // namespace

Runner::Runner(Host &host, const Job &job)
	: host_(host), job_(job), backoff_(first_pause, longest_pause, std::random_device()())
{}

Outcome
Runner::run()
{
	while (!host_.stopping())
	{
		std::optional<Outcome> outcome = attempt();
		if (outcome)
			return *outcome;
	}
	try
	{
		if (progress_ != nullptr && catalog_->connection().alive())
			progress_->state("stopped");
	}
	catch (const Failure &failure)
	{
		log(Level::warning, failure.what());
	}
	return Outcome::stopped;
}

std::optional<Outcome>
Runner::attempt()
{
	try
	{
		try
		{
			return session();
		}
		catch (const Failure &failure)
		{
			store_.reset();
			if (host_.stopping())
				return std::nullopt;
			/* PostgreSQL is away. */
			if (catalog_ == nullptr || progress_ == nullptr || !catalog_->connection().alive())
				throw;
			return recover(failure);
		}
		catch (const std::exception &error)
		{
			throw Failure(Remedy::retry, error.what());
		}
	}
	catch (const Failure &failure)
	{
		log(failure.remedy() == Remedy::give_up ? Level::error : Level::warning, failure.what());
		progress_.reset();
		catalog_.reset();
		if (failure.remedy() == Remedy::give_up)
			return Outcome::failed;
		if (!host_.stopping())
			host_.wait(backoff_.next(), -1);
	}
	return std::nullopt;
}

/* No outcome: another session is needed. */
std::optional<Outcome>
Runner::session()
{
	if (catalog_ == nullptr || !catalog_->connection().alive())
	{
		progress_.reset();
		catalog_.reset();
		catalog_ = std::make_unique<Catalog>(job_.conninfo, job_.sink);
		if (!lock())
		{
			log(Level::info, "another process runs the sink");
			return Outcome::stopped;
		}
		progress_ = std::make_unique<Progress>(*catalog_);
	}
	settings_ = catalog_->settings();
	if (!settings_)
		return Outcome::stopped;
	if (settings_->wanted == Wanted::stop)
	{
		progress_->state("stopped");
		return Outcome::stopped;
	}
	if (settings_->wanted != Wanted::run)
		return drop();

	check_wal_limit(host_, *catalog_, *settings_);
	Source source(job_.conninfo, job_.sink);
	identify(source);
	connect_store();
	std::string snapshot;
	Position position = starting_point(source, &snapshot);
	if (position.phase == Phase::copy)
		copy(&position, snapshot);
	if (position.phase == Phase::rename && position.lsn < position.whole)
	{
		follow(&position, source, position.whole);
		return std::nullopt;
	}
	if (position.phase == Phase::rename)
		rename(&position);
	catalog_->drop_slots(slot_base(position.slot), position.slot);
	follow(&position, source, 0);
	return std::nullopt;
}

void
Runner::identify(Source &source)
{
	identity_ = source.system_identifier() + '/' + catalog_->database() + '/' + job_.sink;
}

void
Runner::move(Position *from, const Position &next)
{
	*from =
		result_of<Position>(host_, [store = store_, from = *from, next] { return store->move_position(from, next); });
}

bool
Runner::lock()
{
	steady_clock::time_point begin = steady_clock::now();

	while (!catalog_->lock())
	{
		std::optional<Settings> settings = catalog_->settings();
		if (!settings || settings->wanted == Wanted::stop || host_.stopping() ||
			steady_clock::now() - begin > lock_patience)
			return false;
		host_.wait(lock_pause, -1);
	}
	return true;
}

void
Runner::connect_store()
{
	auto store = std::make_shared<Store>(*settings_, identity_);

	run_task(host_, [store] { store->connect(); });
	store_ = store;
}

Position
Runner::starting_point(Source &source, std::string *snapshot)
{
	std::optional<Position> former =
		result_of<std::optional<Position>>(host_, [store = store_] { return store->position(); });
	bool ours = former && former->generation == settings_->generation && former->slot == settings_->slot &&
				former->collection == settings_->collection;
	if (!ours)
		return new_generation(source, former, snapshot);

	std::optional<Slot> slot = catalog_->slot(settings_->slot);
	if (!slot || slot->lost)
		throw Failure(Remedy::whole_copy, "the replication slot \"" + settings_->slot + "\" is lost");
	if (slot->confirmed > former->lsn)
		throw Failure(Remedy::whole_copy, "the position in MongoDB, " + lsn_text(former->lsn) +
											  ", is before what the replication slot still has, " +
											  lsn_text(slot->confirmed));
	progress_->begun(settings_->generation);
	return *former;
}

Position
Runner::new_generation(Source &source, const std::optional<Position> &former, std::string *snapshot)
{
	bool replaces = settings_->replace || (former && former->collection == settings_->collection);
	bool occupied =
		result_of<bool>(host_, [store = store_, name = settings_->collection] { return !store->empty(name); });
	if (occupied && !replaces)
		throw Failure(Remedy::give_up, "the collection \"" + settings_->collection +
										   "\" is not empty: empty it, or create the sink with option \"replace\"");

	progress_->state("starting");
	catalog_->drop_slot(settings_->slot);
	NewSlot slot = source.create_slot(host_, settings_->slot, false);
	Position next;
	next.generation = settings_->generation;
	next.slot = settings_->slot;
	next.collection = settings_->collection;
	next.lsn = slot.lsn;
	*snapshot = slot.snapshot;
	progress_->begun(settings_->generation);
	log(Level::info, "copying from " + lsn_text(slot.lsn));
	return result_of<Position>(host_, [store = store_, former, next] { return store->move_position(former, next); });
}

void
Runner::copy(Position *position, const std::string &snapshot)
{
	Copy(host_, *catalog_, job_, *settings_, identity_).run(store_, position, snapshot);
	Position next = *position;
	next.phase = Phase::rename;
	next.whole = catalog_->flushed_lsn();
	move(position, next);
}

/* The staging collection takes the place of the other, with the same indexes. */
void
Runner::rename(Position *position)
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
	log(Level::info, "the copy is in its place");
}

void
Runner::follow(Position *position, Source &source, Lsn until)
{
	Lsn begin = position->lsn;
	Stream stream(host_, *catalog_, source, store_, *settings_, *position, *progress_,
				  large_failures_ >= tolerated_large_failures);
	auto note = [&] {
		if (stream.position().lsn == begin)
			return;
		backoff_.reset();
		large_failures_ = 0;
	};

	try
	{
		*position = stream.run(until);
	}
	catch (const Failure &)
	{
		note();
		throw;
	}
	note();
}

/* The slot goes whatever MongoDB says. */
Outcome
Runner::drop()
{
	steady_clock::time_point begin = steady_clock::now();

	catalog_->drop_slots(slot_base(settings_->slot), "");
	while (!host_.stopping())
		try
		{
			clean_up();
			break;
		}
		catch (const Failure &failure)
		{
			log(Level::warning, std::string("dropping the sink: ") + failure.what());
			if (failure.remedy() != Remedy::retry || steady_clock::now() - begin > farewell_patience)
				break;
			host_.wait(backoff_.next(), -1);
		}
	catalog_->dropped();
	return Outcome::dropped;
}

void
Runner::clean_up()
{
	{
		Source source(job_.conninfo, job_.sink);
		identify(source);
	}
	connect_store();
	run_task(host_, [store = store_, settings = *settings_] {
		std::optional<Position> position = store->position();
		if (!position)
			return;
		if (position->phase != Phase::stream)
			store->drop(position->written());
		if (settings.wanted == Wanted::drop_with_collection)
			store->drop(position->collection);
		store->forget_position();
	});
}

std::optional<Outcome>
Runner::recover(const Failure &failure)
{
	std::string message = clean(failure.what());

	switch (failure.remedy())
	{
	case Remedy::give_up:
		return failed(message);
	case Remedy::over_limit:
		drop_slot();
		return failed(message + ": the replication slot is dropped, and reset_sink copies anew");
	case Remedy::whole_copy:
		if (!settings_->copy_if_lost)
			return failed(message);
		log(Level::warning, message + ": copying anew");
		progress_->failed("starting", message);
		catalog_->next_generation(settings_->generation);
		return std::nullopt;
	case Remedy::in_parts:
		large_failures_++;
		break;
	case Remedy::retry:
	case Remedy::retry_late:
	case Remedy::restart:
		break;
	}
	log(Level::warning, message);
	progress_->retried(1);
	progress_->failed("retrying", message);
	pause(failure.remedy() == Remedy::retry_late ? longest_pause : backoff_.next());
	return std::nullopt;
}

Outcome
Runner::failed(const std::string &message)
{
	log(Level::error, message);
	progress_->failed("failed", message);
	return Outcome::failed;
}

/* The server may not have noticed yet that the stream has ended. */
void
Runner::drop_slot()
{
	for (int attempts = 20;; attempts--)
		try
		{
			catalog_->drop_slot(settings_->slot);
			return;
		}
		catch (const Failure &)
		{
			if (attempts == 0 || host_.stopping())
				throw;
			host_.wait(lock_pause, -1);
		}
}

/* Ends early when something is said about the sink. */
void
Runner::pause(int time)
{
	steady_clock::time_point end = steady_clock::now() + milliseconds(time);

	while (!host_.stopping() && !catalog_->notified())
	{
		auto left = std::chrono::duration_cast<milliseconds>(end - steady_clock::now()).count();
		if (left <= 0)
			return;
		host_.wait(static_cast<int>(left), catalog_->connection().socket());
	}
}

void
Runner::log(Level level, const std::string &message)
{
	host_.log(level, "sink \"" + job_.sink + "\": " + clean(message));
}

std::string
Runner::clean(const std::string &message) const
{
	return settings_ ? scrub(message, {settings_->address.password}) : message;
}

Outcome
run(Host &host, const Job &job)
{
	return Runner(host, job).run();
}

} // namespace dv::sink
