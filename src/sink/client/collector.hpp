#pragma once

#include "sink/client/batch.hpp"
#include "sink/client/protocol.hpp"

#include <optional>
#include <string>

namespace dv::sink {

/* Makes batches of the messages of a slot. */
class Collector
{
public:
	/* What was committed before the position has been written. */
	Collector(Lsn position, size_t largest_document, bool set_aside)
		: position_(position), seen_(position), largest_document_(largest_document), set_aside_(set_aside)
	{}

	void take(const Message &message);

	/* Transactions from there on are not taken; 0: all are. */
	void stop_at(Lsn bound);

	/* A transaction beyond the bound has come, or one that must not be written: what was before it is waiting. */
	[[nodiscard]] bool stopped() const { return parked_.has_value() || !refusal_.empty(); }
	[[nodiscard]] const std::string &refusal() const { return refusal_; }

	[[nodiscard]] Batch &waiting() { return waiting_; } /* whole transactions */
	[[nodiscard]] Batch &open() { return open_; }       /* the one that is coming */
	[[nodiscard]] bool in_transaction() const { return in_transaction_; }
	/* Everything before is waiting, or was written. */
	[[nodiscard]] Lsn seen() const { return seen_; }

private:
	void begin(Lsn commit, std::int64_t commit_time);
	void put(std::string_view document, bool fresh);
	void unfit(std::string_view description);
	void end(Lsn end);

	Lsn position_;
	Lsn seen_;
	size_t largest_document_;
	bool set_aside_;
	Lsn bound_ = 0;
	Batch waiting_;
	Batch open_;
	bool in_transaction_ = false;
	bool passed_over_ = false;
	std::optional<Message> parked_; /* a begin */
	std::string refusal_;
};

} // namespace dv::sink
