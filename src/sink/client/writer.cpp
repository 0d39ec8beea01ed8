#include "sink/client/writer.hpp"

#include "sink/client/backoff.hpp"
#include "sink/client/document.hpp"

#include <algorithm>
#include <chrono>
#include <random>
#include <set>
#include <thread>

namespace dv::sink {
namespace {

const char *const guard = "__dv_lsn";
const int attempts = 8;
const std::int64_t transaction_timeout = 30000; /* milliseconds */

/* The server says that the transaction may be tried again. */
class Conflict : public Failure
{
public:
	explicit Conflict(const std::string &message) : Failure(Remedy::retry, message) {}
};

/* LockTimeout, WriteConflict, NoSuchTransaction, SnapshotUnavailable. */
const std::set<std::int64_t> conflicts = {24, 112, 246, 251};

/* Of one document: BadValue, DollarPrefixedFieldName, DottedFieldName, EmptyFieldName, DocumentValidationFailure,
 * CannotIndexParallelArrays, BSONObjectTooLarge, DuplicateKey (of another index than that of _id), KeyTooLong, and
 * values that an index cannot have. */
const std::set<std::int64_t> faults = {2, 52, 56, 57, 121, 171, 10334, 11000, 16755, 17280, 17419, 17420};

/* Deletes go first: a document may come into the place of another in an index. */
template <typename Visitor>
void
visit(const Batch &batch, Visitor &&visitor)
{
	for (bool removes : {true, false})
		for (const auto &[id, operation] : batch.operations())
			if (operation.document.empty() == removes)
				visitor(id, operation);
}

std::string
id_at(const Batch &batch, size_t place)
{
	std::string found;

	visit(batch, [&](const std::string &id, const Operation &) {
		if (place-- == 0)
			found = id;
	});
	return found;
}

[[noreturn]] void
fail_write(const Batch &batch, const bson_error_t &error, const Reply &reply, const std::vector<WriteError> &errors)
{
	if (reply.labelled("TransientTransactionError"))
		throw Conflict(failure_of(error).what());
	for (const WriteError &one : errors)
	{
		if (conflicts.count(one.code) != 0)
			throw Conflict(one.message);
		std::string id = id_at(batch, one.place);
		if (faults.count(one.code) != 0 && !id.empty())
			throw Refused(id, one.code, one.message + " (code " + std::to_string(one.code) + ")");
	}
	fail(error);
}

[[noreturn]] void
fail_write(const Batch &batch, const bson_error_t &error, const Reply &reply)
{
	fail_write(batch, error, reply, write_errors(reply.get()));
}

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
		for (int attempt = 1;; attempt++)
			try
			{
				write_in_transaction(batch, from);
				return;
			}
			catch (const Conflict &)
			{
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
Writer::write_in_transaction(const Batch &batch, Position *from)
{
	Session session = store_.session();
	Position next = *from;

	/* A session that ends takes its transaction back. */
	start_transaction(session.get());
	next.lsn = batch.end();
	next.intent = 0;
	write_operations(batch, from->written(), session.get());
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
			throw Conflict(failure_of(error).what());
		fail(error);
	}
}

void
Writer::write_operations(const Batch &batch, const std::string &collection, mongoc_client_session_t *session)
{
	Bson options;
	Bson upsert;
	Reply reply;
	bson_error_t error;

	if (!mongoc_client_session_append(session, options.get(), &error))
		fail(error);
	Collection into = store_.collection(collection);
	if (batch.clears())
	{
		Bson everything;
		if (!mongoc_collection_delete_many(into.get(), everything.get(), options.get(), reply.out(), &error))
			fail_write(batch, error, reply);
	}
	if (batch.operations().empty())
		return;
	upsert.boolean("upsert", true).boolean("validate", false);
	Bulk bulk(mongoc_collection_create_bulk_operation_with_opts(into.get(), options.get()));
	visit(batch, [&](const std::string &id, const Operation &operation) {
		std::string key = id_document(id);
		BsonView selector(key);
		bool taken;
		if (operation.document.empty())
			taken = mongoc_bulk_operation_remove_one_with_opts(bulk.get(), selector.get(), nullptr, &error);
		else
		{
			BsonView document(operation.document);
			taken = mongoc_bulk_operation_replace_one_with_opts(bulk.get(), selector.get(), document.get(),
																upsert.get(), &error);
		}
		if (!taken)
			throw Failure(Remedy::give_up, std::string("libmongoc does not take a document: ") + error.message);
	});
	if (mongoc_bulk_operation_execute(bulk.get(), reply.out(), &error) == 0)
		fail_write(batch, error, reply);
}

void
Writer::write_guarded(const Batch &batch, const std::string &collection)
{
	Bson options;
	Bson upsert;
	Reply reply;
	bson_error_t error;
	Collection into = store_.collection(collection);

	if (batch.clears())
	{
		Bson everything;
		if (!mongoc_collection_delete_many(into.get(), everything.get(), nullptr, reply.out(), &error))
			fail_write(batch, error, reply);
	}
	if (batch.operations().empty())
		return;
	options.boolean("ordered", false);
	upsert.boolean("upsert", true).boolean("validate", false);
	Bulk bulk(mongoc_collection_create_bulk_operation_with_opts(into.get(), options.get()));
	visit(batch, [&](const std::string &id, const Operation &operation) {
		std::string key = id_document(id);
		BsonView key_view(key);
		auto lsn = static_cast<std::int64_t>(operation.lsn);
		Bson later;
		Bson not_later;
		Bson selector;
		later.number("$gt", lsn);
		not_later.document("$not", later.get());
		bson_concat(selector.get(), key_view.get());
		selector.document(guard, not_later.get());
		bool taken;
		if (operation.document.empty())
			taken = mongoc_bulk_operation_remove_one_with_opts(bulk.get(), selector.get(), nullptr, &error);
		else
		{
			BsonView document(operation.document);
			Bson guarded;
			bson_concat(guarded.get(), document.get());
			guarded.number(guard, lsn);
			taken = mongoc_bulk_operation_replace_one_with_opts(bulk.get(), selector.get(), guarded.get(), upsert.get(),
																&error);
		}
		if (!taken)
			throw Failure(Remedy::give_up, std::string("libmongoc does not take a document: ") + error.message);
	});
	if (mongoc_bulk_operation_execute(bulk.get(), reply.out(), &error) != 0)
		return;
	/* Where the guard keeps an upsert from a later document, its key is there already. */
	std::vector<WriteError> errors = write_errors(reply.get());
	size_t all = errors.size();
	errors.erase(std::remove_if(errors.begin(), errors.end(), [](const WriteError &one) { return one.of_id(); }),
				 errors.end());
	if (all == 0 || !errors.empty() || write_concern_failed(reply.get()))
		fail_write(batch, error, reply, errors);
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
			write_operations(part, at.written(), open_.get());
		}
		catch (const Conflict &conflict)
		{
			/* The parts before are not in memory any more. */
			throw Failure(Remedy::in_parts, conflict.what());
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
