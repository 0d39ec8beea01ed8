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

} // namespace

std::vector<std::string>
linear_terms(const View &view, const Changed &changed)
{
	std::vector<std::string> terms;
	for (int i : view.block.occurrences)
	{
		if (!is_changed(view, changed, i))
			continue;
		std::vector<std::string> sources(static_cast<size_t>(view.occurrences.n));
		std::string sign;
		for (int j : view.block.occurrences)
		{
			Role role = j == i ? Role::delta : j > i && is_changed(view, changed, j) ? Role::before : Role::current;
			sources[static_cast<size_t>(j)] = source(view, j, role);
			if (role != Role::current)
				sign.append(sign.empty() ? "" : " * ").append(alias(j)).append(".").append(sign_name);
		}
		terms.push_back("SELECT " + sign + " AS " + sign_name + ", " + fill_slots(view.block, sources));
	}
	return terms;
}

std::vector<std::string>
linear_traces(const View &view, const Changed &changed)
{
	std::vector<std::string> traces;
	for (int i : view.block.occurrences)
	{
		if (!is_changed(view, changed, i))
			continue;
		std::vector<std::string> sources(static_cast<size_t>(view.occurrences.n));
		for (int j : view.block.occurrences)
			sources[static_cast<size_t>(j)] =
				source(view, j, j == i ? Role::delta : is_changed(view, changed, j) ? Role::before : Role::current);
		traces.push_back("SELECT DISTINCT " + fill_slots(view.block, sources));
	}
	return traces;
}

} // namespace dv::core
