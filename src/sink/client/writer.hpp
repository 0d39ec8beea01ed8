#pragma once

#include "sink/client/batch.hpp"
#include "sink/client/bulk.hpp"
#include "sink/client/store.hpp"

#include <utility>

namespace dv::sink {

/*
 * Brings batches into the collection, with the position.  Where the server has transactions, all of a batch is seen at
 * once.  Else the position first says what is going to be done, and a document is only replaced by a later one.
 */
class Writer
{
public:
	/* The manner is that of transactions. */
	Writer(Store &store, Manner manner) : store_(store), manner_(manner) {}

	/* From becomes the position with all of the batch. */
	void write(const Batch &batch, Position *from);

	/* A transaction that is too large for the memory: its parts, between begin and end. */
	void begin(const Batch &batch, bool in_parts, Position *from);
	void write_part(const Batch &part, const Position &at);
	void end(const Batch &part, Position *from);

	/* Since the last call. */
	[[nodiscard]] long retries() { return std::exchange(retries_, 0); }

private:
	void write_in_transaction(const Batch &batch, Manner manner, Position *from);
	void
	write_within(const Batch &batch, const std::string &collection, Manner manner, mongoc_client_session_t *session);
	void write_guarded(const Batch &batch, const std::string &collection);
	void announce(Lsn intent, Position *from);
	void start_transaction(mongoc_client_session_t *session);
	void commit(mongoc_client_session_t *session);

	Store &store_;
	Manner manner_;
	Session open_; /* of a large transaction */
	long retries_ = 0;
};

} // namespace dv::sink
