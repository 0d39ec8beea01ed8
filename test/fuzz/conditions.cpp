#include "views.hpp"

namespace fuzz {

std::string
ViewMaker::filter(const Scope &scope, int percent)
{
	std::string out;
	for (const std::string &one : scope.where)
		out += (out.empty() ? " WHERE " : " AND ") + one;
	if (random_.percent(percent))
		out += (out.empty() ? " WHERE " : " AND ") + predicate(scope);
	return out;
}

/* " WHERE" clause that ties the inside to the outside, mostly by one equality. */
std::string
ViewMaker::correlated(const Scope &outside, Scope &inside)
{
	std::string on = join_condition(outside, inside, random_.percent(60));
	inside.where.push_back(on);
	return filter(inside, 25);
}

/* A condition with subqueries, alone or in a tree of AND, OR and NOT; "" for none. */
std::string
ViewMaker::condition(const Scope &scope, int percent)
{
	if (budget_ <= 0 || !random_.percent(percent))
		return random_.percent(35) ? predicate(scope) : "";
	std::string one = subquery_condition(scope);
	switch (random_.below(6))
	{
	case 0:
		mark("a subquery under OR");
		return "(" + one + " OR " + predicate(scope, 1) + ")";
	case 1:
		mark("a subquery under NOT");
		return "NOT (" + one + random_.word({" AND ", " OR "}) + predicate(scope, 1) + ")";
	case 2:
		return one + " AND " + (budget_ > 0 ? subquery_condition(scope) : predicate(scope, 1));
	case 3:
		mark("a subquery under CASE");
		return "CASE WHEN " + predicate(scope, 1) + " THEN " + one + " ELSE " + predicate(scope, 1) + " END";
	default:
		return one;
	}
}

/* What ties the inside of a subquery to one of the blocks around it. */
std::string
ViewMaker::tie(const Scope &inside)
{
	if (outers_.empty())
		return predicate(inside, 1);
	size_t at = outers_.size() - 1;
	if (at > 0 && random_.percent(25))
	{
		mark("a correlation over two levels");
		at--;
	}
	return join_condition(*outers_[at], inside, random_.percent(60));
}

/* The text of a subquery with these output types; `tied` is how often it looks out, `bounded` that it may be cut. */
std::string
ViewMaker::body(const std::vector<Type> &types, int tied, bool bounded)
{
	bool deep = budget_ > 0 && random_.percent(25);
	Scope in;
	if (deep && random_.percent(60))
	{
		mark("a subquery over a query in FROM");
		budget_--;
		in = over(query(1));
	}
	else
		in = deep ? tree(1) : inner(random_.percent(75) ? 1 : 2);
	if (random_.percent(tied))
		in.where.push_back(tie(in));
	if (std::string more = condition(in, 12); !more.empty())
		in.where.push_back(more);
	List list;
	for (Type type : types)
		list.add(value(in, type), type);
	std::string text =
		"SELECT " + (types.empty() ? random_.word({"1", ""}) : list.text) + " FROM " + in.from + filter(in, 15);
	if (types.empty())
	{
		if (random_.percent(15))
		{
			mark("EXISTS over a grouped query");
			return text.replace(7, text.find(" FROM ") - 7, "1") + " GROUP BY " + whole(in) + " % 3 HAVING " +
				   having(in, {});
		}
		return text;
	}
	int kind = random_.below(100);
	if (kind < 15)
	{
		mark("a subquery that groups, with HAVING");
		std::string groups;
		for (const std::string &one : list.expressions)
			groups += (groups.empty() ? " GROUP BY " : ", ") + one;
		return text + groups + " HAVING " + having(in, {});
	}
	if (kind < 22)
	{
		mark("a subquery that is a set operation");
		return text + random_.word({" UNION ", " UNION ALL ", " EXCEPT ", " INTERSECT "}) + body(types, tied, false);
	}
	if (kind < 27 && bounded)
	{
		mark("a subquery with LIMIT");
		return text + " ORDER BY " + ordered(list) + " LIMIT " + std::to_string(random_.between(1, 3));
	}
	return kind < 32 ? text.insert(6, " DISTINCT") : text;
}

std::string
ViewMaker::subquery(const Scope &outside, const std::vector<Type> &types, int tied)
{
	Scope seen;
	for (const Ref &ref : outside.refs)
		if (ref.visible)
			seen.refs.push_back(ref);
	budget_--;
	outers_.push_back(&seen);
	std::string text = body(types, tied, true);
	outers_.pop_back();
	return "(" + text + ")";
}

std::string
ViewMaker::subquery_condition(const Scope &scope)
{
	Type type = random_.percent(70) ? Type::integer : random_.percent(60) ? Type::text : Type::date;
	std::string x = value(scope, type);
	std::string two = "(" + x + ", " + whole(scope) + ")";
	std::string kind =
		random_.word({"EXISTS", "EXISTS", "NOT EXISTS", "NOT EXISTS", "IN", "IN", "NOT IN", "ANY", "ALL", "IN, rows",
					  "NOT IN, rows", "ANY, rows", "a scalar subquery", "a row of a subquery", "ANY of an ARRAY"});
	mark(kind + (kind[0] >= 'a' ? " in a condition" : ""));
	if (kind == "EXISTS" || kind == "NOT EXISTS")
		return kind + " " + subquery(scope, {}, 90);
	if (kind == "IN" || kind == "NOT IN")
		return x + " " + kind + " " + subquery(scope, {type}, 30);
	if (kind == "ANY" || kind == "ALL")
		return x + random_.word({" > ", " = ", " <> ", " <= "}) + kind + " " + subquery(scope, {type}, 50);
	if (kind == "IN, rows" || kind == "NOT IN, rows")
		return two + (kind[0] == 'I' ? " IN " : " NOT IN ") + subquery(scope, {type, Type::integer}, 30);
	if (kind == "ANY, rows")
		return two + random_.word({" > ANY ", " = ANY ", " < ALL ", " <> ALL "}) +
			   subquery(scope, {type, Type::integer}, 40);
	if (kind == "ANY of an ARRAY")
		return x + " = ANY (ARRAY " + subquery(scope, {type}, 50) + ")";
	if (kind == "a row of a subquery")
	{
		std::string inside = subquery(scope, {Type::integer, Type::integer}, 50);
		return "(" + whole(scope) + ", " + whole(scope) + ")" + random_.word({" = ", " < ", " >= "}) +
			   "(SELECT min(q.c1), max(q.c2) FROM " + inside + " q)";
	}
	return number(scope) + random_.word({" < ", " >= ", " = ", " <> ", " IS DISTINCT FROM "}) + scalar(scope, 55).text;
}

/* A subquery that gives one number. */
Ref
ViewMaker::scalar(const Scope &outside, int tied)
{
	Scope seen;
	for (const Ref &ref : outside.refs)
		if (ref.visible)
			seen.refs.push_back(ref);
	budget_--;
	outers_.push_back(&seen);
	bool look = random_.percent(tied);
	mark(look ? "a correlated scalar subquery" : "an uncorrelated scalar subquery");
	Scope in;
	if (budget_ > 0 && random_.percent(25))
	{
		mark("a scalar subquery over a query in FROM");
		budget_--;
		in = over(query(1));
	}
	else
		in = inner(random_.between(1, 2));
	if (look)
		in.where.push_back(tie(in));
	if (std::string more = condition(in, 12); !more.empty())
		in.where.push_back(more);
	std::string x = number(in);
	std::string text;
	if (random_.percent(15))
	{
		mark("a scalar subquery with LIMIT");
		text = "SELECT " + x + " AS c1 FROM " + in.from + filter(in, 20) + " ORDER BY c1" +
			   random_.word({"", " DESC"}) + " LIMIT 1";
	}
	else
	{
		std::string what = random_.word({"count(*", "sum(", "max(", "min(", "avg(", "count("});
		text = "SELECT " + what + (what.back() == '*' ? "" : x) + ")" + random_.word({"", "", " * 0.5", " + 1"}) +
			   " FROM " + in.from + filter(in, 20);
	}
	outers_.pop_back();
	return {"(" + text + ")", Type::numeric, false};
}

/* A value of the select list that needs a subquery. */
Ref
ViewMaker::subquery_value(const Scope &scope)
{
	switch (random_.below(7))
	{
	case 0:
		mark("a subquery's condition in the select list");
		return {"(" + subquery_condition(scope) + ")", Type::boolean, false};
	case 1:
		mark("ARRAY of a subquery");
		if (random_.percent(70))
			return {"ARRAY(SELECT q.c1 FROM " + subquery(scope, {Type::integer}, 70) + " q ORDER BY q.c1)",
					Type::integers, false};
		open_order("ARRAY of a subquery without an order");
		return {"ARRAY" + subquery(scope, {Type::integer}, 70), Type::integers, false};
	case 2:
		return {"coalesce(" + scalar(scope, 75).text + ", 0)", Type::numeric, false};
	case 3:
		return {"CASE WHEN " + subquery_condition(scope) + " THEN " + whole(scope) + " ELSE -1 END", Type::bigint,
				false};
	case 4:
		mark("a document of a subquery");
		return {"(SELECT jsonb_agg(to_jsonb(q) ORDER BY q.c1, q.c2) FROM " +
					subquery(scope, {Type::integer, Type::text}, 80) + " q)",
				Type::other, false};
	default:
		return scalar(scope, 75);
	}
}

} // namespace fuzz
