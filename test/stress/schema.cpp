#include "schema.hpp"

#include <regex>
#include <set>
#include <stdexcept>

namespace stress {

const char *const base_tables = "a, b, c1, c2, c3, copies, numbers, customers, orders, items";

namespace {

void
add_words(std::set<std::string> &words, const std::string &text)
{
	static const std::regex word("\\w+");
	for (std::sregex_iterator at(text.begin(), text.end(), word), end; at != end; ++at)
		words.insert(at->str());
}

} // namespace

std::vector<View>
views_of_round(Random &random, int round, const std::string &only)
{
	if (only.empty() && round % 4 == 0)
		return all_views;
	std::set<std::string> wanted;
	add_words(wanted, only);
	for (int i = only.empty() ? 1 + random.below(4) : 0; i > 0; i--)
		wanted.insert(random.pick(all_views).name);

	std::vector<View> views;
	for (auto view = all_views.rbegin(); view != all_views.rend(); ++view)
	{
		if (wanted.count(view->name) == 0)
			continue;
		add_words(wanted, view->query);
		views.insert(views.begin(), *view);
	}
	if (views.empty())
		throw std::runtime_error("no such view: " + only);
	return views;
}

void
make_schema(Connection &connection, const std::vector<View> &views)
{
	connection.must("CREATE EXTENSION IF NOT EXISTS pg_deltaview");
	connection.must("DROP SCHEMA IF EXISTS stress CASCADE");
	connection.must("CREATE SCHEMA stress");
	connection.must(R"(
		CREATE TABLE a (id int PRIMARY KEY, k int, x int);
		CREATE TABLE b (id int PRIMARY KEY, k int, y int);
		CREATE TABLE c1 (id int PRIMARY KEY, k int);
		CREATE TABLE c2 (id int PRIMARY KEY, k int, l int);
		CREATE TABLE c3 (id int PRIMARY KEY, l int);
		CREATE TABLE copies (k int, v int);
		CREATE TABLE numbers (k int, m numeric);
		CREATE TABLE customers (id int PRIMARY KEY, name text);
		CREATE TABLE orders (id int PRIMARY KEY, customer int);
		CREATE TABLE items (order_id int, no int, qty int, PRIMARY KEY (order_id, no));
		CREATE INDEX ON a (k);
		CREATE INDEX ON b (k);
		CREATE INDEX ON c1 (k);
		CREATE INDEX ON c2 (k);
		CREATE INDEX ON c2 (l);
		CREATE INDEX ON c3 (l);
		CREATE INDEX ON copies (k);
		CREATE INDEX ON orders (customer);
		INSERT INTO a SELECT i, i % 5, i FROM generate_series(1, 12) i;
		INSERT INTO b SELECT i, i % 5, i FROM generate_series(1, 12) i;
		INSERT INTO customers SELECT i, 'c' || i FROM generate_series(1, 4) i;
		INSERT INTO orders SELECT i, i % 4 FROM generate_series(1, 8) i)");
	for (const View &view : views)
		connection.must("SELECT deltaview.create_view('" + view.name + "', $q$" + view.query + "$q$, '" + view.refresh +
						"')");
}

} // namespace stress
