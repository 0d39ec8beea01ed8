#include "changes.hpp"

namespace features {

namespace {

std::string
names(const Table &table, const char *prefix)
{
	std::string out;
	for (const Column &column : table.columns)
		out += (out.empty() ? "" : ", ") + (prefix + column.name);
	return out;
}

std::string
on_key(const Table &table)
{
	std::string out;
	for (const std::string &key : table.key)
		out += (out.empty() ? "m." : " AND m.") + key + " = s." + key;
	return out;
}

} // namespace

std::string
Changes::value(const Column &column, bool typed)
{
	return random_.pick(column.values) + (typed ? "::" + column.type : "");
}

std::string
Changes::values(const Table &table, int rows, bool typed)
{
	std::string out;
	for (int i = 0; i < rows; i++)
	{
		std::string row;
		for (const Column &column : table.columns)
			row += (row.empty() ? "" : ", ") + value(column, typed);
		out += (i > 0 ? ", (" : "(") + row + ")";
	}
	return out;
}

std::string
Changes::fill(const Table &table, int rows)
{
	return "INSERT INTO " + table.name + " VALUES " + values(table, rows, false) + " ON CONFLICT DO NOTHING";
}

/* One that meets a few rows: mostly by a key, or by values of one or two columns. */
std::string
Changes::predicate(const Table &table)
{
	std::string out;
	if (!table.key.empty() && random_.percent(65))
	{
		const Column &column = table.columns.front();
		if (column.type == "int")
			return column.name + " % 6 = " + std::to_string(random_.below(6));
		return column.name + " IN (" + value(column, false) + ", " + value(column, false) + ")";
	}
	for (int i = random_.between(1, 2); i > 0; i--)
	{
		const Column &column = random_.pick(table.columns);
		std::string literal = value(column, false);
		if (literal == "NULL" || !column.comparable)
			out += column.name + (random_.percent(80) ? " IS NULL" : " IS NOT NULL");
		else
			out += column.name + random_.word({" = ", " = ", " = ", " > ", " < "}) + literal;
		out += i > 1 ? " AND " : "";
	}
	return out;
}

std::string
Changes::assignments(const Table &table)
{
	std::string out;
	int first = random_.below(static_cast<int>(table.columns.size()));
	int count = random_.between(1, table.columns.size() > 12 ? 12 : 3);
	for (int i = 0; i < count && i < static_cast<int>(table.columns.size()); i++)
	{
		const Column &column =
			table.columns[(static_cast<size_t>(first) + static_cast<size_t>(i) * 5) % table.columns.size()];
		if (i > 0 && out.find(column.name + " = ") != std::string::npos)
			break;
		out += (out.empty() ? "" : ", ") + column.name + " = " + value(column, false);
	}
	return out;
}

std::string
Changes::insert(const Table &table)
{
	if (table.key.empty() && random_.percent(20))
		return "INSERT INTO " + table.name + " SELECT * FROM " + table.name + " WHERE " + predicate(table);
	return "INSERT INTO " + table.name + " VALUES " + values(table, random_.between(2, 5), false) +
		   (random_.percent(75) ? " ON CONFLICT DO NOTHING" : "");
}

std::string
Changes::update(const Table &table)
{
	return "UPDATE " + table.name + " SET " + assignments(table) + " WHERE " + predicate(table);
}

std::string
Changes::erase(const Table &table)
{
	return "DELETE FROM " + table.name + " WHERE " + predicate(table);
}

std::string
Changes::on_conflict(const Table &table)
{
	std::string key, set;
	for (const std::string &name : table.key)
		key += (key.empty() ? "" : ", ") + name;
	for (const Column &column : table.columns)
		if (!table.is_key(column) && random_.percent(60))
			set += (set.empty() ? "" : ", ") + column.name + " = excluded." + column.name;
	return "INSERT INTO " + table.name + " VALUES " + values(table, random_.between(1, 2), false) + " ON CONFLICT (" +
		   key + ") DO " + (set.empty() ? "NOTHING" : "UPDATE SET " + set);
}

std::string
Changes::merge(const Table &table)
{
	const Column &column = table.columns.back();
	return "MERGE INTO " + table.name + " m USING (SELECT DISTINCT ON (" + table.key.front() + ") * FROM (VALUES " +
		   values(table, random_.between(1, 4), true) + ") v (" + names(table, "") + ")) s ON " + on_key(table) +
		   (random_.percent(40) ? " WHEN MATCHED AND s." + column.name + " IS NULL THEN DELETE" : "") +
		   " WHEN MATCHED THEN UPDATE SET " + assignments(table) + " WHEN NOT MATCHED THEN INSERT VALUES (" +
		   names(table, "s.") + ")";
}

std::string
Changes::statement(const Table &table, long size)
{
	int kind = random_.below(100);
	if (size > 30 && kind < 45)
		return erase(table);
	if (size < 10 && kind < 60)
		return insert(table);
	kind = random_.below(100);
	if (kind < 34)
		return insert(table);
	if (kind < 64)
		return update(table);
	if (kind < 82)
		return erase(table);
	if (kind < 83)
		return "TRUNCATE " + table.name;
	if (table.key.empty())
		return update(table);
	return kind < 92 ? on_conflict(table) : merge(table);
}

fuzz::Transaction
Changes::transaction(const std::vector<const Table *> &tables, const std::vector<long> &sizes)
{
	fuzz::Transaction steps = {{"BEGIN", ""}};
	if (random_.percent(8))
		steps.push_back({random_.word({"SET LOCAL TimeZone = 'Asia/Tokyo'", "SET LOCAL DateStyle = 'German'",
									   "SET LOCAL IntervalStyle = 'iso_8601'", "SET LOCAL bytea_output = 'escape'"}),
						 ""});
	for (size_t i = 0; i < tables.size(); i++)
	{
		bool away = i > 0 && random_.percent(15);
		if (away)
			steps.push_back({"SAVEPOINT away", ""});
		steps.push_back({"SAVEPOINT guard", ""});
		steps.push_back({statement(*tables[i], sizes[i]), ""});
		steps.push_back({"RELEASE guard", ""});
		if (away)
			steps.push_back({"ROLLBACK TO away", ""});
		if (random_.percent(4))
			steps.insert(steps.end(),
						 {{"SAVEPOINT guard", ""}, {"SELECT deltaview.flush()", ""}, {"RELEASE guard", ""}});
	}
	steps.push_back({random_.percent(97) ? "COMMIT" : "ROLLBACK", ""});
	return steps;
}

} // namespace features
