#include "sink/client/store.hpp"

#include <deque>
#include <mutex>

namespace dv::sink {
namespace {

const char *const positions = "deltaview_positions";
const int write_timeout = 30000; /* milliseconds */

const std::uint32_t namespace_not_found = 26;
const std::uint32_t namespace_exists = 48;

/* The last complaint of libmongoc in this thread: it says more than some of its errors. */
thread_local std::string complaint;

void
note_complaint(mongoc_log_level_t level, const char *, const char *message, void *)
{
	if (level <= MONGOC_LOG_LEVEL_WARNING)
		complaint = message;
}

Client
open_client(const Settings &settings)
{
	static std::once_flag once;
	std::call_once(once, [] {
		mongoc_log_set_handler(note_complaint, nullptr);
		mongoc_init();
	});

	Address address = settings.address;
	address.options.insert(address.options.end(), {{"appName", "deltaview_sink"},
												   {"serverSelectionTimeoutMS", "5000"},
												   {"connectTimeoutMS", "5000"},
												   {"socketTimeoutMS", "60000"}});
	bson_error_t error;
	Uri uri(mongoc_uri_new_with_error(connection_uri(address).c_str(), &error));
	if (uri == nullptr)
		throw Failure(Remedy::give_up, std::string("the server's uri: ") + error.message);
	Client client(mongoc_client_new_from_uri(uri.get()));
	if (client == nullptr)
		throw Failure(Remedy::give_up, "libmongoc does not take the server's uri");
	mongoc_client_set_error_api(client.get(), MONGOC_ERROR_API_VERSION_2);
	WriteConcern majority(mongoc_write_concern_new());
	mongoc_write_concern_set_wmajority(majority.get(), write_timeout);
	mongoc_client_set_write_concern(client.get(), majority.get());
	return client;
}

/* nullptr if it finds none. It is the cursor's. */
const bson_t *
first_of(const Cursor &cursor)
{
	const bson_t *document = nullptr;
	bson_error_t error;

	if (mongoc_cursor_next(cursor.get(), &document))
		return document;
	if (mongoc_cursor_error(cursor.get(), &error))
		fail(error);
	return nullptr;
}

} // namespace

Store::Store(const Settings &settings, std::string identity)
	: identity_(std::move(identity)), database_(settings.database), client_(open_client(settings))
{}

Collection
Store::collection(const std::string &name)
{
	return Collection(mongoc_client_get_collection(client_.get(), database_.c_str(), name.c_str()));
}

Session
Store::session()
{
	bson_error_t error;
	Session session(mongoc_client_start_session(client_.get(), nullptr, &error));

	if (session == nullptr)
		fail(error);
	return session;
}

void
Store::command(const char *database, const bson_t *command, Reply *reply)
{
	bson_error_t error;

	if (!mongoc_client_write_command_with_opts(client_.get(), database, command, nullptr, reply->out(), &error))
		fail(error);
}

void
Store::connect()
{
	Bson hello;
	Reply reply;
	bson_error_t error;

	hello.number("hello", 1);
	complaint.clear();
	if (!mongoc_client_command_simple(client_.get(), "admin", hello.get(), nullptr, reply.out(), &error))
	{
		Failure failure = failure_of(error);
		throw Failure(failure.remedy(), failure.what() + (complaint.empty() ? "" : ": " + complaint));
	}
	transactions_ = (!text_in(reply.get(), "setName").empty() || text_in(reply.get(), "msg") == "isdbgrid") &&
					number_in(reply.get(), "logicalSessionTimeoutMinutes") > 0;
	if (std::int64_t size = number_in(reply.get(), "maxBsonObjectSize"))
		largest_document_ = static_cast<size_t>(size);
	create(positions);
}

std::optional<Position>
Store::position()
{
	Bson filter;

	filter.text("_id", identity_);
	Collection in = collection(positions);
	Cursor cursor(mongoc_collection_find_with_opts(in.get(), filter.get(), nullptr, nullptr));
	if (const bson_t *document = first_of(cursor))
		return position_from(document);
	return std::nullopt;
}

Position
Store::move_position(const std::optional<Position> &from, Position next, mongoc_client_session_t *session)
{
	Bson filter;
	Bson document;
	Bson options;
	Reply reply;
	bson_error_t error;
	Collection in = collection(positions);
	bool done;

	next.revision = from ? from->revision + 1 : 1;
	document.text("_id", identity_);
	append_position(next, document.get());
	if (session != nullptr && !mongoc_client_session_append(session, options.get(), &error))
		fail(error);
	if (from)
	{
		filter.text("_id", identity_).number("revision", from->revision);
		done =
			mongoc_collection_replace_one(in.get(), filter.get(), document.get(), options.get(), reply.out(), &error);
	}
	else
		done = mongoc_collection_insert_one(in.get(), document.get(), options.get(), reply.out(), &error);
	if (!done && error.code != duplicate_key)
		fail(error);
	if (!done || (from && number_in(reply.get(), "matchedCount") != 1))
		throw Failure(Remedy::restart, "somebody else has moved the sink's position in MongoDB");
	return next;
}

void
Store::forget_position()
{
	Bson filter;
	bson_error_t error;
	Collection in = collection(positions);

	filter.text("_id", identity_);
	if (!mongoc_collection_delete_one(in.get(), filter.get(), nullptr, nullptr, &error))
		fail(error);
}

void
Store::create(const std::string &name)
{
	Bson command;
	Reply reply;
	bson_error_t error;

	if (exists(name))
		return;
	command.text("create", name);
	if (!mongoc_client_write_command_with_opts(client_.get(), database_.c_str(), command.get(), nullptr, reply.out(),
											   &error) &&
		error.code != namespace_exists)
		fail(error);
}

bool
Store::exists(const std::string &name)
{
	Bson filter;
	Bson options;

	filter.text("name", name);
	options.document("filter", filter.get()).boolean("nameOnly", true);
	Database database(mongoc_client_get_database(client_.get(), database_.c_str()));
	Cursor cursor(mongoc_database_find_collections_with_opts(database.get(), options.get()));
	return first_of(cursor) != nullptr;
}

bool
Store::empty(const std::string &name)
{
	Bson filter;
	Bson options;
	Collection of = collection(name);

	options.number("limit", 1);
	Cursor cursor(mongoc_collection_find_with_opts(of.get(), filter.get(), options.get(), nullptr));
	return first_of(cursor) == nullptr;
}

void
Store::drop(const std::string &name)
{
	bson_error_t error;
	Collection dropped = collection(name);

	if (!mongoc_collection_drop(dropped.get(), &error) && error.code != namespace_not_found)
		fail(error);
}

void
Store::copy_indexes(const std::string &from, const std::string &to)
{
	const bson_t *index = nullptr;
	bson_error_t error;
	std::uint32_t count = 0;
	Bson list;
	Bson command;
	Collection of = collection(from);
	Cursor cursor(mongoc_collection_find_indexes_with_opts(of.get(), nullptr));

	while (mongoc_cursor_next(cursor.get(), &index))
	{
		if (text_in(index, "name") == "_id_")
			continue;
		Bson copy;
		bson_copy_to_excluding_noinit(index, copy.get(), "ns", "v", nullptr);
		list.document(std::to_string(count++).c_str(), copy.get());
	}
	if (mongoc_cursor_error(cursor.get(), &error) && error.code != namespace_not_found)
		fail(error);
	if (count == 0)
		return;
	command.text("createIndexes", to);
	bson_append_array(command.get(), "indexes", -1, list.get());
	Reply reply;
	this->command(database_.c_str(), command.get(), &reply);
}

void
Store::rename(const std::string &from, const std::string &to)
{
	Bson command;
	Reply reply;
	bson_error_t error;

	command.text("renameCollection", database_ + "." + from)
		.text("to", database_ + "." + to)
		.boolean("dropTarget", true);
	if (mongoc_client_write_command_with_opts(client_.get(), "admin", command.get(), nullptr, reply.out(), &error))
		return;
	const std::uint32_t command_not_found = 59;
	if (error.code == command_not_found)
		throw Failure(Remedy::give_up, std::string("the server cannot rename a collection: ") + error.message);
	fail(error);
}

void
Store::insert(const std::string &name, const std::vector<std::string> &documents)
{
	std::deque<BsonView> views;
	std::vector<const struct _bson_t *> pointers;
	Bson options;
	Reply reply;
	bson_error_t error;
	Collection into = collection(name);

	pointers.reserve(documents.size());
	for (const std::string &document : documents)
		pointers.push_back(views.emplace_back(document).get());
	options.boolean("ordered", false).boolean("validate", false);
	if (mongoc_collection_insert_many(into.get(), pointers.data(), pointers.size(), options.get(), reply.out(), &error))
		return;
	std::vector<WriteError> errors = write_errors(reply.get());
	for (const WriteError &one : errors)
		if (!one.of_id())
			throw Unwritable(one.place, one.code, one.message);
	if (errors.empty() || write_concern_failed(reply.get()))
		fail(error);
}

} // namespace dv::sink
