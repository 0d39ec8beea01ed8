#include "core/linear.hpp"

namespace dv::core {

namespace {

constexpr Text marker = "__dv_slot_";

/* The block's body with a source in the place of each slot. */
std::string
fill_slots(const LinearBlock &block, const std::vector<std::string> &sources)
{
	std::string out;
	Text rest = block.body;
	for (size_t at; (at = rest.find(marker)) != Text::npos;)
	{
		size_t digits = at + marker.size();
		size_t end = digits;
		size_t slot = 0;
		while (end < rest.size() && rest[end] >= '0' && rest[end] <= '9')
			slot = slot * 10 + static_cast<size_t>(rest[end++] - '0');
		out.append(rest.substr(0, at));
		if (end == digits || slot >= sources.size())
			out.append(rest.substr(at, end - at)); /* a literal of the user's */
		else
			out.append(sources[slot]);
		rest.remove_prefix(end);
	}
	return out.append(rest);
}

bool
is_changed(const View &view, const Changed &changed, int occurrence)
{
	return changed[static_cast<size_t>(view.occurrences[occurrence].table)];
}

std::string
filled(const View &view, const Roles &roles)
{
	std::vector<std::string> sources(roles.size());
	for (int i : view.block.occurrences)
		sources[static_cast<size_t>(i)] = source(view, i, roles[static_cast<size_t>(i)]);
	return fill_slots(view.block, sources);
}

std::string
sign_of(const View &view, const Roles &roles)
{
	std::string sign;
	for (int i : view.block.occurrences)
		if (roles[static_cast<size_t>(i)] != Role::current)
			sign.append(sign.empty() ? "" : " * ").append(alias(i)).append(".").append(sign_name);
	return sign;
}

} // namespace

std::vector<Roles>
term_roles(const View &view, const Changed &changed)
{
	std::vector<Roles> terms;
	for (int i : view.block.occurrences)
	{
		if (!is_changed(view, changed, i))
			continue;
		Roles roles(static_cast<size_t>(view.occurrences.n), Role::current);
		for (int j : view.block.occurrences)
			if (j == i)
				roles[static_cast<size_t>(j)] = Role::delta;
			else if (j > i && is_changed(view, changed, j))
				roles[static_cast<size_t>(j)] = Role::before;
		terms.push_back(std::move(roles));
	}
	return terms;
}

std::vector<std::string>
linear_terms(const View &view, const Changed &changed)
{
	std::vector<std::string> terms;
	for (const Roles &roles : term_roles(view, changed))
		terms.push_back("SELECT " + sign_of(view, roles) + " AS " + sign_name + ", " + filled(view, roles));
	return terms;
}

std::vector<Roles>
trace_roles(const View &view, const Changed &changed)
{
	std::vector<Roles> traces;
	for (int i : view.block.occurrences)
	{
		if (!is_changed(view, changed, i))
			continue;
		Roles roles(static_cast<size_t>(view.occurrences.n), Role::current);
		for (int j : view.block.occurrences)
			if (is_changed(view, changed, j))
				roles[static_cast<size_t>(j)] = j == i ? Role::delta : Role::before;
		traces.push_back(std::move(roles));
	}
	return traces;
}

std::vector<std::string>
linear_traces(const View &view, const Changed &changed)
{
	std::vector<std::string> traces;
	for (const Roles &roles : trace_roles(view, changed))
		traces.push_back("SELECT DISTINCT " + filled(view, roles));
	return traces;
}

} // namespace dv::core
