#include "bulk.hpp"

#include "store.hpp"

#include <chrono>
#include <exception>
#include <string>
#include <thread>
#include <vector>

namespace {

using Documents = std::vector<std::string>; /* their bytes */

Documents
read_all(const std::string &uri, const std::string &database, const std::string &name)
{
	Store store(uri, database);
	auto collection = store.collection(name);
	bson_t everything = BSON_INITIALIZER;
	Store::Own<mongoc_cursor_t> cursor(
		mongoc_collection_find_with_opts(collection.get(), &everything, nullptr, nullptr));
	Documents documents;
	const bson_t *document;
	bson_error_t error;

	while (mongoc_cursor_next(cursor.get(), &document))
		documents.emplace_back(reinterpret_cast<const char *>(bson_get_data(document)), document->len);
	if (mongoc_cursor_error(cursor.get(), &error))
		fail("find", error);
	return documents;
}

void
add(mongoc_bulk_operation_t *bulk, const bson_t *document, Way way)
{
	bson_error_t error;

	if (way == Way::insert)
	{
		if (!mongoc_bulk_operation_insert_with_opts(bulk, document, nullptr, &error))
			fail("insert", error);
		return;
	}
	bson_iter_t id;
	bson_t selector = BSON_INITIALIZER, options = BSON_INITIALIZER;

	bson_iter_init_find(&id, document, "_id");
	bson_append_iter(&selector, "_id", -1, &id);
	bson_append_bool(&options, "upsert", -1, true);
	bool added = mongoc_bulk_operation_replace_one_with_opts(bulk, &selector, document, &options, &error);
	bson_destroy(&selector);
	bson_destroy(&options);
	if (!added)
		fail("replace", error);
}

void
write(const std::string &uri, const std::string &database, const std::string &to, const Documents &documents,
	  std::size_t begin, std::size_t end, Way way, std::size_t batch)
{
	Store store(uri, database);
	auto collection = store.collection(to);
	bson_t unordered = BSON_INITIALIZER;
	bson_append_bool(&unordered, "ordered", -1, false);

	for (std::size_t at = begin; at < end; at += batch)
	{
		Store::Own<mongoc_bulk_operation_t> bulk(
			mongoc_collection_create_bulk_operation_with_opts(collection.get(), &unordered));
		bson_t reply;
		bson_error_t error;

		for (std::size_t i = at; i < end && i < at + batch; i++)
		{
			bson_t document;
			bson_init_static(&document, reinterpret_cast<const uint8_t *>(documents[i].data()), documents[i].size());
			add(bulk.get(), &document, way);
		}
		bool done = mongoc_bulk_operation_execute(bulk.get(), &reply, &error) != 0;
		bson_destroy(&reply);
		if (!done)
			fail("bulk", error);
	}
}

} // namespace

double
plain_bulk(const std::string &uri, const std::string &database, const std::string &from, const std::string &to, Way way,
		   int connections, int batch)
{
	const Documents documents = read_all(uri, database, from);
	std::vector<std::thread> threads;
	std::vector<std::exception_ptr> failures(static_cast<std::size_t>(connections));
	const std::size_t n = failures.size();
	const auto start = std::chrono::steady_clock::now();

	for (std::size_t i = 0; i < n; i++)
		threads.emplace_back([&, i] {
			try
			{
				write(uri, database, to, documents, documents.size() * i / n, documents.size() * (i + 1) / n, way,
					  static_cast<std::size_t>(batch));
			}
			catch (...)
			{
				failures[i] = std::current_exception();
			}
		});
	for (std::thread &thread : threads)
		thread.join();
	const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
	for (const std::exception_ptr &failure : failures)
		if (failure)
			std::rethrow_exception(failure);
	return static_cast<double>(documents.size()) / taken.count();
}
