#pragma once

#include <memory>
#include <mongoc/mongoc.h>
#include <string>

/* A connection to the document store, and a collection of it; errors are exceptions. */
class Store
{
public:
	Store(const std::string &uri, const std::string &database);

	struct Close
	{
		void operator()(mongoc_client_t *client) const { mongoc_client_destroy(client); }
		void operator()(mongoc_collection_t *collection) const { mongoc_collection_destroy(collection); }
		void operator()(mongoc_cursor_t *cursor) const { mongoc_cursor_destroy(cursor); }
		void operator()(mongoc_bulk_operation_t *bulk) const { mongoc_bulk_operation_destroy(bulk); }
		void operator()(mongoc_write_concern_t *concern) const { mongoc_write_concern_destroy(concern); }
	};
	template <typename Object> using Own = std::unique_ptr<Object, Close>;

	/* Writes to it are acknowledged by a majority. */
	Own<mongoc_collection_t> collection(const std::string &name);

private:
	std::string database_;
	Own<mongoc_client_t> client_;
};

[[noreturn]] void fail(const std::string &what, const bson_error_t &error);
