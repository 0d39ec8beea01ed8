#pragma once

#include "sink/client/failure.hpp"
#include "sink/mongoc.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace dv::sink {

template <auto destroy> struct Destroyer
{
	template <typename T> void operator()(T *object) const { destroy(object); }
};

using Uri = std::unique_ptr<mongoc_uri_t, Destroyer<mongoc_uri_destroy>>;
using Client = std::unique_ptr<mongoc_client_t, Destroyer<mongoc_client_destroy>>;
using Collection = std::unique_ptr<mongoc_collection_t, Destroyer<mongoc_collection_destroy>>;
using Database = std::unique_ptr<mongoc_database_t, Destroyer<mongoc_database_destroy>>;
using Cursor = std::unique_ptr<mongoc_cursor_t, Destroyer<mongoc_cursor_destroy>>;
using Bulk = std::unique_ptr<mongoc_bulk_operation_t, Destroyer<mongoc_bulk_operation_destroy>>;
using Session = std::unique_ptr<mongoc_client_session_t, Destroyer<mongoc_client_session_destroy>>;
using WriteConcern = std::unique_ptr<mongoc_write_concern_t, Destroyer<mongoc_write_concern_destroy>>;

/* A document that this owns. */
class Bson
{
public:
	Bson() { bson_init(&bson_); }
	~Bson() { bson_destroy(&bson_); }
	Bson(const Bson &) = delete;
	Bson &operator=(const Bson &) = delete;

	Bson &number(const char *name, std::int64_t value);
	Bson &boolean(const char *name, bool value);
	Bson &text(const char *name, std::string_view value);
	Bson &document(const char *name, const bson_t *value);

	[[nodiscard]] const bson_t *get() const { return &bson_; }
	[[nodiscard]] bson_t *get() { return &bson_; }
	[[nodiscard]] std::string bytes() const;

private:
	bson_t bson_;
};

/* For an argument by which a call gives its answer, whether it fails or not. */
class Reply
{
public:
	Reply() { bson_init(&bson_); }
	~Reply() { bson_destroy(&bson_); }
	Reply(const Reply &) = delete;
	Reply &operator=(const Reply &) = delete;

	/* To be made by the call. */
	bson_t *out()
	{
		bson_destroy(&bson_);
		return &bson_;
	}
	[[nodiscard]] const bson_t *get() const { return &bson_; }
	[[nodiscard]] bool labelled(const char *label) const { return mongoc_error_has_label(&bson_, label); }

private:
	bson_t bson_;
};

/* Bytes that hold a document, and have to stay.  It points into itself, so it stays where it is. */
class BsonView
{
public:
	explicit BsonView(std::string_view bytes);
	BsonView(const BsonView &) = delete;
	BsonView &operator=(const BsonView &) = delete;

	[[nodiscard]] const bson_t *get() const { return &bson_; }

private:
	bson_t bson_;
};

std::string_view bytes_of(const bson_t *document);

std::int64_t number_in(const bson_t *document, const char *path); /* 0 where there is none */
std::string text_in(const bson_t *document, const char *path);
std::string extended_json(std::string_view document);
std::string extended_json_of_id(std::string_view id); /* as id_of gives it; empty: empty */

/* One document that the server does not take. */
class Unwritable : public Failure
{
public:
	Unwritable(size_t place, std::int64_t code, const std::string &message)
		: Failure(Remedy::give_up, message), place_(place), code_(code)
	{}
	[[nodiscard]] size_t place() const { return place_; } /* among the operations that were sent */
	[[nodiscard]] std::int64_t code() const { return code_; }

private:
	size_t place_;
	std::int64_t code_;
};

const std::uint32_t duplicate_key = 11000;

struct WriteError
{
	size_t place; /* among the operations that were sent */
	std::int64_t code;
	std::string message;
	/* There is a document with this _id. */
	[[nodiscard]] bool of_id() const { return code == duplicate_key && message.find("_id_") != std::string::npos; }
};
std::vector<WriteError> write_errors(const bson_t *reply);
bool write_concern_failed(const bson_t *reply);

/* What the server, or the way to it, says. */
Failure failure_of(const bson_error_t &error);
[[noreturn]] void fail(const bson_error_t &error);

} // namespace dv::sink
