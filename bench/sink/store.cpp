#include "store.hpp"

#include <stdexcept>

void
fail(const std::string &what, const bson_error_t &error)
{
	throw std::runtime_error(what + ": " + error.message);
}

Store::Store(const std::string &uri, const std::string &database) : database_(database)
{
	client_.reset(mongoc_client_new(uri.c_str()));
	if (!client_)
		throw std::runtime_error("not a URI: " + uri);
	mongoc_client_set_error_api(client_.get(), MONGOC_ERROR_API_VERSION_2);
}

Store::Own<mongoc_collection_t>
Store::collection(const std::string &name)
{
	Own<mongoc_collection_t> found(mongoc_client_get_collection(client_.get(), database_.c_str(), name.c_str()));
	Own<mongoc_write_concern_t> concern(mongoc_write_concern_new());
	mongoc_write_concern_set_wmajority(concern.get(), 30'000);
	mongoc_collection_set_write_concern(found.get(), concern.get());
	return found;
}
