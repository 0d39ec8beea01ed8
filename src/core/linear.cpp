#include "core/linear.hpp"

namespace dv::core {

namespace {

constexpr Text marker = "__dv_slot_";

bool
is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
}

/* The slot that begins at `at`: __dv_slot_<i> under the alias r<i>, which is how a table is read, and nothing else. */
int
slot_at(const LinearBlock &block, size_t at)
{
	if (block.body.substr(at, marker.size()) != marker || (at > 0 && is_word(block.body[at - 1])))
		return -1;
	Text rest = block.body.substr(at + marker.size());
	for (int i : block.occurrences)
	{
		std::string reading = std::to_string(i) + " " + alias(i);
		if (rest.substr(0, reading.size()) == reading &&
			(rest.size() == reading.size() || !is_word(rest[reading.size()])))
			return i;
	}
	return -1;
}

/* The block's body with a source in the place of each slot. Literals and quoted names stay as they are. */
std::string
fill_slots(const LinearBlock &block, const std::vector<std::string> &sources)
{
	std::string out;
	for (size_t at = 0; at < block.body.size();)
	{
		char c = block.body[at];
		if (c == '\'' || c == '"')
		{
			/* a doubled quote inside is the end of one part and the beginning of the next */
			size_t end = block.body.find(c, at + 1);
			Text quoted = block.body.substr(at, end == Text::npos ? end : end + 1 - at);
			out.append(quoted);
			at += quoted.size();
		}
		else if (int i = c == marker.front() ? slot_at(block, at) : -1; i >= 0)
		{
			out.append(sources[static_cast<size_t>(i)]);
			at += marker.size() + std::to_string(i).size();
		}
		else
		{
			out.push_back(c);
			at++;
		}
	}
	return out;
}

bool
is_changed(const View &view, const Changed &changed, int occurrence)
{
	return changed[static_cast<size_t>(view.occurrences[occurrence].table)];
}

std::string
filled(const View &view, const LinearBlock &block, const Roles &roles)
{
	std::vector<std::string> sources(roles.size());
	for (int i : block.occurrences)
		sources[static_cast<size_t>(i)] = source(view, i, roles[static_cast<size_t>(i)]);
	return fill_slots(block, sources);
}

std::string
sign_of(const LinearBlock &block, const Roles &roles)
{
	std::string sign;
	for (int i : block.occurrences)
		if (roles[static_cast<size_t>(i)] != Role::current)
			sign.append(sign.empty() ? "" : " * ").append(alias(i)).append(".").append(sign_name);
	return sign;
}

} // namespace

std::vector<Roles>
term_roles(const View &view, const LinearBlock &block, const Changed &changed)
{
	std::vector<Roles> terms;
	for (int i : block.occurrences)
	{
		if (!is_changed(view, changed, i))
			continue;
		Roles roles(static_cast<size_t>(view.occurrences.n), Role::current);
		for (int j : block.occurrences)
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
	for (const LinearBlock &block : view.blocks)
		for (const Roles &roles : term_roles(view, block, changed))
			terms.push_back("SELECT " + sign_of(block, roles) + " AS " + sign_name + ", " + filled(view, block, roles));
	return terms;
}

std::vector<Roles>
trace_roles(const View &view, const LinearBlock &block, const Changed &changed)
{
	std::vector<Roles> traces;
	for (int i : block.occurrences)
	{
		if (!is_changed(view, changed, i))
			continue;
		Roles roles(static_cast<size_t>(view.occurrences.n), Role::current);
		for (int j : block.occurrences)
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
	for (const LinearBlock &block : view.blocks)
		for (const Roles &roles : trace_roles(view, block, changed))
			traces.push_back("SELECT DISTINCT " + filled(view, block, roles));
	return traces;
}

} // namespace dv::core
