#include "views.hpp"

namespace fuzz {

/* Any query: blocks, set operations, CTEs, and all of them around each other, `depth` levels at most. */
Made
ViewMaker::query(int depth)
{
	if (depth <= 0 || budget_ <= 0)
		return block(inner(random_.between(1, 2)), depth);
	int kind = random_.below(100);
	budget_--;
	if (kind < 15)
		return set_tree(depth);
	if (kind < 27)
		return with_cte(depth);
	if (kind < 32)
		return recursive(depth);
	if (kind < 55)
		return wrapped(query(depth - 1), depth);
	return block(tree(depth), depth);
}

/* One branch of a set operation. */
std::string
ViewMaker::branch(const std::vector<Type> &types, int depth)
{
	bool deep = depth > 0 && budget_ > 0 && random_.percent(45);
	if (deep)
	{
		mark("a set operation over queries in FROM");
		budget_--;
	}
	Scope scope = deep ? over(query(depth - 1)) : inner(random_.between(1, 2));
	List list;
	std::string groups;
	for (Type type : types)
	{
		list.add(value(scope, type), type);
		groups += (groups.empty() ? " GROUP BY " : ", ") + list.expressions.back();
	}
	std::string text = "SELECT " + list.text + " FROM " + scope.from + filter(scope, 40);
	if (random_.percent(15))
	{
		mark("a set operation over groups");
		return text + groups + " HAVING " + having(scope, {});
	}
	if (random_.percent(10))
	{
		mark("LIMIT in a branch of a set operation");
		return text + limit(list, scope, false);
	}
	return text;
}

Made
ViewMaker::set_tree(int depth)
{
	static const std::vector<Type> usable = {Type::integer, Type::integer, Type::integer, Type::text,
											 Type::text,    Type::numeric, Type::date,    Type::boolean};
	std::vector<Type> types = {Type::integer};
	List list;
	for (int i = random_.between(0, 2); i > 0; i--)
		types.push_back(random_.pick(usable));
	for (Type type : types)
		list.add("", type);
	auto operation = [this] {
		std::string kind = random_.word(
			{"UNION", "UNION", "UNION ALL", "UNION ALL", "INTERSECT", "INTERSECT ALL", "EXCEPT", "EXCEPT ALL"});
		mark(kind);
		return " " + kind + " ";
	};
	std::string text = "(" + branch(types, depth) + ")" + operation() + "(" + branch(types, depth) + ")";
	if (random_.percent(30))
	{
		mark("a nested set operation");
		text = random_.percent(50) ? "(" + text + ")" + operation() + "(" + branch(types, 0) + ")"
								   : "(" + branch(types, 0) + ")" + operation() + "(" + text + ")";
	}
	if (random_.percent(12))
	{
		mark("LIMIT of a set operation");
		text += limit(list, {}, true);
	}
	return {text, list.columns};
}

/* A CTE, and a block that reads it once or twice. */
Made
ViewMaker::with_cte(int depth)
{
	Relation cte;
	Made inside = query(depth - 1);
	cte.name = "w" + std::to_string(next_alias_++);
	cte.columns = inside.columns;
	std::string kind = random_.word({"", "", "MATERIALIZED ", "NOT MATERIALIZED "});
	mark(kind.empty() ? "WITH" : "WITH, " + kind.substr(0, kind.size() - 1));
	ctes_.push_back(cte);
	Scope scope = cte_item();
	Made made;
	switch (random_.below(4))
	{
	case 0:
	{
		/* against an aggregate of itself */
		mark("a CTE read twice");
		Scope again = cte_item();
		scope.where.push_back(number(scope) + random_.word({" = ", " >= "}) + "(SELECT " +
							  random_.word({"max(", "avg("}) + number(again) + ") FROM " + again.from + ")");
		made = block(scope, depth);
		break;
	}
	case 1:
	{
		mark("a CTE read twice");
		Scope again = cte_item();
		std::string kind_of = random_.word({" JOIN ", " LEFT JOIN "});
		std::string on = join_condition(scope, again, true);
		scope.from += kind_of + again.from + " ON " + on;
		scope.refs.insert(scope.refs.end(), again.refs.begin(), again.refs.end());
		scope.relations++;
		made = block(scope, depth);
		break;
	}
	default:
		made = block(random_.percent(60) ? joined(scope, depth - 1) : scope, depth);
		break;
	}
	ctes_.pop_back();
	return {"WITH " + cte.name + " AS " + kind + "(" + inside.text + ") " + made.text, made.columns};
}

Made
ViewMaker::recursive(int depth)
{
	Relation cte;
	cte.name = "w" + std::to_string(next_alias_++);
	cte.columns = {{"n", Type::bigint, true, ""}, {"d", Type::integer, true, ""}};
	Scope seed = inner(1);
	Scope step = inner(1);
	bool all = random_.percent(40);
	mark(all ? "WITH RECURSIVE, UNION ALL" : "WITH RECURSIVE, UNION");
	std::string text = "WITH RECURSIVE " + cte.name + "(n, d) AS (SELECT (" + whole(seed) + ")::bigint, 0 FROM " +
					   seed.from + filter(seed, 50) + (all ? " UNION ALL" : " UNION") + " SELECT (" + whole(step) +
					   ")::bigint, r.d + 1 FROM " + cte.name + " r JOIN " + step.from + " ON " + whole(step) +
					   " = r.n WHERE r.d < " + std::to_string(all ? 2 : random_.between(2, 3)) + ")";
	if (random_.percent(15))
	{
		mark("CYCLE");
		text += " CYCLE n SET looped USING path";
		cte.columns.push_back({"looped", Type::boolean, true, ""});
	}
	else if (random_.percent(10))
	{
		mark("SEARCH");
		text += random_.word({" SEARCH DEPTH", " SEARCH BREADTH"}) + " FIRST BY n SET rank_in";
	}
	ctes_.push_back(cte);
	Scope scope = cte_item();
	Made made = block(random_.percent(50) ? joined(scope, depth - 1) : scope, depth);
	ctes_.pop_back();
	return {text + " " + made.text, made.columns};
}

/* A query around a query. */
Made
ViewMaker::wrapped(Made made, int depth)
{
	Scope inside = over(made);
	switch (random_.below(9))
	{
	case 0:
	case 1:
		mark("groups over a query");
		return grouped_block(inside, depth);
	case 2:
		mark("a block over a query");
		return plain_block(inside);
	case 3:
	{
		mark("a query joined to tables");
		return block(joined(inside, depth - 1), depth);
	}
	case 4:
	{
		mark("a query on the right of a join");
		Scope scope = inner(1);
		std::string kind = random_.word({" JOIN ", " LEFT JOIN ", " LEFT JOIN ", " FULL JOIN "});
		std::string on = join_condition(scope, inside, true);
		scope.from += kind + inside.from + " ON " + on;
		scope.refs.insert(scope.refs.end(), inside.refs.begin(), inside.refs.end());
		scope.relations++;
		return block(scope, depth);
	}
	case 5:
	{
		mark("a query in IN");
		Scope scope = inner(random_.between(1, 2));
		scope.where.push_back(whole(scope) + random_.word({" IN ", " NOT IN ", " = ANY ", " > ALL "}) + "(SELECT " +
							  whole(inside) + " FROM " + inside.from + filter(inside, 20) + ")");
		return block(scope, depth);
	}
	case 6:
	{
		mark("a query in EXISTS");
		Scope scope = inner(random_.between(1, 2));
		std::string where = correlated(scope, inside);
		scope.where.push_back(random_.word({"EXISTS", "NOT EXISTS"}) + " (SELECT 1 FROM " + inside.from + where + ")");
		return block(scope, depth);
	}
	case 7:
	{
		mark("a query in a scalar subquery");
		Scope scope = inner(1);
		std::string where = random_.percent(60) ? correlated(scope, inside) : filter(inside, 20);
		std::string text = "(SELECT " + random_.word({"max(", "sum(", "count("}) + number(inside) + ") FROM " +
						   inside.from + where + ")";
		if (random_.percent(50))
		{
			scope.where.push_back(number(scope) + random_.word({" < ", " >= ", " IS DISTINCT FROM "}) + text);
			return block(scope, depth);
		}
		List list;
		keys(list, scope);
		project(list, scope, 2);
		list.add(text, Type::numeric);
		return {"SELECT " + list.text + " FROM " + scope.from + filter(scope, 30), list.columns};
	}
	default:
	{
		mark("a query in a set operation");
		List list;
		std::vector<Type> types;
		for (const Column &column : made.columns)
			if (has_order(column.type) && column.type != Type::jsonb)
			{
				types.push_back(column.type);
				list.add(inside.refs[static_cast<size_t>(&column - made.columns.data())].text, column.type);
			}
		if (types.empty())
			return plain_block(inside);
		return {"SELECT " + list.text + " FROM " + inside.from + filter(inside, 20) +
					random_.word({" UNION ", " UNION ALL ", " EXCEPT ", " INTERSECT "}) + "(" + branch(types, 0) + ")",
				list.columns};
	}
	}
}

void
ViewMaker::free()
{
	budget_ = random_.between(1, 6);
	finish(query(random_.between(1, 3)));
}

void
ViewMaker::tower()
{
	budget_ = random_.between(1, 3);
	Made made = block(tree(1), 1);
	for (int i = random_.between(1, 3); i > 0; i--)
		made = wrapped(made, 1);
	finish(made);
}

} // namespace fuzz
