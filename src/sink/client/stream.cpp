#include "sink/client/stream.hpp"

#include "sink/client/document.hpp"
#include "sink/client/unfit.hpp"

#include <poll.h>

namespace dv::sink {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const int messages_at_once = 5000;
const int grace = 5000;     /* milliseconds, for the last write when the host is to stop */
const int large_factor = 8; /* a transaction of so many batches is not kept in memory */

bool
passed(std::chrono::steady_clock::time_point since, milliseconds time)
{
	return std::chrono::steady_clock::now() - since >= time;
}

} // namespace

Stream::Stream(Host &host, Catalog &catalog, Source &source, std::shared_ptr<Store> store, Settings settings,
			   Position position, Progress &progress, Manner manner, bool in_parts)
	: host_(host), catalog_(catalog), source_(source), settings_(std::move(settings)),
	  watch_(host, catalog, &settings_), progress_(progress), position_(std::move(position)),
	  collector_(position_.lsn, store->largest_document(), settings_.set_aside),
	  work_(std::make_shared<Work>(std::move(store), manner, in_parts))
{
	descriptors_.add(source_.socket());
	descriptors_.add(catalog_.connection().socket());
	descriptors_.add(task_.fd());
}

Position
Stream::run(Lsn until)
{
	bool following = true;

	source_.start(position_.slot, settings_.view_oid, settings_.options);
	progress_.state(until == 0 ? "streaming" : "copying");
	while (following && !host_.stopping())
	{
		bool dry = receive();
		finish();
		if (!task_.running() && collector_.waiting().empty() && !collector_.refusal().empty())
			throw Failure(Remedy::give_up, collector_.refusal());
		write(dry);
		advance(until);
		if (until != 0 && position_.lsn >= until && !task_.running())
			return position_;
		hold();
		answer(until != 0 && collector_.seen() < until);
		tell();
		following = watch_.same();
		if (dry && following)
			wait();
	}
	if (task_.running())
	{
		pollfd end = {task_.fd(), POLLIN, 0};
		poll(&end, 1, grace);
		finish();
	}
	source_.confirm(collector_.seen(), position_.lsn, false);
	tell();
	return position_;
}

void
Stream::write_batch(Work &work)
{
	work.writer.write(work.batch, &work.position);
}

void
Stream::begin_large(Work &work)
{
	work.writer.begin(work.batch, work.in_parts, &work.position);
}

void
Stream::write_part(Work &work)
{
	work.writer.write_part(work.batch, work.position);
}

void
Stream::end_large(Work &work)
{
	work.writer.end(work.batch, &work.position);
}

void
Stream::move_on(Work &work)
{
	Position next = work.position;

	next.lsn = work.batch.end();
	next.intent = 0;
	work.position = work.store->move_position(work.position, next);
}

/* Returns whether there is nothing more at hand. */
bool
Stream::receive()
{
	for (int i = 0; i < messages_at_once; i++)
	{
		if (!room())
			return true;
		std::optional<Message> message = source_.receive();
		if (!message)
			return true;
		if (collector_.waiting().empty())
			waiting_since_ = Clock::now();
		collector_.take(*message);
		reply_wanted_ = reply_wanted_ || message->reply_wanted;
	}
	return false;
}

/* A unit that was begun and not finished has to be written together, even if it is of several transactions. */
bool
Stream::may_write()
{
	return position_.intent <= position_.lsn || collector_.waiting().end() >= position_.intent ||
		   collector_.seen() >= position_.intent;
}

bool
Stream::large()
{
	size_t size = collector_.open().bytes() + (may_write() ? 0 : collector_.waiting().bytes());
	size_t most = static_cast<size_t>(settings_.batch_bytes) * (work_->in_parts ? 1 : large_factor);

	return large_begun_ || size > most;
}

bool
Stream::large_ended()
{
	return large_begun_ && !collector_.in_transaction() && !collector_.waiting().empty() && may_write();
}

bool
Stream::room()
{
	auto bytes = static_cast<size_t>(settings_.batch_bytes);
	Batch &waiting = collector_.waiting();

	if (collector_.stopped() || large_ended())
		return false;
	if (large_begun_)
		return waiting.bytes() + collector_.open().bytes() < 2 * bytes;
	if (large())
		return false;
	return !may_write() ||
		   (waiting.bytes() < 2 * bytes && waiting.operations().size() < 2 * static_cast<size_t>(settings_.batch_rows));
}

void
Stream::wait()
{
	bool listen = room();

	if (listen != listening_)
	{
		if (listen)
			descriptors_.add(source_.socket());
		else
			descriptors_.remove(source_.socket());
		listening_ = listen;
	}
	host_.wait(1000, descriptors_.fd());
}

void
Stream::start(Batch &&batch, Piece piece)
{
	for (const Unfit &unfit : batch.unfit())
		set_aside(catalog_, unfit);
	work_->batch = std::move(batch);
	work_->position = position_;
	piece_ = piece;
	written_since_ = work_->batch.first_commit_time();
	task_.start([work = work_, piece] { piece(*work); });
}

void
Stream::write(bool dry)
{
	Batch &waiting = collector_.waiting();

	if (task_.running())
		return;
	if (large())
	{
		write_large();
		return;
	}
	if (waiting.empty() || !may_write())
		return;
	if (dry || collector_.stopped() || waiting.bytes() >= static_cast<size_t>(settings_.batch_bytes) ||
		waiting.operations().size() >= static_cast<size_t>(settings_.batch_rows) ||
		passed(waiting_since_, milliseconds(settings_.batch_ms)))
		start(std::exchange(waiting, Batch()), write_batch);
}

void
Stream::write_large()
{
	Batch &waiting = collector_.waiting();

	if (!large_begun_)
	{
		if (!waiting.empty() && may_write())
		{
			start(std::exchange(waiting, Batch()), write_batch);
			return;
		}
		large_begun_ = true;
		if (work_->in_parts)
			host_.log(Level::warning, "sink \"" + catalog_.sink() + "\": the transaction that commits at " +
										  lsn_text(collector_.open().commit()) +
										  " is too large for one of MongoDB's: it is written in parts");
		Batch unit;
		unit.begin(std::max(collector_.open().commit(), waiting.commit()), 0);
		start(std::move(unit), begin_large);
		return;
	}
	if (large_ended())
	{
		start(std::exchange(waiting, Batch()), end_large);
		return;
	}
	if (waiting.bytes() + collector_.open().bytes() < static_cast<size_t>(settings_.batch_bytes))
		return;
	Batch part = std::exchange(waiting, Batch());
	part.append(collector_.open().part());
	start(std::move(part), write_part);
}

/* Nothing came for this sink: then that is what it has come to. */
void
Stream::advance(Lsn until)
{
	Lsn seen = collector_.seen();

	if (task_.running() || !collector_.waiting().empty() || collector_.in_transaction() || collector_.stopped() ||
		seen <= position_.lsn || (!passed(advanced_, seconds(1)) && (until == 0 || seen < until)))
		return;
	advanced_ = Clock::now();
	Batch nothing;
	nothing.end(seen);
	start(std::move(nothing), move_on);
}

void
Stream::finish()
{
	try
	{
		if (!task_.finished())
			return;
	}
	catch (const Refused &refused)
	{
		refuse(refused);
		return;
	}
	progress_.retried(work_->writer.retries());
	position_ = work_->position;
	if (piece_ == end_large)
		large_begun_ = false;
	if (piece_ == write_batch || piece_ == end_large || piece_ == write_part)
		progress_.written(work_->batch.changes(), position_.lsn, work_->batch.commit_time());
	if (piece_ != write_part && piece_ != begin_large)
		reply_wanted_ = true;
	work_->batch = Batch();
}

void
Stream::refuse(const Refused &refused)
{
	Batch &batch = work_->batch;
	auto found = batch.operations().find(refused.id());
	std::string document = found == batch.operations().end() ? "" : found->second.document;
	std::string description = sink::refused(refused.id(), refused.code(), refused.what(), document);

	if (!settings_.set_aside || document.empty())
		throw Failure(Remedy::give_up, message_of(description));
	batch.refuse(refused.id(), description);
	set_aside(catalog_, batch.unfit().back());
	position_ = work_->position;
	task_.start([work = work_, piece = piece_] { piece(*work); });
}

void
Stream::answer(bool ask)
{
	bool quiet = !passed(answered_, seconds(listening_ && !ask && !settings_.hold ? 5 : 1));

	if (quiet && !reply_wanted_)
		return;
	source_.confirm(collector_.seen(), position_.lsn, ask || settings_.hold);
	answered_ = Clock::now();
	reply_wanted_ = false;
}

void
Stream::tell()
{
	std::int64_t since = collector_.waiting().first_commit_time();

	if (task_.running() && written_since_ != 0)
		since = written_since_;
	else if (since == 0 && collector_.in_transaction())
		since = collector_.open().first_commit_time();
	progress_.waiting_since(since);
	progress_.flush(false);
}

void
Stream::hold()
{
	if (!settings_.hold)
	{
		if (held_)
			progress_.state("streaming");
		if (held_ || bound_ != 0)
			collector_.stop_at(0);
		held_ = false;
		bound_ = 0;
		return;
	}
	if (bound_ == 0 || (settings_.hold_upto != 0 && bound_ != settings_.hold_upto))
	{
		bound_ = settings_.hold_upto != 0 ? settings_.hold_upto : collector_.seen();
		held_ = false;
		collector_.stop_at(bound_);
	}
	if (held_ || task_.running() || !collector_.waiting().empty() || collector_.in_transaction() ||
		(!collector_.stopped() && collector_.seen() < bound_))
		return;
	held_ = true;
	progress_.held(bound_);
}

} // namespace dv::sink
