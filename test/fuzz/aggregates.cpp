#include "views.hpp"

namespace fuzz {

Ref
ViewMaker::group(const Scope &scope)
{
	const Ref *ref = choose(scope, [](Type type) { return has_order(type) && type != Type::float8; });
	switch (random_.below(6))
	{
	case 0:
		return {"(" + whole(scope) + " % 3)", Type::bigint, false};
	case 1:
		return {"coalesce(" + whole(scope) + ", -1)", Type::bigint, false};
	case 2:
		return {"(" + whole(scope) + " + " + whole(scope) + ")", Type::bigint, false};
	default:
		return ref ? *ref : Ref{"(1 + " + whole(scope) + ")", Type::bigint, false};
	}
}

/* The GROUP BY clause: mostly the plain list, else one of the grouping sets. */
std::string
ViewMaker::group_by(const std::vector<Ref> &groups)
{
	std::string list;
	for (const Ref &ref : groups)
		list += (list.empty() ? "" : ", ") + ref.text;
	if (groups.empty())
		return "";
	if (random_.percent(88))
		return " GROUP BY " + list;
	switch (random_.below(4))
	{
	case 0:
		mark("ROLLUP");
		return " GROUP BY ROLLUP (" + list + ")";
	case 1:
		mark("CUBE");
		return " GROUP BY CUBE (" + list + ")";
	case 2:
		mark("GROUP BY DISTINCT ROLLUP, CUBE");
		return " GROUP BY DISTINCT ROLLUP (" + list + "), CUBE (" + groups[0].text + ")";
	default:
		mark("GROUPING SETS");
		return " GROUP BY GROUPING SETS ((" + groups[0].text + "), (" + list + ")" + random_.word({", ()", ""}) + ")";
	}
}

void
ViewMaker::aggregate(List &list, const Scope &scope, bool additive)
{
	std::string filters;
	if (random_.percent(20))
	{
		mark("FILTER");
		filters = " FILTER (WHERE " + predicate(scope, 1) + ")";
	}
	const Ref *ref = choose(scope, has_extremes);
	int kind = random_.below(additive ? 11 : 19);
	if (kind >= 11)
	{
		Ref rare = kind < 17 ? rare_aggregate(scope, filters) : list_aggregate(scope, filters);
		list.add(rare.text, rare.type);
		return;
	}
	switch (kind)
	{
	case 0:
	case 1:
		list.add("count(*)" + filters, Type::bigint);
		return;
	case 2:
		list.add("count(" + (scope.refs.empty() ? "1" : random_.pick(scope.refs).text) + ")" + filters, Type::bigint);
		return;
	case 3:
	case 4:
		list.add("sum(" + number(scope) + ")" + filters, Type::numeric);
		return;
	case 5:
		list.add("avg(" + number(scope) + ")" + filters, Type::numeric);
		return;
	case 6:
	case 7:
	case 8:
		if (ref != nullptr)
			list.add(random_.word({"min(", "max("}) + ref->text + ")" + filters, ref->type);
		else
			list.add("count(*)", Type::bigint);
		return;
	case 9:
		mark("an expression over aggregates");
		list.add("coalesce(sum(" + number(scope) + ")" + filters + ", 0) * 2 + count(*)", Type::numeric);
		return;
	default:
		mark("an expression over aggregates");
		list.add("round(avg(" + number(scope) + "), 2)", Type::numeric);
		return;
	}
}

/* Those that cannot be folded; none of them depends on the order of the rows. */
Ref
ViewMaker::rare_aggregate(const Scope &scope, const std::string &filters)
{
	const Ref *flag = choose(scope, [](Type type) { return type == Type::boolean; });
	const Ref *real = choose(scope, [](Type type) { return type == Type::float8; });
	std::string x = whole(scope);
	std::string y = number(scope);
	std::string small = "(" + x + " % 8)::int";
	switch (random_.below(15))
	{
	case 0:
		mark("aggregate DISTINCT");
		return {random_.word({"count", "sum", "avg", "max"}) + std::string("(DISTINCT ") + y + ")" + filters,
				Type::numeric};
	case 1:
		return {flag ? random_.word({"bool_and(", "bool_or(", "every("}) + flag->text + ")" + filters
					 : "bool_or(" + x + " > 3)",
				Type::boolean};
	case 2:
		return {"sum(" + x + "::numeric * " + whole(scope) + ")" + filters, Type::numeric};
	case 3:
		if (real != nullptr)
		{
			mark("a float aggregate");
			return {random_.word({"sum(", "avg(", "max("}) + real->text + ")" + filters, Type::float8};
		}
		return {"(max(" + x + ") - min(" + x + "))", Type::bigint};
	case 4:
		mark("stddev, variance");
		return {"round(" + random_.word({"stddev_pop(", "variance(", "var_pop(", "stddev("}) + y + ")" + filters +
					", 4)",
				Type::numeric};
	case 5:
		mark("corr, regr");
		return {"round(" + random_.word({"corr", "regr_slope", "covar_pop"}) + "(" + x + ", " + whole(scope) + ")" +
					filters + "::numeric, 6)",
				Type::numeric};
	case 6:
		mark("bit aggregate");
		return {random_.word({"bit_and(", "bit_or(", "bit_xor("}) + small + ")" + filters, Type::integer};
	case 7:
		mark("WITHIN GROUP");
		return {"percentile_disc(" + random_.word({"0.5", "0.25", "1"}) + ") WITHIN GROUP (ORDER BY " + y + ")" +
					filters,
				Type::numeric};
	case 8:
		mark("WITHIN GROUP");
		return {"percentile_cont(0.5) WITHIN GROUP (ORDER BY " + x + random_.word({"", " DESC"}) + ")" + filters,
				Type::float8};
	case 9:
		mark("WITHIN GROUP");
		return {"mode() WITHIN GROUP (ORDER BY " + word(scope) + ")" + filters, Type::text};
	case 10:
		mark("WITHIN GROUP, hypothetical");
		return {random_.word({"rank", "dense_rank"}) + "(2) WITHIN GROUP (ORDER BY " + x + ")" + filters, Type::bigint};
	case 11:
		mark("an aggregate of the user's");
		return {"parity(" + small + ")" + filters, Type::integer};
	case 12:
		mark("aggregate DISTINCT");
		return {"count(DISTINCT (" + x + ", " + word(scope) + "))" + filters, Type::bigint};
	case 13:
		mark("range_agg");
		return {"range_agg(int4range(" + small + ", " + small + " + 2))" + filters, Type::other};
	default:
		return {"CASE WHEN count(*) > 2 THEN max(" + x + ") ELSE min(" + x + ") END", Type::bigint};
	}
}

/* Those that make lists, with and without an order. */
Ref
ViewMaker::list_aggregate(const Scope &scope, const std::string &filters)
{
	std::string x = whole(scope);
	std::string t = word(scope);
	bool open = random_.percent(30);
	std::string by_x = open ? "" : " ORDER BY " + x + random_.word({"", " DESC", " NULLS FIRST"});
	std::string by_t = open ? "" : " ORDER BY " + t;
	if (open)
		open_order("an aggregate that depends on the order");
	else
		mark("aggregate ORDER BY");
	switch (random_.below(9))
	{
	case 0:
		return {"array_agg(" + x + by_x + ")" + filters, Type::other};
	case 1:
		return {"string_agg(" + t + ", ','" + by_t + ")" + filters, Type::text};
	case 2:
		return {"json_agg(" + x + by_x + ")" + filters, Type::json};
	case 3:
		return {"jsonb_agg(jsonb_build_object('x', " + x + ", 't', " + t + ")" +
					(open ? "" : " ORDER BY " + x + ", " + t) + ")" + filters,
				Type::other};
	case 4:
		return {"jsonb_object_agg(coalesce(" + t + ", '-'), " + x + (open ? "" : " ORDER BY " + x) + ")" + filters,
				Type::other};
	case 5:
		mark("an aggregate of the user's");
		return {"chain(" + t + by_t + ")" + filters, Type::text};
	case 6:
		mark("aggregate DISTINCT");
		return {"string_agg(DISTINCT " + t + ", ',')" + filters, Type::text};
	case 7:
		mark("aggregate DISTINCT");
		return {"array_agg(DISTINCT " + x + (open ? "" : " ORDER BY " + x + " DESC") + ")" + filters, Type::other};
	default:
		return {"array_to_string(array_agg(" + x + by_x + ")" + filters + ", '/')", Type::text};
	}
}

} // namespace fuzz
