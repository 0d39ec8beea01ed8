#include "schema.hpp"

namespace fuzz {

const char *
declaration(Type type)
{
	switch (type)
	{
	case Type::integer:
		return "int";
	case Type::bigint:
		return "bigint";
	case Type::numeric:
		return "numeric";
	case Type::decimal:
		return "numeric(8,2)";
	case Type::text:
		return "text";
	case Type::date:
		return "date";
	case Type::instant:
		return "timestamptz";
	case Type::boolean:
		return "boolean";
	case Type::float8:
		return "float8";
	case Type::mood:
		return "mood";
	case Type::integers:
		return "int[]";
	case Type::jsonb:
		return "jsonb";
	default:
		return "json";
	}
}

namespace {

std::string
declared(const Column &column)
{
	return column.declared.empty() ? declaration(column.type) : column.declared;
}

bool
is_key(const Relation &table, const Column &column)
{
	for (const std::string &key : table.key)
		if (key == column.name)
			return true;
	return false;
}

/* A value of a type that is only carried along. */
std::string
other(Random &random, const std::string &type)
{
	if (type == "uuid")
		return random.word({"00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000002"});
	if (type == "int4range")
		return random.word({"[1,3)", "[2,5)", "empty"});
	if (type == "interval")
		return random.word({"1 day", "24 hours", "1 month"});
	if (type == "inet")
		return random.word({"10.0.0.1", "10.0.0.0/8"});
	return random.word({"(1,2)", "(0,0)"}); /* point */
}

/* The bare value, without quotes; "\\N" is NULL. */
std::string
bare(Random &random, const Column &column)
{
	if (column.nullable && random.percent(15))
		return "\\N";
	if (!column.declared.empty() && (column.type == Type::other || column.type == Type::json))
		return other(random, column.declared);
	switch (column.type)
	{
	case Type::integer:
		return std::to_string(random.below(random.percent(80) ? 6 : 60));
	case Type::bigint:
		return random.percent(10) ? "10000000000" : std::to_string(random.below(5));
	case Type::numeric:
		return random.percent(1) ? "NaN" : random.word({"0", "1.5", "1.50", "2.25", "-3", "10", "0.001"});
	case Type::decimal:
		return random.word({"0", "1.50", "2.25", "-3", "10.10"});
	case Type::text:
		return random.word({"u", "v", "w", "it's", "", "Zed", "u"});
	case Type::date:
		return "2024-01-0" + std::to_string(random.between(1, 6));
	case Type::boolean:
		return random.word({"t", "f"});
	case Type::float8:
		/* sums of these are exact, in whatever order they are made */
		return random.percent(2) ? "Infinity" : random.word({"0.5", "0.25", "-7.5", "300000", "0.125"});
	case Type::instant:
		return "2024-01-0" + std::to_string(random.between(1, 4)) + random.word({" 00:30:00+00", " 22:15:00+00"});
	case Type::mood:
		return random.word({"bad", "ok", "good"});
	case Type::integers:
		return random.word({"{}", "{1}", "{1,2}", "{2,1,3}", "{NULL,4}"});
	case Type::jsonb:
		return random.word({"{\"a\": 1}", "[1, 2]", "null", "{\"a\": 2, \"b\": [1]}", "\"x\""});
	default:
		return random.word({"{\"a\": 1}", "[1, 2]", "null", "{\"a\":1}", "\"x\""});
	}
}

std::string
quoted(const std::string &value)
{
	if (value == "\\N")
		return "NULL";
	std::string out = "'";
	for (char c : value)
		out += c == '\'' ? std::string("''") : std::string(1, c);
	return out + "'";
}

std::string
key_value(Random &random, Schema &schema, const Relation &table, const Column &column)
{
	bool first = column.name == table.key.front();
	if (table.key.size() > 1)
		return std::to_string(first ? random.below(12) : random.below(8));
	/* mostly a new key; now and then one that may exist */
	long key = random.percent(80) ? schema.next_key++ : 1 + random.below(static_cast<int>(schema.next_key));
	return (column.type == Type::text ? "k" : "") + std::to_string(key);
}

/* Columns that a table may have or not, beside a, b and t. */
void
add_columns(Random &random, Relation &table)
{
	static const struct
	{
		int percent;
		Column column;
	} optional[] = {
		{40, {"big", Type::bigint, true, ""}},    {50, {"n", Type::numeric, true, ""}},
		{30, {"dec", Type::decimal, true, ""}},   {20, {"s", Type::integer, true, "smallint"}},
		{40, {"d", Type::date, true, ""}},        {25, {"j", Type::json, true, ""}},
		{25, {"f", Type::float8, true, ""}},      {40, {"flag", Type::boolean, true, ""}},
		{25, {"ts", Type::instant, true, ""}},    {20, {"m", Type::mood, true, ""}},
		{20, {"arr", Type::integers, true, ""}},  {20, {"jb", Type::jsonb, true, ""}},
		{15, {"c", Type::text, true, "char(4)"}},
	};
	for (const auto &one : optional)
		if (random.percent(one.percent))
			table.columns.push_back(one.column);
	if (random.percent(10))
		table.columns.push_back({"o", Type::other, true, random.word({"uuid", "int4range", "interval", "inet"})});
	if (random.percent(5))
		table.columns.push_back({"p", Type::json, true, "point"});
}

void
make_trigger(Random &random, Schema &schema)
{
	/* writes a table without key, from a table before it: no recursion */
	for (size_t from = 0; from + 1 < schema.tables.size(); from++)
	{
		size_t to = from + 1 + static_cast<size_t>(random.below(static_cast<int>(schema.tables.size() - from - 1)));
		if (!schema.tables[to].key.empty())
			continue;
		std::string when = random.word({"BEFORE", "AFTER"});
		schema.setup.push_back("CREATE FUNCTION trg() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO " +
							   schema.tables[to].name + " (a, b, t) VALUES (NEW.b, NEW.a, NEW.t); RETURN NEW; END $$");
		schema.setup.push_back("CREATE TRIGGER trg " + when + " " +
							   random.word({"INSERT", "UPDATE", "INSERT OR UPDATE"}) + " ON " +
							   schema.tables[from].name + " FOR EACH ROW EXECUTE FUNCTION trg()");
		return;
	}
}

} // namespace

std::string
literal(Random &random, const Column &column)
{
	std::string value = quoted(bare(random, column));
	return value + "::" + declared(column);
}

std::string
row(Random &random, Schema &schema, const Relation &table)
{
	std::string out;
	for (const Column &column : table.columns)
		out += (out.empty() ? "" : ", ") +
			   quoted(is_key(table, column) ? key_value(random, schema, table, column) : bare(random, column));
	return "(" + out + ")";
}

std::string
copy_line(Random &random, Schema &schema, const Relation &table)
{
	std::string out;
	for (const Column &column : table.columns)
		out += (&column == &table.columns.front() ? "" : "\t") +
			   (is_key(table, column) ? key_value(random, schema, table, column) : bare(random, column));
	return out + "\n";
}

Schema
make_schema(Random &random)
{
	Schema schema;
	schema.setup = {
		"CREATE TYPE mood AS ENUM ('bad', 'ok', 'good')",
		"CREATE FUNCTION half(int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT $1 / 2'",
		"CREATE FUNCTION upto(int) RETURNS SETOF int IMMUTABLE LANGUAGE sql AS 'SELECT generate_series(1, least($1, 3))'",
		"CREATE AGGREGATE parity(int) (SFUNC = int4xor, STYPE = int, INITCOND = '0')",
		"CREATE AGGREGATE chain(text) (SFUNC = textcat, STYPE = text, INITCOND = '')",
	};
	int count = random.between(4, 6);
	int indexed = random.percent(50) ? 100 : 40; /* of the columns: deltas of joins want one for each table */
	std::string parent;
	for (int i = 0; i < count; i++)
	{
		Relation table;
		table.name = "t" + std::to_string(i);
		std::string constraint;
		int kind = i == 0 ? 1 : i == 1 ? 0 : random.below(5);
		if (kind == 1 || kind == 4)
			table.key = {"id"};
		else if (kind == 2)
			table.key = {"k1", "k2"};
		else if (kind == 3)
			table.key = {"tk"};
		for (const std::string &key : table.key)
			table.columns.push_back({key, key == "tk" ? Type::text : Type::integer, false, ""});
		table.columns.push_back({"a", Type::integer, random.percent(75), ""});
		table.columns.push_back({"b", Type::integer, random.percent(75), ""});
		table.columns.push_back({"t", Type::text, true, ""});
		add_columns(random, table);

		std::string ddl;
		for (const Column &column : table.columns)
			ddl += (ddl.empty() ? "" : ", ") + column.name + " " + declared(column) +
				   (column.nullable || is_key(table, column) ? "" : " NOT NULL");
		if (!table.key.empty())
			ddl += ", PRIMARY KEY (" + table.key[0] + (table.key.size() > 1 ? ", " + table.key[1] : "") + ")";
		/* a NULL reference column: filled by UPDATE only, so that inserts need no parent */
		if (!parent.empty() && i == count - 1 && random.percent(50))
			ddl += ", ref int REFERENCES " + parent + " ON DELETE " + random.word({"CASCADE", "SET NULL"}) +
				   " ON UPDATE CASCADE" + random.word({"", " DEFERRABLE INITIALLY DEFERRED"});
		if (table.key == std::vector<std::string>{"id"} && parent.empty())
			parent = table.name;
		schema.setup.push_back("CREATE TABLE " + table.name + " (" + ddl + ")");
		for (const Column &column : table.columns)
			if ((column.type == Type::integer || column.type == Type::text) && random.percent(indexed))
				schema.setup.push_back("CREATE INDEX ON " + table.name + " (" + column.name +
									   random.word({"", "", ", b", " DESC"}) + ")");
		schema.tables.push_back(table);
		bool refers = ddl.find(" ref int ") != std::string::npos;

		std::string rows;
		std::string columns;
		for (const Column &column : table.columns)
			columns += (columns.empty() ? "" : ", ") + column.name;
		for (int r = random.between(0, 14); r >= 0; r--)
			rows += (rows.empty() ? "" : ", ") + row(random, schema, table);
		schema.setup.push_back("INSERT INTO " + table.name + " (" + columns + ") VALUES " + rows +
							   " ON CONFLICT DO NOTHING");
		if (refers)
		{
			schema.setup.push_back("UPDATE " + table.name + " SET ref = (SELECT min(id) FROM " + parent +
								   " WHERE id % 3 = coalesce(" + table.name + ".a, 0) % 3)");
			schema.tables.back().columns.push_back({"ref", Type::integer, true, ""});
		}
	}
	if (random.percent(25))
		make_trigger(random, schema);
	return schema;
}

} // namespace fuzz
