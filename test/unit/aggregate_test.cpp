/* What the terms of a join add to the groups of an aggregate over it. */
#include "core/aggregate.hpp"
#include "multiset.hpp"
#include "program.hpp"

#include <gtest/gtest.h>

#include <optional>

namespace dv::test {
namespace {

TEST(Aggregate, OnePartialPerStateAndTheRowsThatLeave)
{
	Program p;
	(void) p.reads(p.table("public.a", {"g", "x"}));
	p.key("g", -1, {});
	p.block(" r0.g AS __dv_g1, r0.x AS __dv_a1 FROM __dv_slot_0 r0");
	p.state(StateKind::count_rows, -1, "bigint");
	p.state(StateKind::count, 0, "bigint");
	p.state(StateKind::sum, 0, "bigint");
	p.state(StateKind::extreme, 0, "integer", "pg_catalog.max");

	EXPECT_EQ(aggregate_terms(p.view, Changed{true}),
			  (std::vector<std::string>{
				  "SELECT d.g1, sum(d.s), coalesce(sum(d.s) FILTER (WHERE d.a1 IS DISTINCT FROM NULL), 0), "
				  "sum(d.s::pg_catalog.numeric * d.a1)::bigint, "
				  "pg_catalog.max(d.a1) FILTER (WHERE d.s > 0), pg_catalog.max(d.a1) FILTER (WHERE d.s < 0), "
				  "count(*) FILTER (WHERE d.s < 0) "
				  "FROM (SELECT r0.__dv_sign AS __dv_sign,  r0.g AS __dv_g1, r0.x AS __dv_a1 FROM __dv_delta_0 r0) "
				  "d(s, g1, a1) GROUP BY d.g1"}));
}

TEST(Aggregate, WithoutGroupsATermThatIsEmptySaysNothing)
{
	Program p;
	(void) p.reads(p.table("public.a", {}));
	p.block(" true AS __dv_a1 FROM __dv_slot_0 r0");
	p.state(StateKind::count_rows, -1, "bigint");
	EXPECT_EQ(
		aggregate_terms(p.view, Changed{true})[0],
		"SELECT sum(d.s), count(*) FILTER (WHERE d.s < 0) "
		"FROM (SELECT r0.__dv_sign AS __dv_sign,  true AS __dv_a1 FROM __dv_delta_0 r0) d(s) HAVING count(*) > 0");
}

TEST(Aggregate, OneQueryPerTermOfTheJoin)
{
	Program p;
	int a = p.table("public.a", {"g"});
	(void) p.reads(a);
	(void) p.reads(a);
	p.key("g", -1, {});
	p.block(" r0.g AS __dv_g1 FROM __dv_slot_0 r0, __dv_slot_1 r1");
	p.state(StateKind::count_rows, -1, "bigint");
	EXPECT_EQ(aggregate_terms(p.view, Changed{true}).size(), 2U);
	EXPECT_TRUE(aggregate_terms(p.view, Changed{false}).empty());
}

TEST(Aggregate, SeveralTermsAreNettedBeforeSignsAreLookedAt)
{
	Program p;
	int a = p.table("public.a", {"g"});
	int b = p.table("public.b", {"g", "x"});
	(void) p.reads(a);
	(void) p.reads(b);
	p.key("g", -1, {});
	p.block(" r0.g AS __dv_g1, r1.x AS __dv_a1 FROM __dv_slot_0 r0, __dv_slot_1 r1 WHERE r0.g = r1.g");
	p.state(StateKind::extreme, 0, "numeric", "pg_catalog.max");
	constexpr bool scaled[] = {true};
	p.view.nets = true;
	p.view.scaled = {scaled, 1};

	std::vector<std::string> terms = linear_terms(p.view, Changed{true, true});
	ASSERT_EQ(terms.size(), 2U);
	EXPECT_EQ(
		aggregate_terms(p.view, Changed{true, true}),
		(std::vector<std::string>{
			"SELECT d.g1, pg_catalog.max(d.a1) FILTER (WHERE d.s > 0), pg_catalog.max(d.a1) FILTER (WHERE d.s < 0), "
			"count(*) FILTER (WHERE d.s < 0) FROM (SELECT sum(t.s)::pg_catalog.int4, t.g1, t.a1 FROM (" +
			terms[0] + " UNION ALL " + terms[1] +
			") t(s, g1, a1) GROUP BY t.g1, t.a1, pg_catalog.scale(t.a1) HAVING sum(t.s) <> 0) d(s, g1, a1) "
			"GROUP BY d.g1"}));
	EXPECT_EQ(aggregate_terms(p.view, only(p.view, b))[0].find("UNION ALL"), std::string::npos);
	EXPECT_TRUE(nets_terms(p.view, Changed{true, true}));
	EXPECT_FALSE(nets_terms(p.view, only(p.view, b)));
	p.view.nets = false;
	EXPECT_FALSE(nets_terms(p.view, Changed{true, true}));
}

TEST(Aggregate, ConstantsOfBranchesTellThemApart)
{
	Program p;
	int a = p.table("public.a", {"g"});
	int b = p.table("public.b", {"g"});
	(void) p.reads(a);
	p.block(" r0.g AS __dv_g1, 1 AS __dv_a1 FROM __dv_slot_0 r0");
	(void) p.reads(b);
	p.block(" r1.g AS __dv_g1, 2 AS __dv_a1 FROM __dv_slot_1 r1");
	p.key("g", -1, {});
	p.state(StateKind::count, 0, "bigint");
	EXPECT_EQ(aggregate_terms(p.view, only(p.view, b)),
			  (std::vector<std::string>{
				  "SELECT d.g1, coalesce(sum(d.s) FILTER (WHERE d.a1 IS DISTINCT FROM NULL), 0), "
				  "count(*) FILTER (WHERE d.s < 0) "
				  "FROM (SELECT r1.__dv_sign AS __dv_sign,  r1.g AS __dv_g1, 2 AS __dv_a1 FROM __dv_delta_1 r1) "
				  "d(s, g1, a1) GROUP BY d.g1"}));
	EXPECT_EQ(aggregate_terms(p.view, Changed{true, true}).size(), 2U);
}

/* The states of the rows of each group: how many, their sum, the greatest. */
struct States
{
	int count = 0;
	int sum = 0;
	std::optional<int> greatest;
};

std::map<int, States>
states_of(const Rows &rows)
{
	std::map<int, States> groups;
	for (const auto &[row, count] : net(rows))
	{
		States &states = groups[row[0]];
		states.count += count;
		states.sum += count * row[1];
		states.greatest = std::max(states.greatest.value_or(row[1]), row[1]);
	}
	return groups;
}

/*
 * The partials of all terms of all branches, folded into the old states, are the new ones.  An extreme may
 * be widened by what enters unless something that leaves is as good as it (then
 * the group is recomputed): also with rows that enter in one term and leave in
 * another, and so are in neither state.
 */
TEST(Aggregate, PartialsFoldIntoTheNewStates)
{
	Random random(3);
	int widened = 0;
	for (int round = 0; round < 3000; round++)
	{
		Program p;
		int a = p.table("public.a", {"g", "x"});
		int b = p.table("public.b", {"g", "x"});
		for (int branches = 1 + pick(random, 2); branches > 0; branches--)
		{
			(void) p.reads(a);
			(void) p.reads(pick(random, 2) ? a : b);
			p.block(" r0.g AS g, r1.x AS x FROM __dv_slot_0 r0, __dv_slot_1 r1");
		}
		Changed changed{true, pick(random, 2) == 0};
		std::vector<History> histories{random_history(random, 2, 3, true), random_history(random, 2, 5, changed[1])};

		auto projected = [](const Rows &rows) {
			Rows out;
			for (const Signed &one : rows)
				out.push_back({{one.row[0], one.row[3]}, one.sign});
			return out;
		};
		auto keep = [](const Row &row) { return row[0] == row[2]; };
		auto history_of = [&](int i) -> const History & {
			return histories[static_cast<size_t>(p.view.occurrences[i].table)];
		};
		Rows old_rows;
		Rows new_rows;
		Rows delta;
		for (const LinearBlock &block : p.view.blocks)
		{
			int i = block.occurrences[0];
			int j = block.occurrences[1];
			auto product = [&](const Rows &left, const Rows &right) { return projected(join({left, right}, keep)); };
			old_rows = std::move(old_rows) + product(history_of(i).old_rows, history_of(j).old_rows);
			new_rows = std::move(new_rows) + product(history_of(i).new_rows, history_of(j).new_rows);
			for (const Roles &roles : term_roles(p.view, block, changed))
				delta = std::move(delta) + product(history_of(i).as(roles[static_cast<size_t>(i)]),
												   history_of(j).as(roles[static_cast<size_t>(j)]));
		}
		std::map<int, States> old_states = states_of(old_rows);
		std::map<int, States> new_states = states_of(new_rows);

		for (int g = 0; g < 3; g++)
		{
			States states = old_states[g];
			std::optional<int> enters;
			std::optional<int> leaves;
			for (const Signed &one : delta)
				if (one.row[0] == g)
				{
					states.count += one.sign;
					states.sum += one.sign * one.row[1];
					std::optional<int> &side = one.sign > 0 ? enters : leaves;
					side = std::max(side.value_or(one.row[1]), one.row[1]);
				}
			const States &expected = new_states[g];
			ASSERT_EQ(states.count, expected.count) << "round " << round;
			ASSERT_EQ(states.sum, expected.sum) << "round " << round;

			bool recompute = leaves && (!states.greatest || *states.greatest <= *leaves);
			if (recompute || states.count == 0)
				continue;
			if (enters)
				states.greatest = std::max(states.greatest.value_or(*enters), *enters);
			ASSERT_EQ(states.greatest, expected.greatest) << "round " << round;
			widened++;
		}
	}
	EXPECT_GT(widened, 1000);
}

} // namespace
} // namespace dv::test
