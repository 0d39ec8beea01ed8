#include "views.hpp"

namespace fuzz {

/* A frame clause, or nothing: the default one. */
std::string
ViewMaker::frame(const std::string &order, Type type, bool &by_rows)
{
	by_rows = false;
	if (random_.percent(45))
		return "";
	std::string mode = random_.word({"ROWS", "RANGE", "GROUPS"});
	if (mode == "GROUPS" && order.empty())
		mode = "ROWS";
	by_rows = mode == "ROWS";
	/* RANGE counts in values, of one column that has a distance */
	std::string one =
		mode != "RANGE" ? std::to_string(random_.between(0, 2))
		: order.find(',') == std::string::npos && !order.empty() && is_number(type)    ? random_.word({"1", "2"})
		: order.find(',') == std::string::npos && !order.empty() && type == Type::date ? "interval '1 day'"
																					   : "";
	std::string from = one.empty() ? random_.word({"UNBOUNDED PRECEDING", "CURRENT ROW"})
								   : random_.word({"UNBOUNDED PRECEDING", "CURRENT ROW", "? PRECEDING", "? PRECEDING"});
	std::string to = one.empty() ? random_.word({"CURRENT ROW", "UNBOUNDED FOLLOWING"})
								 : random_.word({"CURRENT ROW", "UNBOUNDED FOLLOWING", "? FOLLOWING", "? FOLLOWING"});
	for (std::string *end : {&from, &to})
		if ((*end)[0] == '?')
			end->replace(0, 1, one);
	std::string exclude =
		random_.percent(70) ? "" : random_.word({" EXCLUDE CURRENT ROW", " EXCLUDE GROUP", " EXCLUDE TIES"});
	mark("a frame in " + mode + (one.empty() ? "" : ", by distance"));
	if (!exclude.empty())
		mark("a frame that excludes");
	return " " + mode + " BETWEEN " + from + " AND " + to + exclude;
}

/*
 * A window function over the scope; `parts` are what its PARTITION BY takes some of.  Two windows may tell the same
 * rows of a table without key apart in different ways: so one of a block alone may be `open`.
 */
Ref
ViewMaker::window(const Scope &scope, const std::vector<Ref> &parts, bool &open)
{
	std::string spec;
	for (const Ref &part : parts)
		if (random_.percent(85))
			spec += (spec.empty() ? "PARTITION BY " : ", ") + part.text;
	if (spec.empty())
		mark("a window without PARTITION BY");
	const Ref *by = choose(scope, [](Type type) { return has_order(type) && type != Type::float8; });
	std::string order;
	if (by != nullptr && random_.percent(80))
		order = by->text + random_.word({"", " DESC", " NULLS FIRST"});
	if (!order.empty() && random_.percent(25))
		order += ", " + whole(scope);
	Type type = by ? by->type : Type::integer;
	std::string x = whole(scope);
	std::string over = " OVER (" + spec + (order.empty() ? "" : (spec.empty() ? "ORDER BY " : " ORDER BY ") + order);
	bool by_rows = false;
	int kind = open ? 2 : random_.below(10);
	if (kind < 2)
	{
		open = true;
		open_order("row_number, ntile, lag, lead");
		std::string what = random_.word({"row_number()", "ntile(3)", "lag(", "lead("});
		return {what.back() == '(' ? what + x + random_.word({"", ", 2"}) + ")" + over + ")" : what + over + ")",
				Type::bigint};
	}
	if (kind < 4)
	{
		mark("rank, dense_rank, cume_dist");
		std::string what = random_.word({"rank()", "dense_rank()", "cume_dist()", "percent_rank()"});
		return {what + over + ")", what[0] == 'c' || what[0] == 'p' ? Type::float8 : Type::bigint};
	}
	std::string range = frame(order, type, by_rows);
	if (kind < 6)
	{
		open = true;
		open_order("first_value, last_value, nth_value");
		std::string what = random_.word({"first_value(", "last_value(", "nth_value("});
		return {what + x + (what[0] == 'n' ? ", 2)" : ")") + over + range + ")", Type::bigint};
	}
	if (by_rows)
	{
		open = true;
		open_order("an aggregate over a frame in ROWS");
	}
	if (kind == 9 && random_.percent(50))
	{
		open = true;
		open_order("a list over a window");
		return {random_.word({"array_agg(", "jsonb_agg("}) + x + ")" + over + range + ")", Type::other};
	}
	mark("an aggregate over a window");
	std::string filters = random_.percent(15) ? " FILTER (WHERE " + predicate(scope, 1) + ")" : "";
	std::string what = random_.word({"sum(", "count(", "min(", "max(", "avg(", "count(*"});
	return {what + (what == "count(*" ? "" : number(scope)) + ")" + filters + over + range + ")", Type::numeric};
}

} // namespace fuzz
