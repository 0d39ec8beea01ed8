#include "writer.hpp"

#include "load.hpp"
#include "words.hpp"

#include <algorithm>

namespace tpch {

std::vector<Change>
Writer::transaction()
{
	std::vector<Change> changes;
	/* nations and regions are few: what happened to them is put right by and by */
	if (restore_soon_ && random_.percent(40))
		return {restore()};
	/* each query in its turn, and up to three changes that may concern any */
	if (Change change = aimed(); !change.statements.empty())
		changes.push_back(change);
	for (long i = random_.between(changes.empty() ? 1 : 0, 3); i > 0; i--)
	{
		long kind = random_.below(100);
		changes.push_back(kind < 18 && !to_take_back_.empty() ? back()
						  : kind < 26                         ? new_orders()
						  : kind < 34                         ? old_orders()
						  : kind < 80                         ? update()
						  : kind < 90                         ? insert()
															  : remove());
	}
	return changes;
}

/* A thousandth of the orders, as RF2. */
Change
Writer::new_orders()
{
	std::vector<Line> orders, items;
	for (long i = std::max(1L, generator_.orders / 1000); i > 0; i--)
	{
		Order order = generator_.order(Generator::order_key(next_new_++, 1));
		orders.push_back(order.line());
		for (const Item &item : order.items)
			items.push_back(order.item_line(item));
	}
	return {"RF1: " + std::to_string(orders.size()) + " orders",
			{"orders", "lineitem"},
			{insertion("orders", orders), insertion("lineitem", items)}};
}

Change
Writer::old_orders()
{
	std::vector<long> keys;
	for (long i = std::max(1L, generator_.orders / 1000); i > 0; i--)
		keys.push_back(Generator::order_key(next_old_++, 0));
	Change change = leaving(keys);
	change.what = "RF2: " + std::to_string(keys.size()) + " " + change.what;
	return change;
}

Change
Writer::aimed()
{
	int query = static_cast<int>(next_query_++ % 22) + 1;
	Aimed aimed = aim(connection_, generator_, random_, query, Generator::order_key(next_aimed_++, 2));
	if (!aimed.leave.statements.empty())
		to_take_back_.push_back(aimed.leave);
	return aimed.enter;
}

Change
Writer::back()
{
	Change change = to_take_back_.front();
	to_take_back_.pop_front();
	return change;
}

const Table &
Writer::some_table()
{
	/* of eight, with the two great ones more often than the two small ones */
	static const std::vector<size_t> turns = {0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 5, 6, 7};
	const Table &table = tables()[random_.pick(turns)];
	restore_soon_ = restore_soon_ || table.name == "nation" || table.name == "region";
	return table;
}

std::string
Writer::some_rows(const Table &table, long limit)
{
	std::string key = table.key[0] + (table.key.size() > 1 ? ", " + table.key[1] : "");
	return "(" + key + ") IN (SELECT " + key + " FROM " + table.name + " WHERE " + table.key[0] +
		   " >= " + std::to_string(random_.between(0, table.last(generator_))) + " ORDER BY " + key + " LIMIT " +
		   std::to_string(limit) + ")";
}

Change
Writer::update()
{
	const Table &table = some_table();
	std::vector<const Column *> columns;
	for (long i = random_.between(1, 3); i > 0; i--)
		columns.push_back(&random_.pick(table.columns));
	std::sort(columns.begin(), columns.end());
	columns.erase(std::unique(columns.begin(), columns.end()), columns.end());
	bool key = false;
	std::string set, names;
	for (const Column *column : columns)
	{
		set += (set.empty() ? "" : ", ") + column->name + " = " + column->value(random_, generator_);
		names += " " + column->name;
		key = key || column->key;
	}
	bool small = table.name == "nation" || table.name == "region";
	std::string rows = some_rows(table, key || small ? 1 : random_.percent(20) ? random_.between(10, 60) : 3);
	return {"update" + names, {table.name}, {"UPDATE " + table.name + " SET " + set + " WHERE " + rows}};
}

Change
Writer::insert()
{
	const Table &table = some_table();
	Change change = {"insert into " + table.name, {table.name}, {}};
	std::vector<Line> lines;
	for (long i = random_.between(1, 3); i > 0; i--)
	{
		/* keys that were deleted or moved away, or new ones */
		long key = random_.between(1, table.last(generator_) + table.last(generator_) / 20 + 3);
		if (table.name == "supplier")
			lines.push_back(generator_.supplier(key));
		else if (table.name == "part")
			lines.push_back(generator_.part(key));
		else if (table.name == "customer")
			lines.push_back(generator_.customer(key));
		else if (table.name == "partsupp")
			lines.push_back(generator_.partsupp(key, static_cast<int>(random_.below(4))));
		else
			return new_orders();
	}
	for (const Line &line : lines)
		change.statements.push_back(insertion(table.name, {line}) + " ON CONFLICT DO NOTHING");
	return change;
}

Change
Writer::remove()
{
	const Table &table = some_table();
	std::string rows = some_rows(table, table.last(generator_) < 100 ? 1 : random_.between(1, 4));
	return {"delete from " + table.name, {table.name}, {"DELETE FROM " + table.name + " WHERE " + rows}};
}

Change
Writer::restore()
{
	restore_soon_ = false;
	Change change = {"nations and regions restored", {"nation", "region"}, {}};
	std::vector<Line> nations, regions;
	for (size_t i = 0; i < words::nations.size(); i++)
		nations.push_back(generator_.nation(static_cast<long>(i)));
	for (size_t i = 0; i < words::regions.size(); i++)
		regions.push_back(generator_.region(static_cast<long>(i)));
	return {"nations and regions restored",
			{"nation", "region"},
			{"DELETE FROM nation WHERE n_nationkey > 24", "DELETE FROM region WHERE r_regionkey > 4",
			 insertion("nation", nations) + " ON CONFLICT (n_nationkey) DO UPDATE SET n_name = excluded.n_name, "
											"n_regionkey = excluded.n_regionkey",
			 insertion("region", regions) + " ON CONFLICT (r_regionkey) DO UPDATE SET r_name = excluded.r_name"}};
}

} // namespace tpch
