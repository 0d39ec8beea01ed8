#include "load.hpp"

#include "words.hpp"

#include <fstream>
#include <sstream>

namespace tpch {

namespace {

template <class Rows>
void
fill(Connection &connection, const char *table, long count, Rows rows)
{
	std::string lines;
	auto add = [&](const Line &line) {
		lines += line;
		lines += '\n';
		if (lines.size() > 1 << 16)
		{
			connection.copy_data(lines);
			lines.clear();
		}
	};
	connection.copy(table);
	for (long i = 0; i < count; i++)
		rows(i, add);
	connection.copy_data(lines);
	connection.copy_end();
}

} // namespace

std::string
read_file(const std::string &path)
{
	std::ifstream file(path);
	std::ostringstream text;
	text << file.rdbuf();
	if (!file)
		throw std::runtime_error("cannot read " + path);
	return text.str();
}

void
load(Connection &connection, const Generator &generator, const std::string &schema)
{
	connection.run("CREATE EXTENSION IF NOT EXISTS pg_deltaview");
	connection.run("DROP SCHEMA IF EXISTS tpch CASCADE");
	connection.run("CREATE SCHEMA tpch");
	connection.run(schema);
	fill(connection, "region", static_cast<long>(words::regions.size()),
		 [&](long i, auto add) { add(generator.region(i)); });
	fill(connection, "nation", static_cast<long>(words::nations.size()),
		 [&](long i, auto add) { add(generator.nation(i)); });
	fill(connection, "supplier", generator.suppliers, [&](long i, auto add) { add(generator.supplier(i + 1)); });
	fill(connection, "part", generator.parts, [&](long i, auto add) { add(generator.part(i + 1)); });
	fill(connection, "partsupp", 4 * generator.parts,
		 [&](long i, auto add) { add(generator.partsupp(i / 4 + 1, static_cast<int>(i % 4))); });
	fill(connection, "customer", generator.customers, [&](long i, auto add) { add(generator.customer(i + 1)); });
	fill(connection, "orders", generator.orders,
		 [&](long i, auto add) { add(generator.order(Generator::order_key(i, 0)).line()); });
	fill(connection, "lineitem", generator.orders, [&](long i, auto add) {
		Order order = generator.order(Generator::order_key(i, 0));
		for (const Item &item : order.items)
			add(order.item_line(item));
	});
	connection.run("VACUUM ANALYZE");
}

std::string
insertion(const std::string &table, const std::vector<Line> &lines)
{
	std::string sql = "INSERT INTO " + table + " VALUES";
	for (size_t i = 0; i < lines.size(); i++)
	{
		sql += i == 0 ? " ('" : ",\n\t('";
		for (char letter : lines[i])
			sql += letter == '\t' ? "', '" : std::string(letter == '\'' ? 2 : 1, letter);
		sql += "')";
	}
	return sql;
}

} // namespace tpch
