#include "views.hpp"

namespace fuzz {

namespace {

/* `left` and `right` side by side, under the FROM text given. */
Scope
both(const Scope &left, const Scope &right, const std::string &from)
{
	Scope scope = left;
	scope.from = from;
	scope.refs.insert(scope.refs.end(), right.refs.begin(), right.refs.end());
	scope.aliases.insert(scope.aliases.end(), right.aliases.begin(), right.aliases.end());
	scope.relations += right.relations;
	return scope;
}

std::string
parenthesized(const Scope &scope)
{
	return scope.relations > 1 ? "(" + scope.from + ")" : scope.from;
}

} // namespace

const Relation &
ViewMaker::source()
{
	const Relation *relation = random_.pick(sources_);
	if (relation->is_view)
		mark(relation->is_plain ? "a plain view as base" : "a maintained view as base");
	return *relation;
}

const Relation *
ViewMaker::table()
{
	std::vector<const Relation *> tables;
	for (const Relation *relation : sources_)
		if (!relation->is_view)
			tables.push_back(relation);
	return tables.empty() ? nullptr : random_.pick(tables);
}

std::string
ViewMaker::alias(Scope &scope, const Relation &relation)
{
	std::string name = "x" + std::to_string(next_alias_++);
	for (const Column &column : relation.columns)
		scope.refs.push_back({name + "." + column.name, column.type});
	if (scope.relations++ == 0)
		for (const std::string &key : relation.key)
			for (const Column &column : relation.columns)
				if (column.name == key)
					scope.key.push_back({name + "." + key, column.type});
	scope.aliases.push_back(name);
	return relation.name + " " + name;
}

std::string
ViewMaker::join_condition(const Scope &left, const Scope &right, bool equality_only)
{
	std::string condition;
	const Ref *a = choose(left, [](Type type) { return type == Type::text; });
	const Ref *b = choose(right, [](Type type) { return type == Type::text; });
	if (a && b && random_.percent(25))
		condition = a->text + " = " + b->text;
	else
		condition = whole(left) + " = " + whole(right);
	if (!equality_only && random_.percent(20))
		condition += " AND " + whole(left) + random_.word({" = ", " <= ", " <> "}) + whole(right);
	if (!equality_only && random_.percent(20))
		condition += " AND " + predicate(random_.percent(50) ? left : right, 1);
	return condition;
}

Scope
ViewMaker::inner(int count)
{
	Scope scope;
	bool comma = random_.percent(30);
	for (int i = 0; i < count; i++)
	{
		Scope one;
		one.from = alias(one, source());
		if (i == 0)
		{
			scope = one;
			continue;
		}
		std::string from = scope.from + ", " + one.from;
		if (comma)
			scope.where.push_back(join_condition(scope, one, false));
		else if (random_.percent(4))
			from = scope.from + " CROSS JOIN " + one.from;
		else
			from = scope.from + " JOIN " + one.from + " ON " + join_condition(scope, one, false);
		scope = both(scope, one, from);
	}
	return scope;
}

Scope
ViewMaker::outer(int count)
{
	if (count == 1)
		return inner(1);
	Scope left = outer(random_.percent(70) ? count - 1 : 1);
	int rest = count - left.relations;
	Scope right = random_.percent(60) ? outer(rest) : inner(rest);
	if (!right.where.empty()) /* comma joins cannot be nested under an outer join as they stand */
		right = outer(1);
	std::string kind =
		random_.word({" LEFT JOIN ", " LEFT JOIN ", " LEFT JOIN ", " RIGHT JOIN ", " FULL JOIN ", " JOIN "});
	return both(left, right,
				left.from + kind + parenthesized(right) + " ON " + join_condition(left, right, kind == " FULL JOIN "));
}

/* --- FROM items of every kind ---------------------------------------------- */

/* A subquery as a FROM item; `before` is "LATERAL " or nothing. */
Scope
ViewMaker::over(const Made &made, const std::string &before)
{
	Scope scope;
	std::string name = "s" + std::to_string(next_alias_++);
	scope.from = before + "(" + made.text + ") " + name;
	for (const Column &column : made.columns)
		scope.refs.push_back({name + "." + column.name, column.type});
	scope.aliases.push_back(name);
	scope.relations = 1;
	return scope;
}

Scope
ViewMaker::cte_item()
{
	Scope scope;
	scope.from = alias(scope, random_.pick(ctes_));
	return scope;
}

Scope
ViewMaker::constants()
{
	mark("VALUES");
	std::string name = "v" + std::to_string(next_alias_++);
	std::string rows;
	for (int i = random_.between(1, 4); i > 0; i--)
		rows += (rows.empty() ? "(" : ", (") + literal_like(Type::integer) + ", " +
				(random_.percent(20) ? "NULL" : literal_like(Type::text)) + ")";
	Scope scope;
	scope.from = "(VALUES " + rows + ") " + name + "(i, w)";
	scope.refs = {{name + ".i", Type::integer}, {name + ".w", Type::text}};
	scope.relations = 1;
	return scope;
}

Scope
ViewMaker::set_returning()
{
	mark("a set-returning function in FROM");
	std::string name = "f" + std::to_string(next_alias_++);
	Scope scope;
	scope.relations = 1;
	scope.refs = {{name + ".i", Type::integer}};
	switch (random_.below(5))
	{
	case 0:
		scope.from = "generate_series(0, " + std::to_string(random_.between(1, 4)) + ") " + name + "(i)";
		break;
	case 1:
		scope.from = "upto(3) " + name + "(i)";
		break;
	case 2:
		scope.from = "unnest(ARRAY[3, 1, NULL, 2]) WITH ORDINALITY " + name + "(i, o)";
		scope.refs.push_back({name + ".o", Type::bigint});
		break;
	case 3:
		scope.from = "ROWS FROM (generate_series(1, 2), unnest(ARRAY['u', 'v', 'w'])) " + name + "(i, w)";
		scope.refs.push_back({name + ".w", Type::text});
		break;
	default:
		scope.from = "jsonb_to_recordset('[{\"i\": 1, \"w\": \"u\"}, {\"i\": 4}]') " + name + "(i int, w text)";
		scope.refs.push_back({name + ".w", Type::text});
		break;
	}
	return scope;
}

/* USING and NATURAL: joins that merge columns. */
Scope
ViewMaker::shared_columns()
{
	std::string kind = random_.word({"", "LEFT ", "RIGHT ", "FULL "});
	const Relation *one = table();
	const Relation *other = table();
	if (one != nullptr && random_.percent(50))
	{
		mark(kind + "JOIN USING");
		Scope left, right;
		left.from = alias(left, *one);
		right.from = alias(right, *other);
		std::string columns = random_.word({"a", "b", "t", "a, b"});
		std::string merged = "u" + std::to_string(next_alias_++);
		Scope scope =
			both(left, right, left.from + " " + kind + "JOIN " + right.from + " USING (" + columns + ") AS " + merged);
		scope.refs.push_back({merged + "." + columns.substr(0, 1), columns == "t" ? Type::text : Type::integer});
		return scope;
	}
	mark("NATURAL " + kind + "JOIN");
	Type type = random_.percent(70) ? Type::integer : Type::text;
	std::string merged = "k" + std::to_string(next_alias_++);
	Scope sides[2];
	for (Scope &side : sides)
	{
		Scope in = inner(random_.percent(80) ? 1 : 2);
		const Ref &more = random_.pick(in.refs);
		std::string name = "n" + std::to_string(next_alias_++);
		std::string column = "m" + std::to_string(next_alias_++);
		side.from = "(SELECT " + (type == Type::text ? word(in) : whole(in)) + " AS " + merged + ", " + more.text +
					" AS " + column + " FROM " + in.from + filter(in, 30) + ") " + name;
		side.refs = {{name + "." + column, more.type}};
		side.aliases = {name};
		side.relations = 1;
	}
	Scope scope = both(sides[0], sides[1], sides[0].from + " NATURAL " + kind + "JOIN " + sides[1].from);
	scope.refs.push_back({merged, type});
	return scope;
}

Scope
ViewMaker::item(int depth)
{
	int kind = random_.below(100);
	if (!ctes_.empty() && kind < 35)
		return cte_item();
	if (depth > 0 && kind < 45 && budget_ > 0)
	{
		mark("a subquery in FROM");
		budget_--;
		return over(query(depth - 1));
	}
	if (kind >= 96)
		return set_returning();
	if (kind >= 92)
		return constants();
	return inner(1);
}

/* `left` with something beside it that looks at it. */
Scope
ViewMaker::with_lateral(Scope left, int depth)
{
	std::string name = "l" + std::to_string(next_alias_++);
	Scope right;
	right.relations = 1;
	switch (budget_ > 0 ? random_.below(6) : 0)
	{
	case 0:
		mark("LATERAL function");
		right.from = "generate_series(1, least(" + whole(left) + ", 3)) " + name + "(i)";
		right.refs = {{name + ".i", Type::bigint}};
		break;
	case 1:
		mark("LATERAL VALUES");
		right.from = "LATERAL (VALUES (" + whole(left) + ", 1), (" + whole(left) + ", 2)) " + name + "(i, o)";
		right.refs = {{name + ".i", Type::bigint}, {name + ".o", Type::integer}};
		break;
	case 2:
		if (const Ref *array = choose(left, [](Type type) { return type == Type::integers; }))
		{
			mark("LATERAL unnest");
			right.from = "unnest(" + array->text + ") WITH ORDINALITY " + name + "(i, o)";
			right.refs = {{name + ".i", Type::integer}, {name + ".o", Type::bigint}};
			break;
		}
		[[fallthrough]];
	default:
		mark("LATERAL subquery");
		budget_--;
		outers_.push_back(&left);
		if (random_.percent(40))
			right = over(query(std::max(depth - 1, 0)), "LATERAL ");
		else
		{
			List list;
			Scope in = inner(random_.between(1, 2));
			std::string where = correlated(left, in);
			if (random_.percent(50))
			{
				for (int i = random_.between(1, 2); i > 0; i--)
					aggregate(list, in);
				right = over({"SELECT " + list.text + " FROM " + in.from + where, list.columns}, "LATERAL ");
			}
			else
			{
				project(list, in, random_.between(1, 3));
				std::string tail = limit(list, in, false);
				right = over({"SELECT " + list.text + " FROM " + in.from + where + tail, list.columns}, "LATERAL ");
			}
		}
		outers_.pop_back();
		break;
	}
	switch (random_.below(3))
	{
	case 0:
		return both(left, right, left.from + " CROSS JOIN " + right.from);
	case 1:
		mark("LEFT JOIN LATERAL");
		return both(left, right,
					left.from + " LEFT JOIN " + right.from + " ON " +
						(random_.percent(60) ? "true" : predicate(right, 1)));
	default:
		return both(left, right,
					left.from + " JOIN " + right.from + " ON " +
						(random_.percent(60) ? "true" : join_condition(left, right, false)));
	}
}

Scope
ViewMaker::joined(Scope left, int depth)
{
	if (random_.percent(15))
		return with_lateral(left, depth);
	bool nested = depth > 0 && random_.percent(20);
	Scope right = nested ? tree(depth - 1) : item(depth);
	if (nested && right.relations > 1)
		mark("a nested join");
	std::string kind = random_.word({"JOIN", "JOIN", "JOIN", "LEFT JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"});
	if (random_.percent(3))
	{
		mark("CROSS JOIN");
		return both(left, right, left.from + " CROSS JOIN " + parenthesized(right));
	}
	mark(kind);
	std::string on = join_condition(left, right, kind == "FULL JOIN");
	if (kind != "FULL JOIN" && random_.percent(8))
	{
		mark("a join without equality");
		on = whole(left) + random_.word({" < ", " <> ", " > "}) + whole(right) + " AND " + whole(left) + " IN (1, 2)";
	}
	Scope scope = both(left, right, "");
	if (kind != "FULL JOIN" && budget_ > 0 && random_.percent(10))
	{
		mark("a subquery in ON");
		on += " AND " + subquery_condition(random_.percent(50) ? right : scope);
	}
	scope.from = left.from + " " + kind + " " + parenthesized(right) + " ON " + on;
	return scope;
}

/* A FROM clause of one or a few items. */
Scope
ViewMaker::tree(int depth)
{
	Scope scope = random_.percent(8) ? shared_columns() : item(depth);
	for (int i = random_.word({"0", "1", "1", "2"})[0] - '0'; i > 0 && scope.relations < 4; i--)
		scope = joined(scope, depth);
	return scope;
}

} // namespace fuzz
