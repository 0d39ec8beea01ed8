#include "scenarios.hpp"

namespace model {

namespace {

/* Count and maximum of t(id, grp, v) per grp. */
Case
groups()
{
	Case shared;
	shared.tables = {{"t", {"id", "grp", "v"}, {{1, 1, 3}, {2, 1, 9}, {3, 2, 5}}}};
	shared.views = {{"g", 1, aggregate, {0}, {}, {{0, 1}}, {0, 2}}};
	return shared;
}

const Choices lowers{does({remove(0, {2, 1, 9})}), does({update(0, {2, 1, 9}, {2, 1, 4})}),
					 does({update(0, {2, 1, 9}, {2, 2, 9})}), does({remove(0, {3, 2, 5})}),
					 does({remove(0, {2, 1, 9}), remove(0, {3, 2, 5})})};
const Choices raises{does({insert(0, {4, 1, 5})}),
					 does({insert(0, {4, 2, 7})}),
					 does({insert(0, {4, 3, 1})}),
					 does({update(0, {1, 1, 3}, {1, 1, 4})}),
					 does({update(0, {1, 1, 3}, {1, 2, 3})}),
					 does({insert(0, {4, 2, 4}), insert(0, {5, 1, 11})})};
const Choices adds{does({insert(0, {6, 2, 8})}), does({insert(0, {6, 3, 2})}), does({insert(0, {6, 1, 12})}),
				   does({insert(0, {6, 1, 8}), insert(0, {7, 2, 6})})};

const Choices extremes{lowers[0], lowers[2], lowers[3], raises[5]};
const Choices few_adds{adds[0], adds[2]};

/* Count and maximum of b(id, x, v) per grp of a(id, x, grp). */
Case
joined_groups()
{
	Case shared;
	shared.tables = {{"a", {"id", "x", "grp"}, {{1, 1, 1}, {2, 2, 1}, {3, 3, 2}}},
					 {"b", {"id", "x", "v"}, {{1, 1, 9}, {2, 2, 3}, {3, 3, 5}}}};
	shared.views = {{"g", 1, aggregate, {0, 1}, {{{0, 1}, {1, 1}}}, {{0, 2}}, {1, 2}}};
	return shared;
}

const Choices a_sides{does({insert(0, {4, 1, 1})}), does({remove(0, {1, 1, 1})}),
					  does({update(0, {1, 1, 1}, {1, 1, 2})}), does({update(0, {1, 1, 1}, {1, 3, 1})})};
const Choices b_sides{does({insert(1, {4, 1, 7})}), does({remove(1, {1, 1, 9})}),
					  does({update(1, {1, 1, 9}, {1, 2, 4})}), does({insert(1, {4, 3, 6})})};
const Choices two_sides{does({insert(0, {5, 2, 2}), insert(1, {5, 2, 8})}), does({remove(0, {3, 3, 2})}),
						does({remove(1, {2, 2, 3}), insert(1, {5, 1, 10})})};

/* Rows over the greatest value of each group, which is a view of its own. */
Case
cascade(Strategy strategy)
{
	Case shared = groups();
	shared.tables.push_back({"u", {"id", "m"}, {{1, 9}, {2, 5}}});
	shared.tables.push_back({"g", {"grp", "maximum", "count"}, {}, 0});
	shared.views.push_back({"v", 2, strategy, {1, 2}, {{{0, 1}, {1, 1}}}, {{0, 0}}, {1, 0}});
	if (strategy == linear)
		shared.views[1].key.push_back({1, 0});
	return shared;
}

/* The rows that have the greatest value of their group. */
Case
greatest(Strategy strategy)
{
	Case shared = groups();
	shared.tables.push_back({"g", {"grp", "maximum", "count"}, {}, 0});
	shared.views.push_back({"v", 2, strategy, {0, 1}, {{{0, 1}, {1, 0}}, {{0, 2}, {1, 1}}}, {{0, 0}}, {1, 1}});
	if (strategy == linear)
		shared.views[1].key.push_back({1, 0});
	return shared;
}

const Choices others{does({insert(1, {3, 5})}), does({insert(1, {3, 11})}), does({remove(1, {1, 9})}),
					 does({update(1, {2, 5}, {2, 9})}), does({insert(1, {3, 12}), insert(0, {6, 1, 12})})};

/* Rows of t(id, x, y) by rows whose y is their x. */
Case
self_join(Strategy strategy)
{
	Case shared;
	shared.tables = {{"t", {"id", "x", "y"}, {{1, 1, 2}, {2, 2, 1}, {3, 3, 3}}}};
	shared.views = {{"v", 1, strategy, {0, 0}, {{{0, 1}, {1, 2}}}, {{0, 0}}, {1, 0}}};
	if (strategy == linear)
		shared.views[0].key.push_back({1, 0});
	return shared;
}

const Choices self_first{does({insert(0, {4, 1, 4})}), does({remove(0, {1, 1, 2})}),
						 does({update(0, {1, 1, 2}, {1, 2, 3})}), does({update(0, {1, 1, 2}, {5, 1, 2})})};
const Choices self_second{does({insert(0, {6, 4, 1})}), does({remove(0, {2, 2, 1})}),
						  does({update(0, {2, 2, 1}, {2, 3, 2})}), does({insert(0, {6, 6, 6})})};
const Choices self_third{does({insert(0, {7, 2, 2})}), does({remove(0, {3, 3, 3})})};

Case
triangle()
{
	Case shared;
	shared.tables = {{"a", {"id", "x", "z"}, {{1, 1, 1}}},
					 {"b", {"id", "x", "y"}, {{1, 1, 1}}},
					 {"c", {"id", "y", "z"}, {{1, 1, 1}}}};
	shared.views = {
		{"v", 1, linear, {0, 1, 2}, {{{0, 1}, {1, 1}}, {{1, 2}, {2, 1}}, {{0, 2}, {2, 2}}}, {{0, 0}, {1, 0}, {2, 0}}}};
	return shared;
}

const Choices triangle_a{does({insert(0, {2, 1, 2})}), does({remove(0, {1, 1, 1})}),
						 does({update(0, {1, 1, 1}, {1, 2, 1})})};
const Choices triangle_b{does({insert(1, {2, 2, 1})}), does({update(1, {1, 1, 1}, {1, 1, 2})}),
						 does({remove(1, {1, 1, 1})})};
const Choices triangle_c{does({insert(2, {2, 1, 2})}), does({insert(2, {2, 2, 1})}),
						 does({update(2, {1, 1, 1}, {1, 2, 2})}), does({insert(0, {3, 2, 1}), remove(2, {1, 1, 1})})};

} // namespace

std::vector<Scenario>
aggregates()
{
	Case anew = groups();
	anew.views[0].anew = true;
	return {
		{"groups", groups(), {lowers, raises, adds}},
		{"groups computed anew", anew, {lowers, raises, adds}},
		{"groups, recomputed", groups(), {complete({lowers[0], lowers[3], lowers[4]}), raises, adds}},
		{"groups of a join", joined_groups(), {a_sides, b_sides, two_sides}},
		{"groups of a join, escalated",
		 joined_groups(),
		 {escalated(a_sides) + complete(b_sides), two_sides, escalated({b_sides[0], b_sides[3]})}},
		{"join on a maximum", cascade(linear), {extremes, few_adds, others}},
		{"left join on a maximum", cascade(document), {extremes, few_adds, others}},
		{"not exists over a maximum", cascade(not_exists), {extremes, few_adds, others}},
		{"groups of maxima", cascade(aggregate), {extremes, few_adds, others}},
		{"join on a maximum, escalated", cascade(linear), {escalated(extremes), escalated(few_adds), others}},
		{"left join on a maximum, escalated", cascade(document), {escalated(extremes), few_adds, others}},
		{"greatest of a group", greatest(linear), {extremes, raises, {adds[2]}}},
		{"group beside each row", greatest(document), {extremes, raises, {adds[3]}}},
		{"self-join", self_join(linear), {self_first, self_second, self_third}},
		{"self-join of documents", self_join(document), {self_first, self_second, self_third}},
		{"self-join, escalated", self_join(linear), {escalated(self_first), self_second, self_third}},
		{"self-join of documents, escalated", self_join(document), {escalated(self_first), self_second, self_third}},
		{"triangle", triangle(), {triangle_a, triangle_b, triangle_c}},
		{"triangle, escalated", triangle(), {escalated(triangle_a), triangle_b, triangle_c}},
	};
}

} // namespace model
