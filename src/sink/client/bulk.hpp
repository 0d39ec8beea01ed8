#pragma once

#include "sink/client/batch.hpp"
#include "sink/client/mongo.hpp"

#include <string>

namespace dv::sink {

/* The server says that the transaction may be tried again. */
class Conflict : public Failure
{
public:
	explicit Conflict(const std::string &message) : Failure(Remedy::retry, message) {}
};

/* The server does not take this document, nor any that is like it. */
class Refused : public Failure
{
public:
	Refused(std::string id, std::int64_t code, const std::string &message)
		: Failure(Remedy::give_up, message), id_(std::move(id)), code_(code)
	{}
	[[nodiscard]] const std::string &id() const { return id_; }
	[[nodiscard]] std::int64_t code() const { return code_; }

private:
	std::string id_;
	std::int64_t code_;
};

enum class Manner {
	ordered, /* one after the other */
	guarded, /* nothing is replaced by what is older: each document says of which commit it is */
};

/* The member of a document that says so. */
extern const char *const guard;

/* Sends the operations of the batch, those that remove documents before the others.  The options are those of each command: a session. */
void write_operations(const Batch &batch, mongoc_collection_t *collection, const Bson &options, Manner manner);

} // namespace dv::sink
