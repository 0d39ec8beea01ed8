#pragma once

#include "sink/client/batch.hpp"
#include "sink/client/mongo.hpp"

#include <string>

namespace dv::sink {

const std::int64_t no_such_transaction = 251;

/* The server says that the transaction may be tried again. */
class Conflict : public Failure
{
public:
	Conflict(std::int64_t code, const std::string &message) : Failure(Remedy::retry, message), code_(code) {}
	/* It has been taken back already: for its age, among other reasons. */
	[[nodiscard]] bool ended() const { return code_ == no_such_transaction; }

private:
	std::int64_t code_;
};

/* A document that was to be new is there already, or one that was to be replaced is not. */
class Mismatch : public Failure
{
public:
	explicit Mismatch(const std::string &message) : Failure(Remedy::retry, message) {}
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
	upserted,  /* whether it is new or not */
	replaced,  /* if it is not new, else inserted */
	rewritten, /* deleted, if it is not new, and inserted */
	guarded,   /* nothing is replaced by what is older: each document says of which commit it is */
};

/* The member of a document that says so. */
extern const char *const guard;

/*
 * Sends the operations of the batch, those that remove documents before the others.  The options are those of each
 * command: a session, which all but the guarded ones need.  Mismatch, where something depends on what is new: nothing but
 * the transaction's end helps.
 */
void write_operations(const Batch &batch, mongoc_collection_t *collection, const Bson &options, Manner manner);

} // namespace dv::sink
