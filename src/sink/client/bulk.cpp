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

using Item = std::pair<const std::string, Operation>;

/* LockTimeout, WriteConflict, NoSuchTransaction, SnapshotUnavailable. */
const std::set<std::int64_t> conflicts = {24, 112, 246, 251};

/*
 * Of one document: BadValue, DollarPrefixedFieldName, EmptyFieldName, DottedFieldName, DocumentValidationFailure,
 * CannotIndexParallelArrays, BSONObjectTooLarge, DuplicateKey (of another index than that of _id), KeyTooLong, and
 * values that an index cannot have.
 */
const std::set<std::int64_t> faults = {2, 52, 56, 57, 121, 171, 10334, 11000, 16755, 17280, 17419, 17420};

/* Those that remove a document, or those that put one. */
std::vector<const Item *>
items_of(const Batch &batch, bool remove)
{
	std::vector<const Item *> items;

	for (const Item &item : batch.operations())
		if (item.second.document.empty() == remove)
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
add(mongoc_bulk_operation_t *bulk, const Item &item, Manner manner)
{
	const auto &[id, operation] = item;
	auto lsn = static_cast<std::int64_t>(operation.lsn);
	std::string key = id_document(id);
	BsonView plain(key);
	Bson older;
	const bson_t *selector = plain.get();
	bson_error_t error;
	bool taken;

	if (manner == Manner::guarded)
	{
		select_older(plain.get(), lsn, &older);
		selector = older.get();
	}
	if (operation.document.empty())
		taken = mongoc_bulk_operation_remove_one_with_opts(bulk, selector, nullptr, &error);
	else
	{
		BsonView document(operation.document);
		Bson options;
		Bson guarded;
		options.boolean("upsert", true).boolean("validate", false);
		if (manner == Manner::guarded)
		{
			bson_concat(guarded.get(), document.get());
			guarded.number(guard, lsn);
		}
		taken = mongoc_bulk_operation_replace_one_with_opts(
			bulk, selector, manner == Manner::guarded ? guarded.get() : document.get(), options.get(), &error);
	}
	if (!taken)
		throw Failure(Remedy::give_up, std::string("libmongoc does not take a document: ") + error.message);
}

/* The operations were items from `first` on. */
[[noreturn]] void
fail_write(const bson_error_t &error, const Reply &reply, const std::vector<WriteError> &errors,
		   const std::vector<const Item *> &items, size_t first)
{
	if (reply.labelled("TransientTransactionError"))
		throw Conflict(failure_of(error).what());
	for (const WriteError &one : errors)
	{
		if (conflicts.count(one.code) != 0)
			throw Conflict(one.message);
		if (faults.count(one.code) != 0 && first + one.place < items.size())
			throw Refused(items[first + one.place]->first, one.code,
						  one.message + " (code " + std::to_string(one.code) + ")");
	}
	fail(error);
}

void
write_items(const std::vector<const Item *> &items, mongoc_collection_t *collection, const Bson &options, Manner manner)
{
	bson_error_t error;

	for (size_t first = 0; first < items.size(); first += at_once)
	{
		Bulk bulk(mongoc_collection_create_bulk_operation_with_opts(collection, options.get()));
		for (size_t i = first; i < std::min(first + at_once, items.size()); i++)
			add(bulk.get(), *items[i], manner);
		Reply reply;
		if (mongoc_bulk_operation_execute(bulk.get(), reply.out(), &error) != 0)
			continue;
		/* Where the guard keeps an upsert from a later document, its key is there already. */
		std::vector<WriteError> errors = write_errors(reply.get());
		bool guarded_only = !errors.empty() && manner == Manner::guarded && !write_concern_failed(reply.get());
		errors.erase(std::remove_if(errors.begin(), errors.end(),
									[&](const WriteError &one) { return manner == Manner::guarded && one.of_id(); }),
					 errors.end());
		if (!guarded_only || !errors.empty())
			fail_write(error, reply, errors, items, first);
	}
}

} // namespace

void
write_operations(const Batch &batch, mongoc_collection_t *collection, const Bson &session, Manner manner)
{
	Bson options;
	bson_error_t error;

	if (batch.clears())
	{
		Bson everything;
		Reply reply;
		if (!mongoc_collection_delete_many(collection, everything.get(), session.get(), reply.out(), &error))
			fail_write(error, reply, {}, {}, 0);
	}
	bson_concat(options.get(), session.get());
	options.boolean("ordered", manner == Manner::ordered);
	/* A document may come into the place of another in an index, and what differs in SQL may be one _id for MongoDB. */
	write_items(items_of(batch, true), collection, options, manner);
	write_items(items_of(batch, false), collection, options, manner);
}

} // namespace dv::sink
