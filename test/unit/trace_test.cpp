/* From a changed row to the keys of the view rows that it can touch. */
#include "tracing.hpp"

namespace dv::test {
namespace {

TEST(Trace, DocumentRootAndChain)
{
	Program p = document();
	EXPECT_EQ(trace(p, 0), "SELECT DISTINCT r0.id AS k1 FROM __dv_delta_0 r0");
	/* the item's own order_id stands for the key: orders is not read */
	EXPECT_EQ(trace(p, 1), "SELECT DISTINCT r1.order_id AS k1 FROM __dv_delta_1 r1");
	EXPECT_EQ(trace(p, 2),
			  "SELECT DISTINCT r1.order_id AS k1 FROM __dv_delta_2 r2, items r1 WHERE r2.id = r1.product_id");
}

TEST(Trace, AChangedTableOnTheWayIsReadInBothStates)
{
	Program p = document();
	std::vector<std::string> traces = *key_traces(p.view, Changed{false, true, true});
	ASSERT_EQ(traces.size(), 2U);
	EXPECT_EQ(
		traces[1],
		"SELECT DISTINCT r1.order_id AS k1 FROM __dv_delta_2 r2, (SELECT order_id, product_id, "
		"1 AS __dv_sign FROM items UNION ALL (SELECT order_id, product_id, - __dv_sign FROM __dv_delta_1 OFFSET 0)) r1 "
		"WHERE r2.id = r1.product_id");
}

/* With the key on the null-extended side, a row of the preserved side reaches no key. */
TEST(Trace, OuterJoinHasNoPathFromThePreservedSideToTheOther)
{
	Program p;
	int a = p.reads(p.table("a", {"id", "x"}));
	int b = p.reads(p.table("b", {"id", "x"}));
	p.edge(b, "x", a, "x");
	p.key("id", b, "id");
	EXPECT_FALSE(find_path(p.view, a));
	EXPECT_TRUE(find_path(p.view, b));
}

TEST(Trace, WithoutAPathThereIsNone)
{
	Program p;
	int a = p.reads(p.table("a", {"id"}));
	int b = p.reads(p.table("b", {"x"}));
	p.key("id", a, "id");
	EXPECT_TRUE(find_path(p.view, a));
	EXPECT_FALSE(find_path(p.view, b));
	EXPECT_EQ(trace(p, 1), "none");
	EXPECT_FALSE(key_traces(p.view, Changed{true, true}));
	EXPECT_TRUE(key_traces(p.view, Changed{true, false}));
}

TEST(Trace, AReadingThatWasNotFoundMakesItsTableUntraceable)
{
	Program p = document();
	p.not_traceable(1);
	EXPECT_EQ(trace(p, 1), "none");
	EXPECT_NE(trace(p, 2), "none");
}

TEST(Trace, AnotherTypeCannotStandForTheKey)
{
	Program p;
	int o = p.reads(p.table("orders", {"id"}));
	int i = p.reads(p.table("items", {"order_id"}));
	p.edge(i, "order_id", o, "id", false);
	p.key("id", o, "id");
	EXPECT_EQ(trace(p, 1), "SELECT DISTINCT r0.id AS k1 FROM __dv_delta_1 r1, orders r0 WHERE r1.order_id = r0.id");
}

/* Two columns of the key by different ways; both equalities of a composite join. */
TEST(Trace, CompositeKeysAndJoins)
{
	Program p;
	int a = p.reads(p.table("a", {"k", "l", "x", "y"}));
	int b = p.reads(p.table("b", {"x", "y", "k"}));
	p.edge(b, "x", a, "x");
	p.edge(b, "y", a, "y");
	p.edge(b, "k", a, "k");
	p.key("k", a, "k", false);
	p.key("l", a, "l", false);
	EXPECT_EQ(trace(p, 1), "SELECT DISTINCT r1.k AS k1, r0.l AS k2 FROM __dv_delta_1 r1, a r0 "
						   "WHERE r1.x = r0.x AND r1.y = r0.y AND r1.k = r0.k");
}

TEST(Trace, TheShortestWayIsTaken)
{
	Program p;
	int a = p.reads(p.table("a", {"id", "x"}));
	int b = p.reads(p.table("b", {"x", "y"}));
	int c = p.reads(p.table("c", {"y", "z", "x"}));
	p.edge(c, "y", b, "y");
	p.edge(b, "x", a, "x");
	p.edge(c, "x", a, "x");
	p.key("id", a, "id");
	EXPECT_EQ(find_path(p.view, c)->steps.size(), 2U);
	EXPECT_EQ(trace(p, 2), "SELECT DISTINCT r0.id AS k1 FROM __dv_delta_2 r2, a r0 WHERE r2.x = r0.x");
}

/* u JOIN v ON u.a = v.b JOIN w ON v.b = w.c, by w.c: u's column equals the key, and nothing else is read */
Program
chain()
{
	Program p;
	int u = p.reads(p.table("u", {"a", "x"}));
	int v = p.reads(p.table("v", {"b", "y"}));
	int w = p.reads(p.table("w", {"c", "z"}));
	p.both_ways(u, "a", v, "b");
	p.both_ways(v, "b", w, "c");
	p.key("c", w, "c");
	return p;
}

TEST(Trace, AChainOfEqualitiesStandsForTheKey)
{
	Program p = chain();
	EXPECT_EQ(trace(p, 0), "SELECT DISTINCT r0.a AS k1 FROM __dv_delta_0 r0 WHERE r0.a IS DISTINCT FROM NULL");
	EXPECT_EQ(trace(p, 1), "SELECT DISTINCT r1.b AS k1 FROM __dv_delta_1 r1 WHERE r1.b IS DISTINCT FROM NULL");
	EXPECT_EQ(trace(p, 2), "SELECT DISTINCT r2.c AS k1 FROM __dv_delta_2 r2");
	EXPECT_EQ(count_steps(p.view), 3);
	expect_sound(p, [](const Tables &t) {
		Content content;
		for (const Signed &u : t[0])
			for (const Signed &v : t[1])
				for (const Signed &w : t[2])
					if (equal(u.row[0], v.row[0]) && equal(v.row[0], w.row[0]))
						content[w.row[0]].push_back({u.row[1], v.row[1], w.row[1]});
		return content;
	});
}

TEST(Trace, AChainByTwoColumnsOfATableIsNone)
{
	Program p;
	int u = p.reads(p.table("u", {"a"}));
	int v = p.reads(p.table("v", {"b", "c"}));
	int w = p.reads(p.table("w", {"c"}));
	p.both_ways(u, "a", v, "b");
	p.both_ways(v, "c", w, "c");
	p.key("c", w, "c", false);
	EXPECT_EQ(trace(p, 0), "SELECT DISTINCT r1.c AS k1 FROM __dv_delta_0 r0, v r1 WHERE r0.a = r1.b");
}

TEST(Trace, AChainOverAnotherTypeIsNone)
{
	Program p;
	int u = p.reads(p.table("u", {"a"}));
	int v = p.reads(p.table("v", {"b"}));
	int w = p.reads(p.table("w", {"c"}));
	p.edge(u, "a", v, "b", false);
	p.edge(v, "b", w, "c");
	p.key("c", w, "c", false);
	EXPECT_EQ(trace(p, 0), "SELECT DISTINCT r1.b AS k1 FROM __dv_delta_0 r0, v r1 WHERE r0.a = r1.b");
}

/* The equality of an outer join leads one way, and so does a chain over it. */
TEST(Trace, AChainFollowsTheDirectionOfItsEdges)
{
	Program p;
	int a = p.reads(p.table("a", {"x"}));
	int b = p.reads(p.table("b", {"x"}));
	int c = p.reads(p.table("c", {"x"}));
	p.edge(b, "x", a, "x");
	p.edge(c, "x", b, "x");
	p.key("x", a, "x", false);
	EXPECT_EQ(trace(p, c), "SELECT DISTINCT r2.x AS k1 FROM __dv_delta_2 r2");
	Program back;
	a = back.reads(back.table("a", {"x"}));
	b = back.reads(back.table("b", {"x"}));
	back.edge(b, "x", a, "x");
	back.key("x", b, "x", false);
	EXPECT_FALSE(find_path(back.view, a));
}

/* lower(i.name) = lower(n.name): joined by the expressions; (i.at)::date = d.day: the expression stands for the key */
TEST(Trace, ExpressionsAreJoinedAndStandForAColumn)
{
	Program p;
	int d = p.reads(p.table("d", {"day"}));
	int i = p.reads(p.table("i", {"at", "name"}));
	int n = p.reads(p.table("n", {"name"}));
	p.edge(i, {}, d, "day");
	p.values("(r1.at)::date", {});
	p.edge(n, {}, i, {}, false);
	p.values("lower(r2.name)", "lower(r1.name)");
	p.key("day", d, "day");
	EXPECT_EQ(trace(p, 1),
			  "SELECT DISTINCT (r1.at)::date AS k1 FROM __dv_delta_1 r1 WHERE (r1.at)::date IS DISTINCT FROM NULL");
	EXPECT_EQ(trace(p, 2), "SELECT DISTINCT (r1.at)::date AS k1 FROM __dv_delta_2 r2, i r1 "
						   "WHERE lower(r2.name) = lower(r1.name) AND (r1.at)::date IS DISTINCT FROM NULL");
}

/* a CROSS JOIN (SELECT max(x) FROM b): a change of b concerns every row; a set operation gives no edge either */
TEST(Trace, WhatIsNotEquatedConcernsEveryRow)
{
	Program p;
	int a = p.reads(p.table("a", {"id"}));
	(void) p.reads(p.table("b", {"x"}));
	p.key("id", a, "id", false);
	EXPECT_EQ(trace(p, 0), "SELECT DISTINCT r0.id AS k1 FROM __dv_delta_0 r0");
	EXPECT_EQ(trace(p, 1), "none");
	EXPECT_EQ(count_steps(p.view), 1);
}

/* Groups, partitions and distinct values over an inner join: the join's own block gives the keys. */
TEST(Trace, ABlockGivesItsOwnKeys)
{
	Program p;
	int a = p.table("a", {"g", "x"});
	int b = p.table("b", {"x"});
	(void) p.reads(a);
	(void) p.reads(b);
	p.key("g", -1, {});
	p.block(" r0.g AS k1 FROM __dv_slot_0 r0, __dv_slot_1 r1 WHERE (r0.x = r1.x)");
	EXPECT_EQ(trace(p, b), "SELECT DISTINCT  r0.g AS k1 FROM a r0, __dv_delta_1 r1 WHERE (r0.x = r1.x)");
}

} // namespace
} // namespace dv::test
