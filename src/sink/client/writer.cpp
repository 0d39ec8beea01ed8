#include "sink/client/writer.hpp"

#include "sink/client/backoff.hpp"

#include <chrono>
#include <random>
#include <thread>

namespace dv::sink {
namespace {

const int attempts = 8;
const std::int64_t transaction_timeout = 30000; /* milliseconds */

void
pause(Backoff *backoff)
{
	std::this_thread::sleep_for(std::chrono::milliseconds(backoff->next()));
}

} // namespace

void
Writer::write(const Batch &batch, Position *from)
{
	if (store_.transactions())
	{
		Backoff backoff(20, 2000, std::random_device()());
		Manner manner = manner_;
		int ended = 0;
		for (int attempt = 1;; attempt++)
			try
			{
				write_in_transaction(batch, manner, from);
				return;
			}
			catch (const Mismatch &)
			{
				retries_++;
				manner = Manner::upserted;
			}
			catch (const Conflict &conflict)
			{
				/* Once more, and it is that the server does not let it live as long as it takes. */
				if (conflict.ended() && ++ended > 1)
					throw Failure(Remedy::in_parts, conflict.what());
				if (attempt == attempts)
					throw;
				retries_++;
				pause(&backoff);
			}
	}
	if (from->intent < batch.end())
		announce(batch.end(), from);
	write_guarded(batch, from->written());
	end(Batch(), from);
}

void
Writer::announce(Lsn intent, Position *from)
{
	Position next = *from;

	next.intent = intent;
	*from = store_.move_position(*from, next);
}

void
Writer::start_transaction(mongoc_client_session_t *session)
{
	bson_error_t error;
	std::unique_ptr<mongoc_transaction_opt_t, Destroyer<mongoc_transaction_opts_destroy>> options(
		mongoc_transaction_opts_new());
	WriteConcern majority(mongoc_write_concern_new());

	mongoc_write_concern_set_wmajority(majority.get(), static_cast<std::int32_t>(transaction_timeout));
	mongoc_transaction_opts_set_write_concern(options.get(), majority.get());
	if (!mongoc_client_session_start_transaction(session, options.get(), &error))
		fail(error);
}

void
Writer::write_in_transaction(const Batch &batch, Manner manner, Position *from)
{
	Session session = store_.session();
	Position next = *from;

	/* A session that ends takes its transaction back. */
	start_transaction(session.get());
	next.lsn = batch.end();
	next.intent = 0;
	write_within(batch, from->written(), manner, session.get());
	next = store_.move_position(*from, next, session.get());
	commit(session.get());
	*from = next;
}

void
Writer::commit(mongoc_client_session_t *session)
{
	Backoff backoff(20, 2000, std::random_device()());
	bson_error_t error;

	for (int attempt = 1;; attempt++)
	{
		Reply reply;
		if (mongoc_client_session_commit_transaction(session, reply.out(), &error))
			return;
		if (reply.labelled("UnknownTransactionCommitResult"))
		{
			/* The position tells, when it is read again. */
			if (attempt == attempts)
				fail(error);
			retries_++;
			pause(&backoff);
			continue;
		}
		if (reply.labelled("TransientTransactionError"))
			throw Conflict(error.code, failure_of(error).what());
		fail(error);
	}
}

void
Writer::write_within(const Batch &batch, const std::string &collection, Manner manner, mongoc_client_session_t *session)
{
	Bson options;
	bson_error_t error;
	Collection into = store_.collection(collection);

	if (!mongoc_client_session_append(session, options.get(), &error))
		fail(error);
	write_operations(batch, into.get(), options, manner);
}

void
Writer::write_guarded(const Batch &batch, const std::string &collection)
{
	Collection into = store_.collection(collection);

	write_operations(batch, into.get(), Bson(), Manner::guarded);
}

void
Writer::begin(const Batch &batch, bool in_parts, Position *from)
{
	if (in_parts || !store_.transactions())
	{
		open_.reset();
		if (from->intent <= batch.commit())
			announce(batch.commit() + 1, from);
		return;
	}
	open_ = store_.session();
	start_transaction(open_.get());
}

void
Writer::write_part(const Batch &part, const Position &at)
{
	if (open_ == nullptr)
		write_guarded(part, at.written());
	else
		try
		{
			write_within(part, at.written(), manner_, open_.get());
		}
		/* The parts before are not in memory any more. */
		catch (const Conflict &conflict)
		{
			throw Failure(Remedy::in_parts, conflict.what());
		}
		catch (const Mismatch &mismatch)
		{
			throw Failure(Remedy::in_parts, mismatch.what());
		}
		catch (const Refused &refused)
		{
			throw Failure(Remedy::in_parts, refused.what());
		}
}

void
Writer::end(const Batch &part, Position *from)
{
	Position next = *from;

	if (!part.empty())
		write_part(part, *from);
	next.lsn = part.empty() ? from->intent : part.end();
	next.intent = 0;
	next = store_.move_position(*from, next, open_.get());
	if (open_ != nullptr)
		try
		{
			commit(open_.get());
		}
		catch (const Conflict &conflict)
		{
			throw Failure(Remedy::in_parts, conflict.what());
		}
	open_.reset();
	*from = next;
}

} // namespace dv::sink
