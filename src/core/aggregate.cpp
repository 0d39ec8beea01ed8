#include "core/aggregate.hpp"

namespace dv::core {

namespace {

std::string
numbered(char letter, int i)
{
	return letter + std::to_string(i + 1);
}

/* The arguments of the states, without repetition: outputs a1, a2, ... of the block. */
int
argument_count(const View &view)
{
	int n = 0;
	for (const State &state : view.states)
		if (state.argument >= n)
			n = state.argument + 1;
	return n;
}

std::string
partial(const State &state)
{
	std::string x = "d." + numbered('a', state.argument);
	std::string type(state.type);
	switch (state.kind)
	{
	case StateKind::count_rows:
		return "sum(d.s)";
	case StateKind::count:
		/* IS NOT NULL would look into a row */
		return "coalesce(sum(d.s) FILTER (WHERE " + x + " IS DISTINCT FROM NULL), 0)";
	case StateKind::sum:
		/* numeric in between: no sign can overflow the argument's own type */
		return "sum(d.s::pg_catalog.numeric * " + x + ")::" + type;
	case StateKind::extreme:
		break;
	}
	std::string call = std::string(state.aggregate) + "(" + x + ")";
	return call + " FILTER (WHERE d.s > 0), " + call + " FILTER (WHERE d.s < 0)";
}

/*
 * Of several terms, some read an old state, in which a row of a delta stands under both signs: summed up before
 * anything looks at the signs, these pairs are gone, and what remains has really come or gone.
 */
std::string
net(const View &view, const std::vector<std::string> &terms, const std::string &names)
{
	std::string outputs;
	std::string groups;
	auto add = [&](const std::string &column) {
		outputs += ", t." + column;
		groups += (groups.empty() ? "t." : ", t.") + column;
	};
	for (int i = 0; i < view.keys.n; i++)
		add(numbered('g', i));
	for (int i = 0; i < argument_count(view); i++)
		add(numbered('a', i));
	for (int i = 0; i < argument_count(view); i++)
		if (view.scaled[i])
			groups += ", pg_catalog.scale(t." + numbered('a', i) + ")";

	std::string all;
	for (const std::string &term : terms)
		all += (all.empty() ? "" : " UNION ALL ") + term;
	return "SELECT sum(t.s)::pg_catalog.int4" + outputs + " FROM (" + all + ") t(" + names + ")" +
		   (groups.empty() ? "" : " GROUP BY " + groups) + " HAVING sum(t.s) <> 0";
}

} // namespace

bool
nets_terms(const View &view, const Changed &changed)
{
	size_t n = 0;
	for (const LinearBlock &block : view.blocks)
		n += term_roles(view, block, changed).size();
	return view.nets && n > 1;
}

std::vector<std::string>
aggregate_terms(const View &view, const Changed &changed)
{
	std::string names = "s";
	std::string groups;
	for (int i = 0; i < view.keys.n; i++)
	{
		names += ", " + numbered('g', i);
		groups += (i > 0 ? ", d." : "d.") + numbered('g', i);
	}
	for (int i = 0; i < argument_count(view); i++)
		names += ", " + numbered('a', i);

	std::string outputs = groups;
	for (const State &state : view.states)
		outputs += (outputs.empty() ? "" : ", ") + partial(state);
	outputs += ", count(*) FILTER (WHERE d.s < 0)";

	std::vector<std::string> rows = linear_terms(view, changed);
	if (nets_terms(view, changed))
		rows = {net(view, rows, names)};
	std::vector<std::string> terms;
	for (const std::string &term : rows)
		terms.push_back("SELECT " + outputs + " FROM (" + term + ") d(" + names + ")" +
						(groups.empty() ? " HAVING count(*) > 0" : " GROUP BY " + groups));
	return terms;
}

} // namespace dv::core
