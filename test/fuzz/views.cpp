#include "views.hpp"

#include <algorithm>

namespace fuzz {

ViewMaker::ViewMaker(Random &random, std::vector<const Relation *> sources)
	: random_(random), sources_(std::move(sources))
{}

View
ViewMaker::make(const std::string &name, const std::string &favourite)
{
	static const struct
	{
		const char *name;
		int weight;
		Shape shape;
	} shapes[] = {
		{"linear", 26, &ViewMaker::linear},
		{"aggregate", 40, &ViewMaker::aggregates},
		{"outer join", 12, &ViewMaker::outer_join},
		{"exists", 10, &ViewMaker::exists},
		{"scalar subquery", 6, &ViewMaker::scalar_subquery},
		{"document", 8, &ViewMaker::document},
		{"window", 7, &ViewMaker::windows},
		{"lists", 5, &ViewMaker::lists},
		{"distinct", 4, &ViewMaker::distinct},
		{"set operation", 5, &ViewMaker::set_operation},
		{"limit", 5, &ViewMaker::limited},
		{"cte", 4, &ViewMaker::cte},
		{"derived", 6, &ViewMaker::derived},
		{"lateral", 4, &ViewMaker::lateral},
		{"grouping sets", 2, &ViewMaker::grouping_sets},
	};
	int total = 0;
	for (const auto &shape : shapes)
		total += shape.weight;
	int drawn = random_.below(total);
	next_alias_ = 0;
	view_ = View();
	view_.relation.name = name;
	view_.relation.is_view = true;
	bool favoured = !favourite.empty() && random_.percent(50);
	for (const auto &shape : shapes)
	{
		drawn -= shape.weight;
		if (favoured ? favourite != shape.name : drawn >= 0)
			continue;
		view_.shape = shape.name;
		(this->*shape.shape)();
		break;
	}
	return view_;
}

const Relation &
ViewMaker::source()
{
	const Relation *relation = random_.pick(sources_);
	if (relation->is_view)
		view_.reads.push_back(relation->name);
	return *relation;
}

std::string
ViewMaker::alias(Scope &scope, const Relation &relation)
{
	std::string name = "x" + std::to_string(next_alias_++);
	for (const Column &column : relation.columns)
		scope.refs.push_back({name + "." + column.name, column.type});
	scope.relations.push_back(&relation);
	return relation.name + " " + name;
}

const Ref *
ViewMaker::choose(const Scope &scope, bool (*fits)(Type))
{
	std::vector<const Ref *> found;
	for (const Ref &ref : scope.refs)
		if (fits(ref.type))
			found.push_back(&ref);
	return found.empty() ? nullptr : random_.pick(found);
}

std::string
ViewMaker::whole(const Scope &scope)
{
	const Ref *ref = choose(scope, is_whole);
	return ref ? ref->text : "NULL::int";
}

std::string
ViewMaker::number(const Scope &scope)
{
	const Ref *ref = choose(scope, [](Type type) { return is_whole(type) || type == Type::numeric; });
	return ref ? ref->text : "NULL::int";
}

std::string
ViewMaker::literal_like(Type type)
{
	switch (type)
	{
	case Type::integer:
	case Type::bigint:
		return std::to_string(random_.below(6));
	case Type::numeric:
		return random_.word({"1.5", "0", "2.25"});
	case Type::text:
		return random_.word({"'u'", "'v'", "''", "'it''s'"});
	case Type::date:
		return "date '2024-01-0" + std::to_string(random_.between(1, 6)) + "'";
	case Type::boolean:
		return random_.word({"true", "false"});
	default:
		return "0.2::float8";
	}
}

std::string
ViewMaker::predicate(const Scope &scope, int depth)
{
	int kind = random_.below(depth < 2 ? 12 : 8);
	if (kind == 8)
		return "NOT (" + predicate(scope, depth + 1) + ")";
	if (kind >= 9)
		return "(" + predicate(scope, depth + 1) + random_.word({" AND ", " OR "}) + predicate(scope, depth + 1) + ")";
	if (kind == 0)
		return whole(scope) + random_.word({" < ", " <> ", " = ", " >= "}) + whole(scope);
	if (kind == 1)
		return "(" + whole(scope) + " + " + whole(scope) + ") % 2 = " + random_.word({"0", "1"});
	if (kind == 2)
		return random_.pick(scope.refs).text + random_.word({" IS NULL", " IS NOT NULL"});
	const Ref *ref = choose(scope, has_order);
	if (ref == nullptr)
		return "true";
	if (kind == 3)
		return ref->text + " IN (" + literal_like(ref->type) + ", " + literal_like(ref->type) + ")";
	if (kind == 4)
		return ref->text + random_.word({" IS DISTINCT FROM ", " IS NOT DISTINCT FROM "}) + literal_like(ref->type);
	return ref->text + random_.word({" < ", " > ", " >= ", " <> ", " = ", " <= "}) + literal_like(ref->type);
}

std::string
ViewMaker::filter(const Scope &scope, int percent)
{
	std::string out;
	for (const std::string &condition : scope.where)
		out += (out.empty() ? " WHERE " : " AND ") + condition;
	if (random_.percent(percent))
		out += (out.empty() ? " WHERE " : " AND ") + predicate(scope);
	return out;
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
		std::string name = alias(one, source());
		if (i == 0)
			scope.from = name;
		else if (comma)
		{
			scope.from += ", " + name;
			scope.where.push_back(join_condition(scope, one, false));
		}
		else if (random_.percent(4))
			scope.from += " CROSS JOIN " + name;
		else
			scope.from += " JOIN " + name + " ON " + join_condition(scope, one, false);
		scope.refs.insert(scope.refs.end(), one.refs.begin(), one.refs.end());
		scope.relations.push_back(one.relations[0]);
	}
	return scope;
}

Scope
ViewMaker::outer(int count)
{
	if (count == 1)
		return inner(1);
	Scope left = outer(random_.percent(70) ? count - 1 : 1);
	Scope right;
	int rest = count - static_cast<int>(left.relations.size());
	right = random_.percent(60) ? outer(rest) : inner(rest);
	if (!right.where.empty()) /* comma joins cannot be nested under an outer join as they stand */
		right = outer(1);
	std::string kind =
		random_.word({" LEFT JOIN ", " LEFT JOIN ", " LEFT JOIN ", " RIGHT JOIN ", " FULL JOIN ", " JOIN "});
	std::string nested = right.relations.size() > 1 ? "(" + right.from + ")" : right.from;
	Scope scope;
	scope.from = left.from + kind + nested + " ON " + join_condition(left, right, kind == " FULL JOIN ");
	scope.refs = left.refs;
	scope.refs.insert(scope.refs.end(), right.refs.begin(), right.refs.end());
	scope.relations = left.relations;
	scope.relations.insert(scope.relations.end(), right.relations.begin(), right.relations.end());
	return scope;
}

void
ViewMaker::project(List &list, const Scope &scope, int count)
{
	for (int i = 0; i < count; i++)
	{
		if (random_.percent(80))
		{
			const Ref &ref = random_.pick(scope.refs);
			list.add(ref.text, ref.type);
		}
		else if (random_.percent(50))
			list.add(whole(scope) + " * 2 + " + whole(scope), Type::bigint);
		else
			list.add("CASE WHEN " + predicate(scope, 1) + " THEN " + whole(scope) + " END", Type::bigint);
	}
}

/* The keys of the first relation, so that a keyed view has a short key of its own. */
void
ViewMaker::keys(List &list, const Scope &scope)
{
	for (size_t i = 0; i < scope.relations[0]->key.size(); i++)
		list.add(scope.refs[i].text, scope.refs[i].type);
}

Ref
ViewMaker::group(const Scope &scope)
{
	const Ref *ref = choose(scope, [](Type type) { return has_order(type) && type != Type::float8; });
	switch (random_.below(6))
	{
	case 0:
		return {whole(scope) + " % 3", Type::bigint};
	case 1:
		return {"coalesce(" + whole(scope) + ", -1)", Type::bigint};
	case 2:
		return {whole(scope) + " + " + whole(scope), Type::bigint};
	default:
		return ref ? *ref : Ref{"1 + " + whole(scope), Type::bigint};
	}
}

void
ViewMaker::aggregate(List &list, const Scope &scope, bool additive)
{
	std::string filters = random_.percent(20) ? " FILTER (WHERE " + predicate(scope, 1) + ")" : "";
	const Ref *ref = choose(scope, [](Type type) { return has_order(type) && type != Type::boolean; });
	const Ref *flag = choose(scope, [](Type type) { return type == Type::boolean; });
	const Ref *real = choose(scope, [](Type type) { return type == Type::float8; });
	switch (random_.below(additive ? 11 : 15))
	{
	case 0:
	case 1:
		list.add("count(*)" + filters, Type::bigint);
		return;
	case 2:
		list.add("count(" + random_.pick(scope.refs).text + ")" + filters, Type::bigint);
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
		list.add("coalesce(sum(" + number(scope) + ")" + filters + ", 0) * 2 + count(*)", Type::numeric);
		return;
	case 10:
		list.add("round(avg(" + number(scope) + "), 2)", Type::numeric);
		return;
	case 11:
		list.add("count(DISTINCT " + whole(scope) + ")" + filters, Type::bigint);
		return;
	case 12:
		list.add(flag ? random_.word({"bool_and(", "bool_or("}) + flag->text + ")" + filters
					  : "bool_or(" + whole(scope) + " > 3)",
				 Type::boolean);
		return;
	case 13:
		list.add("sum(" + whole(scope) + "::numeric * " + whole(scope) + ")" + filters, Type::numeric);
		return;
	default:
		if (real != nullptr)
		{
			list.add("sum(" + real->text + ")", Type::float8);
			view_.exact = false; /* the order of the additions shows */
		}
		else
			list.add("max(" + whole(scope) + ") - min(" + whole(scope) + ")", Type::bigint);
		return;
	}
}

std::string
ViewMaker::ordered(const List &list)
{
	std::string out;
	for (const Column &column : list.columns)
		if (has_order(column.type))
			out += (out.empty() ? "" : ", ") + column.name;
	return out;
}

/* --- shapes of one block -------------------------------------------------- */

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
	bool additive = random_.percent(60);
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
	std::string x = whole(scope);
	std::string y = number(scope);
	const Ref *word = choose(scope, [](Type type) { return type == Type::text; });
	std::string text = word ? word->text : x + "::text";
	switch (random_.below(5))
	{
	case 0:
		list.add("array_agg(" + x + " ORDER BY " + x + ")", Type::other);
		break;
	case 1:
		list.add("string_agg(" + text + ", ',' ORDER BY " + text + ")", Type::text);
		break;
	case 2:
		list.add("json_agg(" + x + " ORDER BY " + x + " DESC)", Type::json);
		break;
	case 3:
		list.add("jsonb_agg(jsonb_build_object('x', " + x + ", 'y', " + text + ") ORDER BY " + x + ", " + text + ")",
				 Type::other);
		break;
	default:
		list.add("array_agg(" + y + ")", Type::other); /* the order is left open: the stored query completes it */
		view_.exact = false;
		break;
	}
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
	list.add(part ? part->text : "1", part ? part->type : Type::integer);
	for (int i = random_.between(1, 3); i > 0; i--)
	{
		const Ref *ref = choose(scope, has_order);
		if (ref != nullptr)
			list.add(ref->text, ref->type);
	}
	/* ties are rows with equal output, also of the windows that are ordered by x, so any order among them is the same answer */
	std::string order;
	for (const std::string &expression : list.expressions)
		order += (order.empty() ? "" : ", ") + expression;
	std::string partition = "(PARTITION BY " + (part ? part->text : "1");
	std::string x = whole(scope);
	order += (order.empty() ? "" : ", ") + x;
	for (int i = random_.between(1, 2); i > 0; i--)
		switch (random_.below(6))
		{
		case 0:
			list.add("row_number() OVER " + partition + " ORDER BY " + order + ")", Type::bigint);
			break;
		case 1:
			list.add("rank() OVER " + partition + " ORDER BY " + x + ")", Type::bigint);
			break;
		case 2:
			list.add("sum(" + x + ") OVER " + partition + ")", Type::bigint);
			break;
		case 3:
			list.add("count(*) OVER " + partition + " ORDER BY " + x + " DESC)", Type::bigint);
			break;
		case 4:
			list.add("max(" + x + ") OVER " + partition + ")", Type::bigint);
			break;
		default:
			list.add("lag(" + (part ? part->text : "1") + ") OVER " + partition + " ORDER BY " + order + ")",
					 part ? part->type : Type::integer);
			break;
		}
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
