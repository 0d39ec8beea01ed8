#include "sink/client/bulk.hpp"

#include "sink/client/document.hpp"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

namespace dv::sink {

const char *const guard = "__dv_lsn";

namespace {

/* Operations in one command.  MongoDB takes 100,000, others less. */
const size_t at_once = 10000;

/* Of the _ids in one condition. */
const size_t most_bytes = 4 * 1024 * 1024;

using Item = std::pair<const std::string, Operation>;

/* LockTimeout, WriteConflict, NoSuchTransaction, SnapshotUnavailable. */
const std::set<std::int64_t> conflicts = {24, 112, 246, no_such_transaction};

/*
 * Of one document: BadValue, DollarPrefixedFieldName, EmptyFieldName, DottedFieldName, DocumentValidationFailure,
 * CannotIndexParallelArrays, BSONObjectTooLarge, DuplicateKey (of another index than that of _id), KeyTooLong, and
 * values that an index cannot have.
 */
const std::set<std::int64_t> faults = {2, 52, 56, 57, 121, 171, 10334, 11000, 16755, 17280, 17419, 17420};

enum class Verb { upsert, replace, insert };

Verb
verb_of(const Batch &batch, const Operation &operation, Manner manner)
{
	if (manner == Manner::upserted || manner == Manner::guarded)
		return Verb::upsert;
	return manner == Manner::rewritten || operation.fresh || batch.clears() ? Verb::insert : Verb::replace;
}

/* Those that put a document; those that insert one come last, so that each kind goes by one command. */
std::vector<const Item *>
items_to_put(const Batch &batch, Manner manner)
{
	std::vector<const Item *> items;

	for (const Item &item : batch.operations())
		if (!item.second.document.empty())
			items.push_back(&item);
	std::partition(items.begin(), items.end(),
				   [&](const Item *item) { return verb_of(batch, item->second, manner) != Verb::insert; });
	return items;
}

/* Those whose document goes, if only for another one. */
std::vector<const Item *>
items_to_remove(const Batch &batch, Manner manner)
{
	std::vector<const Item *> items;

	for (const Item &item : batch.operations())
		if (item.second.document.empty() || (manner == Manner::rewritten && !item.second.fresh && !batch.clears()))
			items.push_back(&item);
	return items;
}

/* {_id: ..., __dv_lsn: {$not: {$gt: ...}}} */
void
select_older(const bson_t *id, std::int64_t lsn, Bson *selector)
{
	Bson later;
	Bson not_later;

	later.number("$gt", lsn);
	not_later.document("$not", later.get());
	bson_concat(selector->get(), id);
	selector->document(guard, not_later.get());
}

void
check_taken(bool taken, const bson_error_t &error)
{
	if (!taken)
		throw Failure(Remedy::give_up, std::string("libmongoc does not take a document: ") + error.message);
}

bool
add_guarded(mongoc_bulk_operation_t *bulk, const Item &item, bson_error_t *error)
{
	const auto &[id, operation] = item;
	auto lsn = static_cast<std::int64_t>(operation.lsn);
	std::string key = id_document(id);
	BsonView plain(key);
	Bson older;
	Bson options;
	Bson guarded;

	select_older(plain.get(), lsn, &older);
	if (operation.document.empty())
		return mongoc_bulk_operation_remove_one_with_opts(bulk, older.get(), nullptr, error);
	BsonView document(operation.document);
	options.boolean("upsert", true).boolean("validate", false);
	bson_concat(guarded.get(), document.get());
	guarded.number(guard, lsn);
	return mongoc_bulk_operation_replace_one_with_opts(bulk, older.get(), guarded.get(), options.get(), error);
}

bool
add_put(mongoc_bulk_operation_t *bulk, const Item &item, Verb verb, bson_error_t *error)
{
	const auto &[id, operation] = item;
	BsonView document(operation.document);
	Bson options;

	options.boolean("validate", false);
	if (verb == Verb::insert)
		return mongoc_bulk_operation_insert_with_opts(bulk, document.get(), options.get(), error);
	std::string key = id_document(id);
	BsonView selector(key);
	options.boolean("upsert", verb == Verb::upsert);
	return mongoc_bulk_operation_replace_one_with_opts(bulk, selector.get(), document.get(), options.get(), error);
}

/* The operations were items from `first` on. */
[[noreturn]] void
fail_write(const bson_error_t &error, const Reply &reply, const std::vector<WriteError> &errors,
		   const std::vector<const Item *> &items, size_t first, Manner manner)
{
	if (reply.labelled("TransientTransactionError"))
		throw Conflict(error.code, failure_of(error).what());
	for (const WriteError &one : errors)
	{
		if (conflicts.count(one.code) != 0)
			throw Conflict(one.code, one.message);
		if (one.code == duplicate_key && (manner == Manner::replaced || manner == Manner::rewritten))
			throw Mismatch(one.message);
		if (faults.count(one.code) != 0 && first + one.place < items.size())
			throw Refused(items[first + one.place]->first, one.code,
						  one.message + " (code " + std::to_string(one.code) + ")");
	}
	fail(error);
}

/* What the server did not take. */
void
check_guarded(const bson_error_t &error, const Reply &reply, const std::vector<const Item *> &items, size_t first)
{
	std::vector<WriteError> errors = write_errors(reply.get());
	bool guarded_only = !errors.empty() && !write_concern_failed(reply.get());

	/* Where the guard keeps an upsert from a later document, its key is there already. */
	errors.erase(std::remove_if(errors.begin(), errors.end(), [](const WriteError &one) { return one.of_id(); }),
				 errors.end());
	if (!guarded_only || !errors.empty())
		fail_write(error, reply, errors, items, first, Manner::guarded);
}

void
write_guarded(const std::vector<const Item *> &items, mongoc_collection_t *collection, const Bson &options)
{
	bson_error_t error;

	for (size_t first = 0; first < items.size(); first += at_once)
	{
		Bulk bulk(mongoc_collection_create_bulk_operation_with_opts(collection, options.get()));
		for (size_t i = first; i < std::min(first + at_once, items.size()); i++)
			check_taken(add_guarded(bulk.get(), *items[i], &error), error);
		Reply reply;
		if (mongoc_bulk_operation_execute(bulk.get(), reply.out(), &error) == 0)
			check_guarded(error, reply, items, first);
	}
}

void
put_items(const Batch &batch, mongoc_collection_t *collection, const Bson &options, Manner manner)
{
	std::vector<const Item *> items = items_to_put(batch, manner);
	bson_error_t error;

	for (size_t first = 0; first < items.size(); first += at_once)
	{
		Bulk bulk(mongoc_collection_create_bulk_operation_with_opts(collection, options.get()));
		std::int64_t replaced = 0;
		for (size_t i = first; i < std::min(first + at_once, items.size()); i++)
		{
			Verb verb = verb_of(batch, items[i]->second, manner);
			check_taken(add_put(bulk.get(), *items[i], verb, &error), error);
			replaced += verb == Verb::replace;
		}
		Reply reply;
		if (mongoc_bulk_operation_execute(bulk.get(), reply.out(), &error) == 0)
			fail_write(error, reply, write_errors(reply.get()), items, first, manner);
		if (replaced > number_in(reply.get(), "nMatched"))
			throw Mismatch("a document that has changed is not in the collection");
	}
}

void
remove_all_of(const bson_t *selector, mongoc_collection_t *collection, const Bson &session, Manner manner)
{
	bson_error_t error;
	Reply reply;

	if (!mongoc_collection_delete_many(collection, selector, session.get(), reply.out(), &error))
		fail_write(error, reply, write_errors(reply.get()), {}, 0, manner);
}

/* {_id: {$in: [...]}} */
void
remove_items(const std::vector<const Item *> &items, mongoc_collection_t *collection, const Bson &session,
			 Manner manner)
{
	for (size_t i = 0; i < items.size();)
	{
		Bson selector;
		bson_t condition;
		bson_t list;

		bson_append_document_begin(selector.get(), "_id", -1, &condition);
		bson_append_array_begin(&condition, "$in", -1, &list);
		for (size_t n = 0; i < items.size() && n < at_once && list.len < most_bytes; i++, n++)
		{
			std::string key = id_document(items[i]->first);
			BsonView document(key);
			bson_iter_t id;
			if (!bson_iter_init_find(&id, document.get(), "_id") ||
				!bson_append_iter(&list, std::to_string(n).c_str(), -1, &id))
				throw Failure(Remedy::give_up, "libmongoc does not take an _id");
		}
		bson_append_array_end(&condition, &list);
		bson_append_document_end(selector.get(), &condition);
		remove_all_of(selector.get(), collection, session, manner);
	}
}

} // namespace

void
write_operations(const Batch &batch, mongoc_collection_t *collection, const Bson &session, Manner manner)
{
	Bson options;

	if (batch.clears())
		remove_all_of(Bson().get(), collection, session, manner);
	bson_concat(options.get(), session.get());
	options.boolean("ordered", manner != Manner::guarded);
	/* A document may come into the place of another in an index, and what differs in SQL may be one _id for MongoDB. */
	std::vector<const Item *> removed = items_to_remove(batch, manner);
	if (manner == Manner::guarded)
	{
		write_guarded(removed, collection, options);
		write_guarded(items_to_put(batch, manner), collection, options);
		return;
	}
	remove_items(removed, collection, session, manner);
	put_items(batch, collection, options, manner);
}

} // namespace dv::sink
