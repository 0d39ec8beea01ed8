#include "sink/client/runner.hpp"

#include "sink/client/generation.hpp"
#include "sink/client/stream.hpp"
#include "sink/client/task.hpp"
#include "sink/client/watch.hpp"

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
const int farewell_pause = 2000;
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

	Watch(host_, *catalog_, &*settings_).check_limit();
	Source source(job_.conninfo, job_.sink);
	identify(source);
	connect_store();
	Generation generation(host_, *catalog_, *progress_, job_, *settings_, store_);
	Position position = generation.find(source);
	if (position.phase == Phase::copy)
		generation.copy(&position);
	if (position.phase == Phase::rename && position.lsn < position.whole)
	{
		follow(&position, source, position.whole);
		return std::nullopt;
	}
	if (position.phase == Phase::rename)
		generation.exchange(&position);
	catalog_->drop_slots(slot_base(position.slot), position.slot);
	follow(&position, source, 0);
	return std::nullopt;
}

void
Runner::identify(Source &source)
{
	identity_ = source.system_identifier() + '/' + catalog_->database() + '/' + job_.sink;
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

void
Runner::follow(Position *position, Source &source, Lsn until)
{
	Lsn begin = position->lsn;
	/* A copy that was made several times has documents already that are new in the stream. */
	Manner manner = until != 0 || large_failures_ > 0 ? Manner::upserted
					: settings_->rewrite              ? Manner::rewritten
													  : Manner::replaced;
	Stream stream(host_, *catalog_, source, store_, *settings_, *position, *progress_, manner,
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
	Backoff backoff(first_pause, farewell_pause, std::random_device()());

	drop_slots();
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
			host_.wait(backoff.next(), -1);
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
	case Remedy::again:
		log(Level::debug, message);
		return std::nullopt;
	case Remedy::give_up:
		return failed(message);
	case Remedy::over_limit:
		drop_slots();
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

/* What was asked of the sink meanwhile, nobody else would do. */
std::optional<Outcome>
Runner::failed(const std::string &message)
{
	log(Level::error, message);
	progress_->failed("failed", message);
	std::optional<Settings> now = catalog_->settings();
	if (now && (now->generation != settings_->generation || now->wanted != settings_->wanted))
		return std::nullopt;
	return Outcome::failed;
}

/* The server may not have noticed yet that the stream has ended. */
void
Runner::drop_slots()
{
	steady_clock::time_point begin = steady_clock::now();

	while (catalog_->drop_slots(slot_base(settings_->slot), "") > 0)
	{
		if (host_.stopping() || steady_clock::now() - begin > farewell_patience)
			throw Failure(Remedy::retry, "the replication slot of the sink is in use");
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
