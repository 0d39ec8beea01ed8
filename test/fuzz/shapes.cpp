#include "views.hpp"

namespace fuzz {

void
ViewMaker::linear()
{
	Scope scope = inner(random_.between(1, 4));
	List list;
	if (random_.percent(40))
		keys(list, scope);
	project(list, scope, random_.between(1, 5));
	view_.query = "SELECT " + list.text + " FROM " + scope.from + filter(scope, 45);
	view_.relation.columns = list.columns;
}

void
ViewMaker::aggregates()
{
	/* most of them of the kind that is folded, extremes above all; the others may have anything */
	bool additive = random_.percent(75);
	Scope scope = inner(random_.between(1, additive ? 2 : 3));
	List list;
	std::string groups;
	for (int i = random_.percent(18) ? 0 : random_.between(1, 2); i > 0; i--)
	{
		Ref ref = group(scope);
		list.add(ref.text, ref.type);
		groups += (groups.empty() ? " GROUP BY " : ", ") + ref.text;
	}
	for (int i = random_.between(groups.empty() ? 1 : 0, 4); i > 0; i--)
		aggregate(list, scope, additive);
	view_.query = "SELECT " + list.text + " FROM " + scope.from + filter(scope, 40) + groups;
	if (!additive && random_.percent(30))
		view_.query += random_.word({" HAVING count(*) > 1", " HAVING count(*) % 2 = 0"}) +
					   (random_.percent(40) ? " OR sum(" + whole(scope) + ") > 4" : std::string());
	view_.relation.columns = list.columns;
}

void
ViewMaker::outer_join()
{
	Scope scope = outer(random_.between(2, 4));
	List list;
	std::string groups;
	if (random_.percent(25))
	{
		Ref ref = group(scope);
		list.add(ref.text, ref.type);
		groups = " GROUP BY " + ref.text;
		for (int i = random_.between(1, 3); i > 0; i--)
			aggregate(list, scope);
	}
	else
	{
		if (random_.percent(60))
			keys(list, scope);
		project(list, scope, random_.between(2, 5));
	}
	view_.query = "SELECT " + list.text + " FROM " + scope.from + filter(scope, 30) + groups;
	view_.relation.columns = list.columns;
}

void
ViewMaker::lists()
{
	Scope scope = inner(random_.between(1, 2));
	List list;
	Ref ref = group(scope);
	list.add(ref.text, ref.type);
	Ref made = list_aggregate(scope, "");
	list.add(made.text, made.type);
	if (random_.percent(50))
		aggregate(list, scope);
	view_.query = "SELECT " + list.text + " FROM " + scope.from + filter(scope, 30) + " GROUP BY " + ref.text;
	view_.relation.columns = list.columns;
}

void
ViewMaker::windows()
{
	Scope scope = random_.percent(75) ? inner(random_.between(1, 2)) : outer(2);
	List list;
	const Ref *part = choose(scope, [](Type type) { return is_whole(type) || type == Type::text; });
	std::vector<Ref> parts;
	if (part != nullptr)
		parts.push_back(*part);
	for (const Ref &ref : parts)
		list.add(ref.text, ref.type);
	project(list, scope, random_.between(1, 3));
	bool open = false;
	for (int i = random_.between(1, 2); i > 0; i--)
	{
		Ref ref = window(scope, parts, open);
		list.add(ref.text, ref.type);
	}
	mark("windows");
	view_.query = "SELECT " + list.text + " FROM " + scope.from + filter(scope, 30);
	view_.relation.columns = list.columns;
}

void
ViewMaker::distinct()
{
	Scope scope = random_.percent(70) ? inner(random_.between(1, 3)) : outer(2);
	List list;
	for (int i = random_.between(1, 3); i > 0; i--)
	{
		Ref ref = group(scope);
		list.add(ref.text, ref.type);
	}
	view_.query = "SELECT DISTINCT ";
	mark("DISTINCT");
	bool on = random_.percent(30);
	if (on)
		view_.query += "ON (" + list.expressions[0] + ") ";
	view_.query += list.text + " FROM " + scope.from + filter(scope, 35);
	if (on)
		view_.query += " ORDER BY " + ordered(list);
	view_.relation.columns = list.columns;
}

void
ViewMaker::limited()
{
	Scope scope = inner(random_.between(1, 2));
	List list;
	for (int i = random_.between(1, 4); i > 0; i--)
	{
		Ref ref = group(scope);
		list.add(ref.text, ref.type);
	}
	view_.query = "SELECT " + list.text + " FROM " + scope.from + filter(scope, 30) + " ORDER BY " + ordered(list) +
				  random_.word({"", " DESC"}) + " LIMIT " + std::to_string(random_.between(1, 6)) +
				  random_.word({"", "", " OFFSET 2"});
	view_.relation.columns = list.columns;
}

void
ViewMaker::grouping_sets()
{
	Scope scope = inner(random_.between(1, 2));
	List list;
	std::string x = whole(scope);
	std::string y = whole(scope);
	list.add(x, Type::bigint);
	list.add(y, Type::bigint);
	aggregate(list, scope);
	view_.query = "SELECT " + list.text + " FROM " + scope.from + filter(scope, 30) + " GROUP BY " +
				  random_.word({"ROLLUP", "CUBE"}) + " (" + x + ", " + y + ")";
	view_.relation.columns = list.columns;
}

} // namespace fuzz
