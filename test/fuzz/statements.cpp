#include "statements.hpp"

namespace fuzz {

std::string
Writer::names(const Relation &table)
{
	std::string out;
	for (const Column &column : table.columns)
		if (column.name != "ref")
			out += (out.empty() ? "" : ", ") + column.name;
	return out;
}

/* A WHERE clause that meets a small part of the rows; `percent` is how often it is there at all. */
std::string
Writer::predicate(const Relation &table, int percent)
{
	if (!random_.percent(percent))
		return "";
	std::string out = " WHERE ";
	for (int i = random_.between(1, 2); i > 0; i--)
	{
		const Column &column = random_.pick(table.columns);
		if (!has_order(column.type))
			out += column.name + "::text LIKE '%a%'";
		else if (random_.percent(12) && has_extremes(column.type)) /* an extreme of many a group */
			out += column.name + " = (SELECT " + random_.word({"max(", "min("}) + column.name + ") FROM " + table.name +
				   ")";
		else if (column.nullable && random_.percent(15))
			out += column.name + " IS NULL";
		else if (column.name == "id" || column.name == "ref")
			out += column.name + " % 7 = " + std::to_string(random_.below(7));
		else if (column.name == "tk")
			out += "tk LIKE '%" + std::to_string(random_.below(10)) + "'";
		else
			out += column.name + random_.word({" = ", " = ", " > ", " < "}) +
				   literal(random_, {"", column.type, false, column.declared});
		if (i > 1)
			out += random_.word({" AND ", " AND ", " OR "});
	}
	return out;
}

std::string
Writer::assignment(const Relation &table)
{
	const Column &column = random_.pick(table.columns);
	if (column.name == "id")
		return "id = id + 1000";
	if (column.name == "tk")
		return "tk = tk || 'x'";
	if (column.name == "k1" || column.name == "k2")
		return column.name + " = " + column.name + " + 20";
	if (column.name == "ref")
		return "ref = NULL";
	if (is_whole(column.type) && column.declared.empty() && random_.percent(40))
		return column.name + " = " + random_.word({"a", "b", "a + 1", "b - 1", "(a + b) % 5"}) +
			   (column.nullable ? "" : " + 0");
	return column.name + " = " + literal(random_, column);
}

std::string
Writer::insert(const Relation &table, int rows)
{
	Relation bare = table; /* without the reference column */
	if (bare.columns.back().name == "ref")
		bare.columns.pop_back();
	std::string out = "INSERT INTO " + table.name + " (" + names(table) + ") ";
	if (table.key.empty() && random_.percent(15))
		return out + "SELECT " + names(table) + " FROM " + table.name + predicate(table, 100);
	out += "VALUES ";
	for (int i = 0; i < rows; i++)
		out += (i > 0 ? ", " : "") + row(random_, schema_, bare);
	if (!table.key.empty() && random_.percent(60))
		out += " ON CONFLICT DO NOTHING";
	return out;
}

std::string
Writer::update(const Relation &table)
{
	std::string out = "UPDATE " + table.name + " SET " + assignment(table);
	if (random_.percent(30))
	{
		std::string more = assignment(table);
		std::string first = out.substr(out.find(" SET ") + 5);
		if (more.substr(0, more.find(' ')) != first.substr(0, first.find(' ')))
			out += ", " + more;
	}
	return out + predicate(table, 88);
}

std::string
Writer::erase(const Relation &table)
{
	return "DELETE FROM " + table.name + predicate(table, 96);
}

std::string
Writer::simple(const Relation &table)
{
	int kind = random_.below(10);
	if (kind < 5)
		return insert(table, random_.between(1, 4));
	return kind < 8 ? update(table) : erase(table);
}

std::string
Writer::merge()
{
	const Relation &target = table();
	const Relation &from = table();
	std::string out = "MERGE INTO " + target.name + " m USING (SELECT DISTINCT a AS sa, b AS sb FROM " + from.name +
					  " WHERE a IS NOT NULL AND b IS NOT NULL) s ON m.a = s.sa AND m.b = s.sb";
	if (random_.percent(50))
		out += " WHEN MATCHED AND s.sb > 3 THEN DELETE";
	out += " WHEN MATCHED THEN UPDATE SET " + std::string(random_.word({"t = 'm'", "b = (s.sb + 1) % 6", "a = s.sa"}));
	if (target.key.empty())
		out += " WHEN NOT MATCHED THEN INSERT (a, b, t) VALUES (s.sa, s.sb, 'n')";
	return out;
}

std::string
Writer::on_conflict()
{
	const Relation *target = nullptr;
	for (const Relation &one : schema_.tables)
		if (!one.key.empty() && (target == nullptr || random_.percent(50)))
			target = &one;
	if (target == nullptr)
		return simple(table());
	std::string out = insert(*target, random_.between(1, 3));
	size_t tail = out.find(" ON CONFLICT");
	if (tail != std::string::npos)
		out.resize(tail);
	return out + " ON CONFLICT (" + target->key[0] + (target->key.size() > 1 ? ", " + target->key[1] : "") +
		   ") DO UPDATE SET " + random_.word({"a = excluded.a", "b = excluded.b, t = excluded.t", "t = 'c'"}) +
		   random_.word({"", "", " WHERE excluded.a > 1"});
}

std::string
Writer::two_tables()
{
	const Relation &one = table();
	const Relation &other = table();
	switch (random_.below(3))
	{
	case 0:
		return "WITH w AS (" + simple(one) + ") " + simple(other);
	case 1:
		if (other.key.empty())
			return "WITH w AS (" + erase(one) + " RETURNING a, b, t) INSERT INTO " + other.name +
				   " (a, b, t) SELECT coalesce(a, 1), coalesce(b, 1), t FROM w";
		return "WITH w AS (" + update(one) + " RETURNING a) DELETE FROM " + other.name +
			   " WHERE a IN (SELECT a FROM w)";
	default:
		return "WITH w AS (" + simple(one) + "), v AS (" + simple(other) + ") SELECT 1";
	}
}

/* A DO block: its inner part rolls back, or not. */
std::string
Writer::block()
{
	std::string out = "DO $d$ BEGIN " + simple(table()) + "; BEGIN " + simple(table()) + "; " +
					  (random_.percent(60) ? "RAISE EXCEPTION 'away'; " : "") + "EXCEPTION WHEN OTHERS THEN ";
	return out + (random_.percent(50) ? simple(table()) : std::string("NULL")) + "; END; END $d$";
}

Step
Writer::statement()
{
	int kind = random_.below(100);
	if (kind < 62)
		return {simple(table()), ""};
	if (kind < 69)
		return {merge(), ""};
	if (kind < 76)
		return {on_conflict(), ""};
	if (kind < 86)
		return {two_tables(), ""};
	if (kind < 92)
		return {block(), ""};
	if (kind < 94)
		return {"TRUNCATE " + table().name + " CASCADE", ""};
	const Relation &target = table();
	Relation bare = target;
	if (bare.columns.back().name == "ref")
		bare.columns.pop_back();
	Step step{"COPY " + target.name + " (" + names(target) + ") FROM STDIN", ""};
	for (int i = random_.between(1, 4); i > 0; i--)
		step.copy += copy_line(random_, schema_, bare);
	return step;
}

Transaction
Writer::transaction()
{
	if (random_.percent(25))
		return {statement()};
	Transaction steps;
	steps.push_back({std::string("BEGIN") + (random_.percent(85) ? ""
																 : random_.word({" ISOLATION LEVEL REPEATABLE READ",
																				 " ISOLATION LEVEL SERIALIZABLE"})),
					 ""});
	if (random_.percent(10)) /* views keep to the settings that they were made under */
		steps.push_back({"SET LOCAL TimeZone = 'Asia/Tokyo'", ""});
	bool guarded = random_.percent(60); /* a savepoint before each statement, so that an error does not end it all */
	int depth = 0;
	for (int i = random_.between(1, 6); i > 0; i--)
	{
		if (guarded)
			steps.push_back({"SAVEPOINT guard", ""});
		steps.push_back(statement());
		if (guarded)
			steps.push_back({"RELEASE guard", ""}); /* the runner rolls back to it instead, after an error */
		int after = random_.below(100);
		if (after < 12)
			steps.push_back({"SELECT deltaview.flush()", ""});
		else if (after < 24)
			steps.push_back({"SAVEPOINT s" + std::to_string(++depth), ""});
		else if (after < 34 && depth > 0)
			steps.push_back(
				{"ROLLBACK TO s" + std::to_string(random_.percent(70) ? depth : depth = random_.between(1, depth)),
				 ""});
		else if (after < 40 && depth > 0)
			steps.push_back({"RELEASE s" + std::to_string(depth--), ""});
	}
	steps.push_back({random_.percent(85) ? "COMMIT" : "ROLLBACK", ""});
	return steps;
}

} // namespace fuzz
