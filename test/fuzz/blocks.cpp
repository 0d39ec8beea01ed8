#include "views.hpp"

namespace fuzz {

/* ORDER BY and how many rows it lets through. */
std::string
ViewMaker::limit(List &list, const Scope &scope, bool own_columns_only)
{
	std::string order = ordered(list);
	bool total = order.size() > 0;
	for (const Column &column : list.columns)
		total = total && has_order(column.type);
	const Ref *by = own_columns_only ? nullptr : choose(scope, has_order);
	if (by != nullptr && random_.percent(35))
	{
		order = by->text + random_.word({"", " DESC", " DESC NULLS LAST"});
		total = false;
	}
	else if (order.empty())
		return "";
	else
		order += random_.word({"", " DESC"});
	std::string count = std::to_string(random_.between(1, 6));
	if (random_.percent(20))
	{
		mark("FETCH WITH TIES");
		return " ORDER BY " + order + " FETCH FIRST " + count + " ROWS WITH TIES";
	}
	if (!total)
		open_order("LIMIT among equals");
	if (budget_ > 0 && random_.percent(5))
	{
		mark("LIMIT by a subquery");
		budget_--;
		const Relation &relation = source();
		count = "(SELECT count(*) % 5 FROM " + relation.name + ")";
	}
	std::string offset = random_.percent(25) ? " OFFSET " + std::to_string(random_.between(1, 3)) : "";
	mark(offset.empty() ? "LIMIT" : "OFFSET");
	if (random_.percent(10))
		return " ORDER BY " + order + offset;
	return " ORDER BY " + order + " LIMIT " + count + offset;
}

/* A block without GROUP BY: DISTINCT, windows, subqueries and set-returning functions in the select list, LIMIT. */
Made
ViewMaker::plain_block(const Scope &scope)
{
	List list;
	if (random_.percent(50))
		keys(list, scope);
	bool distinct = random_.percent(20);
	bool on = distinct && random_.percent(35);
	bool limited = !on && random_.percent(18);
	bool windowed = !on && random_.percent(22);
	for (int i = random_.between(1, 4); i > 0; i--)
	{
		Ref ref = group(scope);
		list.add(ref.text, ref.type);
	}
	if (!distinct)
		project(list, scope, random_.between(0, 2));
	if (!distinct && !scope.aliases.empty() && random_.percent(5))
	{
		mark("a whole row");
		list.add("to_jsonb(" + random_.pick(scope.aliases) + ")", Type::other);
	}
	bool open = false;
	for (int i = random_.between(1, 2); windowed && i > 0; i--)
	{
		std::vector<Ref> parts;
		if (random_.percent(80))
			parts.push_back(group(scope));
		Ref ref = window(scope, parts, open);
		list.add(ref.text, ref.type);
	}
	if (windowed)
		mark("windows");
	if (budget_ > 0 && random_.percent(25))
	{
		Ref ref = subquery_value(scope);
		list.add(ref.text, ref.type);
	}
	if (!on && random_.percent(4))
	{
		mark("a set-returning function in SELECT");
		list.add(random_.percent(50) ? "generate_series(1, least(" + whole(scope) + ", 3))" : "unnest(ARRAY[1, 2])",
				 Type::bigint);
	}
	std::string text = "SELECT ";
	if (distinct)
	{
		mark(on ? "DISTINCT ON" : "DISTINCT");
		text += on ? "DISTINCT ON (" + list.expressions[0] + ") " : "DISTINCT ";
	}
	std::string more = condition(scope, 30);
	text += list.text + " FROM " + scope.from + filter(scope, more.empty() ? 20 : 0);
	if (!more.empty())
		text += (scope.where.empty() ? " WHERE " : " AND ") + more;
	if (on)
		text += " ORDER BY " +
				(random_.percent(60) ? ordered(list) : (open_order("DISTINCT ON among equals"), list.expressions[0]));
	else if (limited)
		text += limit(list, scope, distinct);
	return {text, list.columns};
}

/* A condition on groups: `groups` holds what they may be named by. */
std::string
ViewMaker::having(const Scope &scope, const Scope &groups)
{
	std::string x = whole(scope);
	std::string sum = random_.word({"sum(", "max(", "avg("}) + number(scope) + ")";
	mark("HAVING");
	switch (random_.below(budget_ > 0 ? 9 : 4))
	{
	case 0:
		return "count(*) > 1";
	case 1:
		return "count(*) % 2 = 0 OR sum(" + x + ") > 4";
	case 2:
		return "count(DISTINCT " + x + ") > 1";
	case 3:
		return sum + " IS NOT NULL";
	case 4:
	case 5:
		mark("HAVING against a scalar subquery");
		return sum + random_.word({" > ", " <= ", " = "}) + scalar(groups, groups.refs.empty() ? 0 : 30).text;
	case 6:
		mark("HAVING with a subquery's condition");
		return groups.refs.empty() ? "max(" + x + ") IN " + subquery(groups, {Type::integer}, 0)
								   : subquery_condition(groups);
	case 7:
	{
		mark("an outer aggregate in a subquery");
		budget_--;
		Scope in = inner(1);
		return "EXISTS (SELECT 1 FROM " + in.from + " WHERE " + whole(in) + " < max(" + x + "))";
	}
	default:
	{
		/* the share of a whole: the groups of the same query, aggregated */
		mark("HAVING against an aggregate of aggregates");
		Scope in = over(query(0));
		return sum + " >= (SELECT " + random_.word({"max(", "avg(", "min("}) + number(in) + ") FROM " + in.from + ")";
	}
	}
}

Made
ViewMaker::grouped_block(const Scope &scope, int depth)
{
	List list;
	std::vector<Ref> groups;
	for (int i = random_.percent(20) ? 0 : random_.between(1, 2); i > 0; i--)
		groups.push_back(group(scope));
	Scope after; /* what may be said once there are groups */
	after.refs = groups;
	std::string by = group_by(groups);
	bool sets = by.find('(') != std::string::npos && by.find("GROUP BY (") == std::string::npos &&
				by.find("coalesce") == std::string::npos;
	for (const Ref &ref : groups)
		if (random_.percent(92))
			list.add(ref.text, ref.type);
	for (int i = random_.between(groups.empty() ? 1 : 0, 3); i > 0; i--)
	{
		List one;
		aggregate(one, scope);
		after.refs.push_back({one.expressions[0], one.columns[0].type, false});
		list.add(one.expressions[0], one.columns[0].type);
	}
	if (sets && random_.percent(60))
		list.add("GROUPING(" + groups[0].text + ")", Type::integer);
	if (budget_ > 0 && random_.percent(8))
	{
		mark("an aggregate of a subquery");
		list.add("sum(" + scalar(scope, 80).text + ")", Type::numeric);
	}
	bool windowed = !after.refs.empty() && random_.percent(15);
	if (windowed)
	{
		mark("a window over groups");
		std::vector<Ref> parts;
		if (!groups.empty() && random_.percent(70))
			parts.push_back(random_.pick(groups));
		bool open = false;
		Ref ref = window(after, parts, open);
		list.add(ref.text, ref.type);
	}
	if (!groups.empty() && random_.percent(15))
		project(list, after, 1);
	if (budget_ > 0 && random_.percent(10))
	{
		mark("a subquery beside aggregates");
		Ref ref = subquery_value(after);
		list.add(ref.text, ref.type);
	}
	if (list.columns.empty())
		list.add("count(*)", Type::bigint);
	std::string more = condition(scope, 25);
	if (!more.empty() && more.find("SELECT") != std::string::npos)
		mark("a subquery's condition under GROUP BY");
	if (scope.from.find("LEFT JOIN") != std::string::npos)
		mark("LEFT JOIN under GROUP BY");
	bool distinct = random_.percent(6);
	for (const Column &column : list.columns)
		distinct = distinct && column.type != Type::json;
	std::string text = std::string("SELECT ") + (distinct ? "DISTINCT " : "") + list.text + " FROM " + scope.from +
					   filter(scope, more.empty() ? 20 : 0);
	if (!more.empty())
		text += (scope.where.empty() ? " WHERE " : " AND ") + more;
	text += by;
	if (groups.empty())
		mark("aggregates without GROUP BY");
	if (random_.percent(groups.empty() ? 12 : 28))
		text += " HAVING " + having(scope, groups.empty() || sets ? Scope() : after);
	if (depth > 0 && random_.percent(18))
	{
		mark("top-N of groups");
		text += limit(list, after, distinct);
	}
	return {text, list.columns};
}

Made
ViewMaker::block(const Scope &scope, int depth)
{
	return random_.percent(50) ? grouped_block(scope, depth) : plain_block(scope);
}

} // namespace fuzz
