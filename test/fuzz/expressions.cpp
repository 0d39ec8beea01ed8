#include "views.hpp"

namespace fuzz {

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
	const Ref *ref = choose(scope, is_number);
	return ref ? ref->text : "NULL::int";
}

std::string
ViewMaker::word(const Scope &scope)
{
	const Ref *ref = choose(scope, [](Type type) { return type == Type::text; });
	return ref ? ref->text : whole(scope) + "::text";
}

/* An expression of that type. */
std::string
ViewMaker::value(const Scope &scope, Type type)
{
	std::vector<const Ref *> found;
	for (const Ref &ref : scope.refs)
		if (ref.type == type || (is_whole(ref.type) && is_whole(type)) ||
			(is_number(ref.type) && is_number(type) && !is_whole(type)))
			found.push_back(&ref);
	if (!found.empty() && random_.percent(95))
		return random_.pick(found)->text;
	if (is_whole(type))
		return whole(scope);
	if (type == Type::text)
		return word(scope);
	if (type == Type::boolean)
		return "(" + predicate(scope, 1) + ")";
	return type == Type::json || type == Type::other ? "NULL" : literal_like(type);
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
	case Type::decimal:
		return random_.word({"1.5", "0.0", "2.25"});
	case Type::text:
		return random_.word({"'u'::text", "'v'::text", "''::text", "'it''s'::text"});
	case Type::date:
		return "date '2024-01-0" + std::to_string(random_.between(1, 6)) + "'";
	case Type::instant:
		return "timestamptz '2024-01-0" + std::to_string(random_.between(1, 4)) + " 12:00:00+00'";
	case Type::boolean:
		return random_.word({"true", "false"});
	case Type::mood:
		return random_.word({"'ok'::mood", "'good'::mood"});
	case Type::integers:
		return random_.word({"'{1,2}'::int[]", "ARRAY[2]"});
	case Type::jsonb:
		return random_.word({"'{\"a\": 1}'::jsonb", "'[1, 2]'::jsonb"});
	default:
		return random_.word({"0.5::float8", "0.25::float8"});
	}
}

std::string
ViewMaker::predicate(const Scope &scope, int depth)
{
	int kind = random_.below(depth < 2 ? 13 : 9);
	if (kind == 9)
		return "NOT (" + predicate(scope, depth + 1) + ")";
	if (kind >= 10)
		return "(" + predicate(scope, depth + 1) + random_.word({" AND ", " OR "}) + predicate(scope, depth + 1) + ")";
	if (kind == 0)
		return whole(scope) + random_.word({" < ", " <> ", " = ", " >= "}) + whole(scope);
	if (kind == 1)
		return "(" + whole(scope) + " + " + whole(scope) + ") % 2 = " + random_.word({"0", "1"});
	if (scope.refs.empty())
		return "true";
	if (kind == 2)
		return random_.pick(scope.refs).text + random_.word({" IS NULL", " IS NOT NULL"});
	const Ref *ref = choose(scope, has_order);
	if (ref == nullptr)
		return "true";
	if (ref->type == Type::boolean && random_.percent(50))
		return ref->text + random_.word({"", " IS TRUE", " IS NOT FALSE", " IS UNKNOWN"});
	if (kind == 3)
		return ref->text + " IN (" + literal_like(ref->type) + ", " + literal_like(ref->type) + ")";
	if (kind == 4)
		return ref->text + random_.word({" IS DISTINCT FROM ", " IS NOT DISTINCT FROM "}) + literal_like(ref->type);
	if (kind == 5)
		return ref->text + random_.word({" BETWEEN ", " NOT BETWEEN "}) + literal_like(ref->type) + " AND " +
			   literal_like(ref->type);
	return ref->text + random_.word({" < ", " > ", " >= ", " <> ", " = ", " <= "}) + literal_like(ref->type);
}

/* Something made of columns. */
Ref
ViewMaker::computed(const Scope &scope)
{
	const Ref *ref = scope.refs.empty() ? nullptr : &random_.pick(scope.refs);
	Type type = ref ? ref->type : Type::integer;
	if (type == Type::date && random_.percent(60))
		return {random_.word({"date_part('isodow', ", "extract(day FROM "}) + ref->text + ")", Type::numeric};
	if (type == Type::instant)
	{
		mark("an expression that depends on settings");
		switch (random_.below(3))
		{
		case 0:
			return {"(" + ref->text + ")::date", Type::date};
		case 1:
			return {"to_char(" + ref->text + ", 'DD HH24')", Type::text};
		default:
			return {"date_trunc('day', " + ref->text + ")", Type::instant};
		}
	}
	if (type == Type::integers)
		return random_.percent(50) ? Ref{"cardinality(" + ref->text + ")", Type::integer}
								   : Ref{"(" + ref->text + ")[1]", Type::integer};
	if (type == Type::jsonb)
		return random_.percent(50) ? Ref{"(" + ref->text + " ->> 'a')", Type::text}
								   : Ref{"jsonb_typeof(" + ref->text + ")", Type::text};
	if (type == Type::mood)
		return {ref->text + "::text", Type::text};
	if (type == Type::text && random_.percent(70))
		return random_.percent(50) ? Ref{"upper(" + ref->text + ") || '.'", Type::text}
								   : Ref{"length(" + ref->text + ")", Type::integer};
	switch (random_.below(6))
	{
	case 0:
		return {"CASE WHEN " + predicate(scope, 1) + " THEN " + whole(scope) + " END", Type::bigint};
	case 1:
		return {"(" + number(scope) + ")::numeric / nullif(" + whole(scope) + ", 0)", Type::numeric};
	case 2:
		return {"coalesce(" + word(scope) + ", 'none')", Type::text};
	case 3:
		mark("a function of the user's");
		return {"half((" + whole(scope) + " % 10)::int)", Type::integer};
	case 4:
		return {"(" + predicate(scope, 1) + ")", Type::boolean};
	default:
		return {whole(scope) + " * 2 + " + whole(scope), Type::bigint};
	}
}

void
ViewMaker::project(List &list, const Scope &scope, int count)
{
	for (int i = 0; i < count; i++)
	{
		Ref ref = scope.refs.empty() || random_.percent(20) ? computed(scope) : random_.pick(scope.refs);
		list.add(ref.text, ref.type);
	}
}

/* The keys of the first relation, so that a keyed view has a short key of its own. */
void
ViewMaker::keys(List &list, const Scope &scope)
{
	for (const Ref &ref : scope.key)
		list.add(ref.text, ref.type);
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

} // namespace fuzz
