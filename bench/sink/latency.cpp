#include "latency.hpp"

#include "store.hpp"

#include <algorithm>
#include <chrono>
#include <libpq-fe.h>
#include <stdexcept>
#include <thread>

namespace {

using Clock = std::chrono::steady_clock;

double
since(Clock::time_point start)
{
	return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

std::string
ask(PGconn *connection, const std::string &statement)
{
	PGresult *result = PQexec(connection, statement.c_str());
	const ExecStatusType status = PQresultStatus(result);
	const std::string value = status == PGRES_TUPLES_OK && PQntuples(result) ? PQgetvalue(result, 0, 0) : "";

	PQclear(result);
	if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
		throw std::runtime_error(PQerrorMessage(connection));
	return value;
}

bool
shows(mongoc_collection_t *collection, const std::string &order, const std::string &status)
{
	bson_t filter = BSON_INITIALIZER;
	const bson_t *document;
	bson_error_t error;

	bson_append_utf8(&filter, "_id", -1, order.c_str(), -1);
	bson_append_utf8(&filter, "order_status", -1, status.c_str(), -1);
	Store::Own<mongoc_cursor_t> cursor(mongoc_collection_find_with_opts(collection, &filter, nullptr, nullptr));
	const bool found = mongoc_cursor_next(cursor.get(), &document);
	bson_destroy(&filter);
	if (mongoc_cursor_error(cursor.get(), &error))
		fail("find", error);
	return found;
}

} // namespace

Waits
commit_to_visible(const std::string &uri, const std::string &database, const std::string &collection_name,
				  const std::string &conninfo, int samples)
{
	Store store(uri, database);
	auto collection = store.collection(collection_name);
	std::unique_ptr<PGconn, decltype(&PQfinish)> connection(PQconnectdb(conninfo.c_str()), PQfinish);
	std::vector<double> looks;
	Waits waits;

	for (int i = 0; i < samples; i++)
	{
		const std::string order = ask(connection.get(), "SELECT order_id FROM ecom_orders OFFSET " +
															std::to_string(i * 7 % 1000) + " LIMIT 1");
		const std::string status = "sample " + std::to_string(i);

		std::this_thread::sleep_for(std::chrono::milliseconds(50 + i * 13 % 50));
		ask(connection.get(),
			"UPDATE ecom_orders SET order_status = '" + status + "' WHERE order_id = '" + order + "'");
		const Clock::time_point committed = Clock::now();
		for (bool seen = false; !seen;)
		{
			const Clock::time_point look = Clock::now();
			seen = shows(collection.get(), order, status);
			looks.push_back(since(look));
			if (since(committed) > 60'000)
				throw std::runtime_error("a change has not come within a minute");
		}
		waits.visible.push_back(since(committed));
	}
	std::sort(waits.visible.begin(), waits.visible.end());
	std::nth_element(looks.begin(), looks.begin() + static_cast<std::ptrdiff_t>(looks.size() / 2), looks.end());
	waits.read = looks[looks.size() / 2];
	return waits;
}
