#pragma once

#include "sink/client/mongo.hpp"
#include "sink/client/position.hpp"
#include "sink/client/settings.hpp"

#include <optional>
#include <string>
#include <vector>

namespace dv::sink {

/* The database with the collections.  Everything here may stall, so it is called in a task. */
class Store
{
public:
	/* The identity tells the sink apart from all others that have a position in the database. */
	Store(const Settings &settings, std::string identity);

	/* The first contact. */
	void connect();
	[[nodiscard]] bool transactions() const { return transactions_; }
	[[nodiscard]] size_t largest_document() const { return largest_document_; }

	std::optional<Position> position();
	/* Next becomes the position if nobody else has changed it since it was this one (none: since there was none). */
	Position
	move_position(const std::optional<Position> &from, Position next, mongoc_client_session_t *session = nullptr);
	void forget_position();

	void create(const std::string &collection);
	bool exists(const std::string &collection);
	bool empty(const std::string &collection);
	void drop(const std::string &collection);
	void copy_indexes(const std::string &from, const std::string &to);
	void rename(const std::string &from, const std::string &to);

	/* Documents that are there already stay as they are. */
	void insert(const std::string &collection, const std::vector<std::string> &documents);

	Collection collection(const std::string &name);
	Session session();

private:
	void command(const char *database, const bson_t *command, Reply *reply);

	std::string identity_;
	std::string database_;
	Client client_;
	bool transactions_ = false;
	size_t largest_document_ = 16 * 1024 * 1024;
};

} // namespace dv::sink
