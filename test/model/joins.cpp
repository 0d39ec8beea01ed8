#include "scenarios.hpp"

namespace model {

namespace {

/* a(id, x) and b(id, x), joined on x; the key of a is its id. */
Case
two_tables(Strategy strategy, bool equal = true)
{
	Case shared;
	shared.tables = {{"a", {"id", "x"}, {{1, 1}, {2, 2}}}, {"b", {"id", "x"}, {{1, 1}, {2, 1}}}};
	shared.views = {{"v", 1, strategy, {0, 1}, {{{0, 1}, {1, 1}, equal}}, {{0, 0}}, {1, 0}}};
	if (strategy == linear)
		shared.views[0].key.push_back({1, 0});
	return shared;
}

/* What may happen to a's row 1 and to a new one. */
const Choices a_changes{does({insert(0, {3, 1})}), does({remove(0, {1, 1})}), does({update(0, {1, 1}, {1, 2})}),
						does({update(0, {1, 1}, {4, 1})})};
const Choices b_changes{does({insert(1, {3, 1})}), does({remove(1, {1, 1})}), does({update(1, {1, 1}, {1, 2})})};
const Choices both_changes{does({insert(0, {5, 1}), insert(1, {5, 1})}),
						   does({update(0, {2, 2}, {2, 1}), remove(1, {2, 1})}),
						   does({insert(0, {5, 2}), insert(1, {5, 1})})};

void
add_pairs(std::vector<Scenario> &all, const std::string &name, const Case &shared)
{
	all.push_back({name + ", opposite sides", shared, {a_changes, b_changes, both_changes}});
	all.push_back({name + ", same side", shared, {b_changes, {does({insert(1, {4, 1})}), does({remove(1, {2, 1})})}}});
	all.push_back(
		{name + ", both sides",
		 shared,
		 {both_changes,
		  {does({insert(0, {6, 1}), insert(1, {6, 1})}), does({update(0, {1, 1}, {1, 2}), insert(1, {6, 2})})}}});
	all.push_back(
		{name + ", escalated",
		 shared,
		 {escalated(a_changes) + escalated(b_changes) + complete({a_changes[0], b_changes[1], both_changes[0]}),
		  Choices{does({insert(0, {4, 1})}), does({insert(1, {4, 1})}), does({remove(1, {2, 1})})} + both_changes,
		  escalated({does({insert(0, {6, 1})}), does({insert(1, {6, 1})})})}});
}

/* a(id, x), b(id, x, y), c(id, y): b links the others. */
Case
chain(Strategy strategy)
{
	Case shared;
	shared.tables = {{"a", {"id", "x"}, {{1, 1}}},
					 {"b", {"id", "x", "y"}, {{1, 1, 1}, {2, 2, 1}}},
					 {"c", {"id", "y"}, {{1, 1}, {2, 2}}}};
	shared.views = {{"v", 1, strategy, {0, 1, 2}, {{{0, 1}, {1, 1}}, {{1, 2}, {2, 1}}}, {{0, 0}}, {2, 0}}};
	if (strategy == linear)
		shared.views[0].key = {{0, 0}, {1, 0}, {2, 0}};
	return shared;
}

const Choices chain_a{does({insert(0, {2, 2})}), does({remove(0, {1, 1})}), does({update(0, {1, 1}, {1, 2})})};
const Choices chain_b{does({insert(1, {3, 2, 2})}), does({insert(1, {3, 1, 2})}), does({remove(1, {1, 1, 1})}),
					  does({update(1, {2, 2, 1}, {2, 2, 2})}), does({update(1, {1, 1, 1}, {1, 2, 2})})};
const Choices chain_c{does({insert(2, {3, 2})}), does({remove(2, {1, 1})}), does({update(2, {1, 1}, {4, 1})})};

void
add_chains(std::vector<Scenario> &all, const std::string &name, const Case &shared)
{
	all.push_back({name, shared, {chain_a, chain_b, chain_c}});
	all.push_back({name + ", both ends in one",
				   shared,
				   {{does({insert(0, {2, 2}), insert(2, {3, 2})}), does({remove(0, {1, 1}), insert(2, {3, 1})})},
					chain_b,
					{does({insert(0, {4, 1})}), does({insert(2, {4, 2})}), does({insert(1, {4, 2, 1})})}}});
	all.push_back(
		{name + ", escalated",
		 shared,
		 {escalated(chain_a) + escalated(chain_c), chain_b, {does({insert(0, {4, 2})}), does({insert(2, {4, 2})})}}});
	Case impatient = shared;
	impatient.restarts = 1;
	all.push_back({name + ", escalated at last", impatient, {chain_a, chain_b, chain_c}});
}

} // namespace

/* Each flushes, changes more, and commits. */
const Choices twice_a{does({insert(0, {5, 1}), after_flush(insert(1, {5, 2}))}),
					  does({insert(0, {3, 1}), after_flush(insert(1, {3, 2}))}),
					  does({remove(0, {1, 1}), after_flush(insert(0, {1, 2}))})};
const Choices twice_b{does({insert(0, {6, 2}), after_flush(insert(1, {6, 1}))}),
					  does({insert(1, {4, 1}), after_flush(insert(0, {4, 1}))}),
					  does({update(1, {1, 1}, {1, 2}), after_flush(remove(1, {2, 1}))})};

/* Other keys, or the same side: no one waits. */
const Choices alone_a{does({insert(0, {3, 1})}), does({update(0, {1, 1}, {4, 1})})};
const Choices alone_b{does({insert(1, {3, 2})}), does({insert(1, {3, 3}), insert(0, {6, 3})})};
const Choices alone_a_again{does({insert(0, {5, 1})}), does({insert(0, {5, 4}), insert(1, {5, 4})})};

std::vector<Scenario>
joins()
{
	std::vector<Scenario> all;
	add_pairs(all, "join", two_tables(linear));
	add_pairs(all, "left join", two_tables(document));
	add_pairs(all, "not exists", two_tables(not_exists));
	add_pairs(all, "list over a join", two_tables(block));
	add_pairs(all, "join by inequality", two_tables(linear, false));
	add_pairs(all, "left join by inequality", two_tables(document, false));
	all.push_back({"join, other keys", two_tables(linear), {alone_a, alone_b, alone_a_again}, Expect::no_wait});
	all.push_back({"left join, other keys", two_tables(document), {alone_a, alone_b, alone_a_again}, Expect::no_wait});
	add_chains(all, "chain", chain(linear));
	add_chains(all, "chain of documents", chain(document));
	add_chains(all, "chain under not exists", chain(not_exists));
	all.push_back({"flush twice", two_tables(linear), {twice_a, twice_b}, Expect::deadlock});
	all.push_back({"flush twice, left join", two_tables(document), {twice_a, twice_b}, Expect::deadlock});
	all.push_back({"flush twice, groups of a join", two_tables(aggregate), {twice_a, twice_b}, Expect::deadlock});
	return all;
}

} // namespace model
