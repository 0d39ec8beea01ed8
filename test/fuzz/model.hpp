#pragma once

/* What a run consists of: tables, views, transactions; all of it can be printed and replayed. */
#include <set>
#include <string>
#include <vector>

namespace fuzz {

enum class Type {
	integer,
	bigint,
	numeric,
	decimal, /* numeric of a fixed scale */
	text,
	date,
	instant, /* timestamptz */
	boolean,
	float8,
	mood,     /* an enum of the schema */
	integers, /* an array */
	jsonb,
	json,  /* has no equality, is compared as text */
	other, /* has equality, is only ever carried along */
};

const char *declaration(Type type);

inline bool
has_order(Type type)
{
	return type != Type::json && type != Type::other;
}
inline bool
has_extremes(Type type)
{
	return has_order(type) && type != Type::boolean && type != Type::jsonb;
}
inline bool
is_whole(Type type)
{
	return type == Type::integer || type == Type::bigint;
}
inline bool
is_number(Type type)
{
	return is_whole(type) || type == Type::numeric || type == Type::decimal;
}

struct Column
{
	std::string name;
	Type type;
	bool nullable = true;
	std::string declared; /* the type's name, where the kind does not say it */
};

/* A table, or a view that later views read. */
struct Relation
{
	std::string name;
	std::vector<Column> columns;
	std::vector<std::string> key;
	bool is_view = false;
	bool is_plain = false; /* an ordinary view */
	bool on_statement = false;
};

struct View
{
	Relation relation;
	std::string query;
	std::string shape;
	bool exact = true; /* the text has one right answer, so the fuzzer may compare by itself */
	std::set<std::string> constructs;

	std::string create() const
	{
		return "SELECT deltaview.create_view('" + relation.name + "', $q$" + query + "$q$, refresh => '" +
			   (relation.on_statement ? "on statement" : "on commit") + "')";
	}
};

struct Step
{
	std::string sql;
	std::string copy; /* the data of a COPY FROM STDIN */
};

using Transaction = std::vector<Step>;

/* All that happened in one schema, in order. */
struct History
{
	std::vector<std::string> setup;
	std::vector<View> views;
	std::vector<Transaction> transactions;
};

struct Failure
{
	enum Kind { none, difference, error, crash } kind = none;
	std::string view;  /* of a difference */
	std::string state; /* SQLSTATE of an error */
	std::string text;
};

} // namespace fuzz
