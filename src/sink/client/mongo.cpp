#include "sink/client/mongo.hpp"

#include "sink/client/document.hpp"

#include <cstring>
#include <set>

namespace dv::sink {

Bson &
Bson::number(const char *name, std::int64_t value)
{
	bson_append_int64(&bson_, name, -1, value);
	return *this;
}

Bson &
Bson::boolean(const char *name, bool value)
{
	bson_append_bool(&bson_, name, -1, value);
	return *this;
}

Bson &
Bson::text(const char *name, std::string_view value)
{
	bson_append_utf8(&bson_, name, -1, value.data(), static_cast<int>(value.size()));
	return *this;
}

Bson &
Bson::document(const char *name, const bson_t *value)
{
	bson_append_document(&bson_, name, -1, value);
	return *this;
}

std::string
Bson::bytes() const
{
	return std::string(bytes_of(&bson_));
}

BsonView::BsonView(std::string_view bytes)
{
	if (!bson_init_static(&bson_, reinterpret_cast<const std::uint8_t *>(bytes.data()), bytes.size()))
		throw Failure(Remedy::give_up, "a document is not valid BSON");
}

std::string_view
bytes_of(const bson_t *document)
{
	return {reinterpret_cast<const char *>(bson_get_data(document)), document->len};
}

std::int64_t
number_in(const bson_t *document, const char *path)
{
	bson_iter_t at;
	bson_iter_t found;

	if (!bson_iter_init(&at, document) || !bson_iter_find_descendant(&at, path, &found))
		return 0;
	return bson_iter_as_int64(&found);
}

std::string
text_in(const bson_t *document, const char *path)
{
	bson_iter_t at;
	bson_iter_t found;
	std::uint32_t size = 0;

	if (!bson_iter_init(&at, document) || !bson_iter_find_descendant(&at, path, &found) ||
		!BSON_ITER_HOLDS_UTF8(&found))
		return {};
	const char *text = bson_iter_utf8(&found, &size);
	return {text, size};
}

std::string
extended_json(std::string_view document)
{
	BsonView view(document);
	size_t size = 0;
	std::unique_ptr<char, Destroyer<bson_free>> json(bson_as_canonical_extended_json(view.get(), &size));

	return json == nullptr ? std::string() : std::string(json.get(), size);
}

std::string
extended_json_of_id(std::string_view id)
{
	const std::string begin = "{ \"_id\" : ";
	const std::string end = " }";

	if (id.empty())
		return {};
	std::string json = extended_json(id_document(id));
	return json.substr(begin.size(), json.size() - begin.size() - end.size());
}

std::vector<WriteError>
write_errors(const bson_t *reply)
{
	std::vector<WriteError> errors;
	bson_iter_t list;
	bson_iter_t each;

	if (!bson_iter_init_find(&list, reply, "writeErrors") || !bson_iter_recurse(&list, &each))
		return errors;
	while (bson_iter_next(&each))
	{
		const std::uint8_t *bytes = nullptr;
		std::uint32_t size = 0;
		if (!BSON_ITER_HOLDS_DOCUMENT(&each))
			continue;
		bson_iter_document(&each, &size, &bytes);
		BsonView one({reinterpret_cast<const char *>(bytes), size});
		errors.push_back({static_cast<size_t>(number_in(one.get(), "index")), number_in(one.get(), "code"),
						  "MongoDB: " + text_in(one.get(), "errmsg")});
	}
	return errors;
}

bool
write_concern_failed(const bson_t *reply)
{
	bson_iter_t list;
	bson_iter_t each;

	return bson_iter_init_find(&list, reply, "writeConcernErrors") && bson_iter_recurse(&list, &each) &&
		   bson_iter_next(&each);
}

Failure
failure_of(const bson_error_t &error)
{
	/* AuthenticationFailed, UserNotFound, Unauthorized, and what Atlas says. */
	static const std::set<std::uint32_t> rights = {18, 11, 13, 8000};
	/* TransactionTooLarge, the end of a transaction's time, TransactionTooLargeForCache. */
	static const std::set<std::uint32_t> too_large = {257, 290, 388};
	std::string message = std::string("MongoDB: ") + error.message;
	bool server = error.domain == MONGOC_ERROR_SERVER;

	if (error.domain == MONGOC_ERROR_CLIENT && error.code == MONGOC_ERROR_CLIENT_AUTHENTICATE)
		return {Remedy::retry_late, message};
	if (server && rights.count(error.code) != 0)
		return {Remedy::retry_late, message + " (code " + std::to_string(error.code) + ")"};
	if (server && too_large.count(error.code) != 0)
		return {Remedy::in_parts, message + " (code " + std::to_string(error.code) + ")"};
	if (server)
		message += " (code " + std::to_string(error.code) + ")";
	return {Remedy::retry, message};
}

void
fail(const bson_error_t &error)
{
	throw failure_of(error);
}

} // namespace dv::sink
