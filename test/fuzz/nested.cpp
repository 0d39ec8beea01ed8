#include "views.hpp"

namespace fuzz {

void
ViewMaker::exists()
{
	Scope scope = inner(random_.between(1, 2));
	List list;
	if (random_.percent(70))
		keys(list, scope);
	project(list, scope, random_.between(1, 4));
	for (int i = random_.percent(25) ? 2 : 1; i > 0; i--)
	{
		Scope inside = inner(random_.between(1, 2));
		std::string from = " FROM " + inside.from;
		switch (random_.below(7))
		{
		case 0:
		case 1:
			scope.where.push_back("EXISTS (SELECT 1" + from + correlated(scope, inside) + ")");
			break;
		case 2:
		case 3:
			scope.where.push_back("NOT EXISTS (SELECT 1" + from + correlated(scope, inside) + ")");
			break;
		case 4:
			scope.where.push_back(whole(scope) + " IN (SELECT " + whole(inside) + from + filter(inside, 40) + ")");
			break;
		case 5:
			scope.where.push_back(whole(scope) + " NOT IN (SELECT " + whole(inside) + from + filter(inside, 40) + ")");
			break;
		default:
			if (random_.percent(50))
				scope.where.push_back(whole(scope) + " > ANY (SELECT " + whole(inside) + from +
									  correlated(scope, inside) + ")");
			else
				scope.where.push_back(whole(scope) + " >= (SELECT avg(" + whole(inside) + ")" + from +
									  filter(inside, 30) + ")");
			break;
		}
	}
	view_.query = "SELECT " + list.text + " FROM " + scope.from + filter(scope, 20);
	view_.relation.columns = list.columns;
}

void
ViewMaker::scalar_subquery()
{
	Scope scope = inner(random_.between(1, 2));
	List list;
	keys(list, scope);
	project(list, scope, random_.between(1, 3));
	for (int i = random_.between(1, 2); i > 0; i--)
	{
		Scope inside = inner(random_.between(1, 2));
		std::string x = whole(inside);
		std::string what = random_.word({"count(*)", "max(", "sum(", "string_agg(", "min("});
		if (what == "string_agg(")
			what += x + "::text, ',' ORDER BY " + x + ")";
		else if (what != "count(*)")
			what += x + ")";
		std::string where = random_.percent(90) ? correlated(scope, inside) : filter(inside, 50);
		list.add("(SELECT " + what + " FROM " + inside.from + where + ")",
				 what[0] == 's' && what[1] == 't' ? Type::text : Type::bigint);
	}
	view_.query = "SELECT " + list.text + " FROM " + scope.from + filter(scope, 25);
	view_.relation.columns = list.columns;
}

namespace {

/* 'c1', x0.a, 'c2', x0.b, ... over all columns, and the order that makes the list of them one right answer */
std::string
pairs(const Scope &scope, std::string &order)
{
	std::string out;
	for (const Ref &ref : scope.refs)
	{
		std::string name = ref.text.substr(ref.text.find('.') + 1);
		out += (out.empty() ? "'" : ", '") + name + "', " + ref.text;
		order += (order.empty() ? "" : ", ") + ref.text + (has_order(ref.type) ? "" : "::text");
	}
	return out;
}

} // namespace

void
ViewMaker::document()
{
	Scope root = inner(1);
	List list;
	keys(list, root);
	Scope items = inner(1);
	std::string order;
	std::string item = pairs(items, order);
	if (random_.percent(70))
	{
		Scope detail = inner(1);
		std::string detail_order;
		std::string fields = pairs(detail, detail_order);
		std::string inside = "jsonb_build_object(" + fields + ")";
		if (random_.percent(50))
			item += ", 'one', (SELECT " + inside + " FROM " + detail.from + correlated(items, detail) + " ORDER BY " +
					detail_order + " LIMIT 1)";
		else
			item += ", 'many', (SELECT coalesce(jsonb_agg(" + inside + " ORDER BY " + detail_order + "), '[]') FROM " +
					detail.from + correlated(items, detail) + ")";
	}
	std::string where = correlated(root, items);
	std::string document = "jsonb_build_object('a', " + whole(root) +
						   ", 'items', coalesce((SELECT jsonb_agg(jsonb_build_object(" + item + ") ORDER BY " + order +
						   ") FROM " + items.from + where + "), '[]')";
	if (random_.percent(50))
	{
		Scope more = inner(1);
		std::string more_order;
		std::string fields = pairs(more, more_order);
		document += ", 'more', (SELECT jsonb_agg(jsonb_build_object(" + fields + ") ORDER BY " + more_order +
					") FROM " + more.from + correlated(root, more) + ")";
	}
	list.add(document + ")", Type::other);
	view_.query = "SELECT " + list.text + " FROM " + root.from + filter(root, 20);
	view_.relation.columns = list.columns;
}

void
ViewMaker::set_operation()
{
	std::string text;
	List list;
	for (int i = random_.percent(20) ? 3 : 2; i > 0; i--)
	{
		Scope scope = random_.percent(60) ? inner(1) : inner(2);
		const Ref *word = choose(scope, [](Type type) { return type == Type::text; });
		List one;
		one.add(whole(scope) + "::bigint", Type::bigint);
		one.add(word ? word->text : "'none'::text", Type::text);
		text += (text.empty() ? "SELECT "
							  : random_.word({" UNION ALL SELECT ", " UNION ALL SELECT ", " UNION SELECT ",
											  " EXCEPT SELECT ", " INTERSECT SELECT ", " EXCEPT ALL SELECT "})) +
				one.text + " FROM " + scope.from + filter(scope, 40);
		list = one;
	}
	view_.query = text;
	view_.relation.columns = list.columns;
}

void
ViewMaker::cte()
{
	Scope inside = inner(random_.between(1, 2));
	std::string x = whole(inside);
	std::string materialized = random_.word({"", "", "MATERIALIZED ", "NOT MATERIALIZED "});
	std::string with = "WITH c AS " + materialized + "(SELECT " + x + " AS g, count(*) AS n, sum(" + number(inside) +
					   ") AS s FROM " + inside.from + filter(inside, 40) + " GROUP BY " + x + ") ";
	Scope scope = inner(1);
	if (random_.percent(25)) /* read by a subquery in an expression alone */
	{
		List list;
		keys(list, scope);
		project(list, scope, random_.between(1, 3));
		std::string test = whole(scope) + " IN (SELECT g FROM c)";
		if (random_.percent(50))
			test = "EXISTS (SELECT 1 FROM c WHERE c.g = " + whole(scope) + " AND c.n > 1)";
		scope.where.push_back(test);
		view_.query = with + "SELECT " + list.text + " FROM " + scope.from + filter(scope, 20);
		view_.relation.columns = list.columns;
		return;
	}
	Scope one;
	one.refs = {{"c.g", Type::bigint}, {"c.n", Type::bigint}, {"c.s", Type::numeric}};
	scope.from += random_.word({" JOIN c ON ", " LEFT JOIN c ON "}) + whole(scope) + " = c.g";
	if (random_.percent(30))
	{
		scope.from += " LEFT JOIN c c2 ON " + whole(scope) + " = c2.n";
		one.refs.push_back({"c2.s", Type::numeric});
	}
	scope.refs.insert(scope.refs.end(), one.refs.begin(), one.refs.end());
	List list;
	if (random_.percent(60))
		keys(list, scope);
	project(list, scope, random_.between(2, 4));
	list.add("c.n", Type::bigint);
	view_.query = with + "SELECT " + list.text + " FROM " + scope.from + filter(scope, 20);
	view_.relation.columns = list.columns;
}

void
ViewMaker::derived()
{
	Scope scope = inner(random_.between(1, 2));
	if (!scope.where.empty()) /* a comma join would hide its first table from the ON clause below */
		scope = inner(1);
	Scope inside = inner(random_.between(1, 2));
	Ref ref = group(inside);
	List columns;
	columns.add(ref.text, ref.type);
	for (int i = random_.between(1, 2); i > 0; i--)
		aggregate(columns, inside);
	std::string sub = "(SELECT " + columns.text + " FROM " + inside.from + filter(inside, 30) + " GROUP BY " +
					  ref.text + (random_.percent(25) ? " HAVING count(*) > 1" : "") + ") s";
	Scope right;
	for (const Column &column : columns.columns)
		right.refs.push_back({"s." + column.name, column.type});
	std::string condition = ref.type == Type::text ? "" : whole(scope) + " = s.c1";
	const Ref *word = choose(scope, [](Type type) { return type == Type::text; });
	if (ref.type == Type::text && word != nullptr)
		condition = word->text + " = s.c1";
	else if (ref.type != Type::bigint && ref.type != Type::integer)
		condition = whole(scope) + " = " + whole(right);
	scope.from += random_.word({" JOIN ", " JOIN ", " LEFT JOIN "}) + sub + " ON " + condition;
	scope.refs.insert(scope.refs.end(), right.refs.begin(), right.refs.end());
	List list;
	if (random_.percent(60))
		keys(list, scope);
	project(list, scope, random_.between(1, 4));
	if (random_.percent(30))
	{
		Ref outer_group = group(scope);
		list = List();
		list.add(outer_group.text, outer_group.type);
		aggregate(list, scope);
		view_.query =
			"SELECT " + list.text + " FROM " + scope.from + filter(scope, 20) + " GROUP BY " + outer_group.text;
	}
	else
		view_.query = "SELECT " + list.text + " FROM " + scope.from + filter(scope, 20);
	view_.relation.columns = list.columns;
}

void
ViewMaker::lateral()
{
	Scope scope = inner(1);
	Scope inside = inner(random_.between(1, 2));
	List columns;
	std::string tail;
	std::string where = correlated(scope, inside);
	if (random_.percent(50))
	{
		for (int i = random_.between(1, 3); i > 0; i--)
		{
			Ref ref = group(inside);
			columns.add(ref.text, ref.type);
		}
		tail = " ORDER BY " + ordered(columns) + " LIMIT " + std::to_string(random_.between(1, 3));
	}
	else
		for (int i = random_.between(1, 2); i > 0; i--)
			aggregate(columns, inside);
	scope.from += random_.word({" CROSS JOIN LATERAL (", " LEFT JOIN LATERAL ("}) + std::string("SELECT ") +
				  columns.text + " FROM " + inside.from + where + tail + ") l";
	if (scope.from.find("LEFT JOIN LATERAL") != std::string::npos)
		scope.from += " ON true";
	for (const Column &column : columns.columns)
		scope.refs.push_back({"l." + column.name, column.type});
	List list;
	if (random_.percent(60))
		keys(list, scope);
	project(list, scope, random_.between(1, 3));
	list.add("l.c1", columns.columns[0].type);
	view_.query = "SELECT " + list.text + " FROM " + scope.from + filter(scope, 20);
	view_.relation.columns = list.columns;
}

} // namespace fuzz
