#include "schema.hpp"

#include <stdexcept>

namespace stress {

const std::vector<View> views = {
	{"join_v", "on commit", "SELECT a.id, b.id AS bid, a.k, x, y FROM a JOIN b USING (k)"},
	{"chain_v", "on commit", "SELECT c1.id, c2.id AS id2, c3.id AS id3 FROM c1 JOIN c2 USING (k) JOIN c3 USING (l)"},
	{"sum_v", "on commit", "SELECT k, count(*) AS n, sum(x) AS s FROM a GROUP BY k"},
	{"join_sum_v", "on commit", "SELECT a.k, count(*) AS n, sum(y) AS s FROM a JOIN b USING (k) GROUP BY a.k"},
	{"minmax_v", "on commit", "SELECT k, min(y) AS low, max(y) AS high FROM b GROUP BY k"},
	{"left_v", "on commit", "SELECT a.id, a.x, b.y FROM a LEFT JOIN b USING (k)"},
	{"lonely_v", "on commit", "SELECT a.id, a.x FROM a WHERE NOT EXISTS (SELECT FROM b WHERE b.k = a.k)"},
	{"doc_v", "on commit",
	 "SELECT o.id, (SELECT to_jsonb(c) FROM customers c WHERE c.id = o.customer) AS customer,"
	 " (SELECT jsonb_agg(jsonb_build_object('no', i.no, 'qty', i.qty) ORDER BY i.no) FROM items i WHERE i.order_id = o.id)"
	 " AS items FROM orders o"},
	{"copies_v", "on commit", "SELECT k, v FROM copies"},
	{"self_v", "on commit", "SELECT d.k, d.v, e.v AS w FROM copies d JOIN copies e USING (k)"},
	{"copies_join_v", "on commit", "SELECT d.v, a.x FROM copies d JOIN a USING (k)"},
	{"distinct_v", "on commit", "SELECT DISTINCT k FROM copies"},
	{"rank_v", "on commit", "SELECT id, k, rank() OVER (PARTITION BY k ORDER BY y) AS place FROM b"},
	{"total_v", "on commit", "SELECT count(*) AS n, sum(x) AS s, max(x) AS top FROM a"},
	{"statement_v", "on statement", "SELECT k, count(*) AS n, sum(v) AS s FROM copies GROUP BY k"},
	{"numeric_v", "on commit", "SELECT k, sum(m) AS s, avg(m) AS mean FROM numbers GROUP BY k"},
	{"over_sum_v", "on commit", "SELECT n, count(*) AS groups FROM sum_v GROUP BY n"},
	{"over_join_v", "on commit", "SELECT s.k, s.s, b.y FROM sum_v s JOIN b USING (k)"},
	{"over_both_v", "on commit", "SELECT s.k, s.n, m.high FROM sum_v s LEFT JOIN minmax_v m USING (k)"},
	{"nested_v", "on commit",
	 "SELECT n, count(*) AS customers FROM (SELECT c.id, count(o.id) AS n FROM customers c LEFT JOIN orders o ON"
	 " o.customer = c.id GROUP BY c.id) x GROUP BY n"},
	{"over_nested_v", "on commit", "SELECT v.n, v.customers, a.x FROM nested_v v LEFT JOIN a ON a.k = v.customers"},
	{"top_v", "on commit", "SELECT k, sum(x) AS s FROM a GROUP BY k ORDER BY s DESC, k LIMIT 3"},
	{"having_v", "on commit", "SELECT k, sum(y) AS s FROM b GROUP BY k HAVING sum(y) > (SELECT 2 * avg(x) FROM a)"},
	{"except_v", "on commit", "SELECT k FROM a EXCEPT SELECT k FROM b"},
	{"union_v", "on commit", "SELECT k FROM c1 UNION SELECT l FROM c2 INTERSECT SELECT l FROM c3"},
	{"parts_v", "on commit",
	 "SELECT s.k, s.s, m.n FROM (SELECT k, sum(x) AS s FROM a GROUP BY k) s JOIN (SELECT k, count(DISTINCT y) AS n FROM b"
	 " GROUP BY k) m ON m.k = s.k WHERE s.s > (SELECT max(m) FROM (SELECT count(*) AS m FROM b GROUP BY y) x)"},
	{"nested_statement_v", "on statement",
	 "SELECT n, count(*) AS ks FROM (SELECT k, count(*) AS n FROM copies GROUP BY k) x GROUP BY n"},
	{"demand_v", "on demand", "SELECT k, count(*) AS n FROM a GROUP BY k"},
};

namespace {

void
must(Connection &connection, const std::string &sql)
{
	Answer answer = connection.run(sql);
	if (!answer.ok())
		throw std::runtime_error(sql + "\n" + answer.message);
}

} // namespace

void
make_schema(Connection &connection)
{
	must(connection, "CREATE EXTENSION IF NOT EXISTS pg_deltaview");
	must(connection, "DROP SCHEMA IF EXISTS stress CASCADE");
	must(connection, "CREATE SCHEMA stress");
	must(connection, R"(
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
		INSERT INTO a SELECT i, i % 5, i FROM generate_series(1, 12) i;
		INSERT INTO b SELECT i, i % 5, i FROM generate_series(1, 12) i;
		INSERT INTO customers SELECT i, 'c' || i FROM generate_series(1, 4) i;
		INSERT INTO orders SELECT i, i % 4 FROM generate_series(1, 8) i)");
	for (const View &view : views)
		must(connection, "SELECT deltaview.create_view('" + std::string(view.name) + "', $q$" + view.query + "$q$, '" +
							 view.refresh + "')");
}

std::string
differences(Connection &connection)
{
	std::string found;
	for (const View &view : views)
	{
		std::string name = view.name;
		Answer paused = connection.run("SELECT state FROM deltaview.views WHERE name = '" + name + "'::regclass");
		if (paused.text == "paused\n" || paused.text == "stale\n")
			must(connection, "SELECT deltaview.refresh('" + name + "')");
		for (std::string function : {"verify", "verify_state"})
		{
			Answer answer = connection.run("SELECT v::text FROM deltaview." + function + "('" + name + "') v LIMIT 5");
			if (!answer.ok() || !answer.text.empty())
				found += function + " of " + name + ": " + answer.message + answer.text + "\n";
		}
	}
	Answer parts = connection.run(
		"SELECT p.view, v::text FROM deltaview.view_catalog p, deltaview.verify_state(p.view) v WHERE p.part_of IS NOT NULL"
		" AND p.state = 'fresh' LIMIT 5");
	if (!parts.ok() || !parts.text.empty())
		found += "parts: " + parts.message + parts.text + "\n";
	return found;
}

} // namespace stress
