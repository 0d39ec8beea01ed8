/* What a change of a table locks by values, and what it reads as a whole. */
#include "core/touches.hpp"

#include "program.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace dv::test {
namespace {

/* "R a1 0.x": reads access 1 by column x of table 0's delta;  "W": writes; "deep" and queries as they are. */
std::string
listed(const Program &p, const Changed &changed)
{
	Touches all = touches(p.view, changed);
	std::vector<std::string> lines;
	for (const Touch &touch : all.values)
		lines.push_back((touch.writes ? "W a" : "R a") + std::to_string(p.view.edges[touch.edge].access) + " " +
						(touch.sql.empty() ? std::to_string(touch.table) + "." + std::string(touch.column)
										   : (touch.deep ? "deep " : "") + touch.sql));
	for (size_t i = 0; i < all.tables.size(); i++)
		if (all.tables[i])
			lines.push_back("all of " + std::to_string(i));
	std::sort(lines.begin(), lines.end());
	std::string text;
	for (const std::string &line : lines)
		text += (text.empty() ? "" : "; ") + line;
	return text;
}

/* One direction of an equality, with the way by which it reads its end. */
void
edge(Program &p, int from, Text from_column, int to, Text to_column, int access)
{
	p.edge(from, from_column, to, to_column);
	p.access(access);
}

Program
chain()
{
	Program p;
	int a = p.reads(p.table("a", {"x"}));
	int b = p.reads(p.table("b", {"x", "y"}));
	int c = p.reads(p.table("c", {"y"}));
	edge(p, a, "x", b, "x", 0);
	edge(p, b, "x", a, "x", 1);
	edge(p, b, "y", c, "y", 2);
	edge(p, c, "y", b, "y", 3);
	p.view.kind = Kind::linear;
	p.block(" r0.x FROM __dv_slot_0 r0, __dv_slot_1 r1, __dv_slot_2 r2");
	return p;
}

/* Whichever of them changes: they meet in the values of one equality. */
TEST(Touches, BothEndsOfAJoinMeetAtOneSide)
{
	Program p;
	int a = p.reads(p.table("a", {"x"}));
	int b = p.reads(p.table("b", {"y"}));
	edge(p, a, "x", b, "y", 0);
	edge(p, b, "y", a, "x", 1);
	p.view.kind = Kind::linear;
	p.block(" 1 FROM __dv_slot_0 r0, __dv_slot_1 r1");
	EXPECT_EQ(listed(p, {true, false}), "R a0 0.x");
	EXPECT_EQ(listed(p, {false, true}), "W a0 1.y");
	EXPECT_EQ(listed(p, {true, true}), "R a0 0.x; W a0 1.y");
}

/* c is read by values of b's rows, which are to be found first. */
TEST(Touches, AChainIsFollowedToItsEnd)
{
	EXPECT_EQ(listed(chain(), {true, false, false}),
			  "R a0 0.x; R a2 deep SELECT DISTINCT r1.y AS k1 FROM __dv_delta_0 r0, b r1 WHERE r0.x = r1.x; W a1 0.x");
	EXPECT_EQ(listed(chain(), {false, true, false}), "R a1 1.x; R a2 1.y; W a0 1.x; W a3 1.y");
	EXPECT_EQ(listed(chain(), {false, false, true}),
			  "R a1 deep SELECT DISTINCT r1.x AS k1 FROM __dv_delta_2 r2, b r1 WHERE r2.y = r1.y; R a3 2.y; W a2 2.y");
}

TEST(Touches, ATableOnTheWayThatChangedIsReadInBothStates)
{
	std::string all = listed(chain(), {true, true, false});
	EXPECT_NE(all.find("UNION ALL (SELECT x, y, - __dv_sign FROM __dv_delta_1 OFFSET 0)"), std::string::npos) << all;
}

TEST(Touches, WithoutAnEqualityOrAHashTheTableIsReadAsAWhole)
{
	Program p;
	p.reads(p.table("a", {"x"}));
	p.reads(p.table("b", {"x"}));
	p.view.kind = Kind::linear;
	p.block(" 1 FROM __dv_slot_0 r0, __dv_slot_1 r1");
	EXPECT_EQ(listed(p, {true, false}), "all of 1");
	p.both_ways(0, "x", 1, "x");
	EXPECT_EQ(listed(p, {true, false}), "all of 1");
	p.access(0);
	EXPECT_EQ(listed(p, {true, false}), "W a0 0.x; all of 1");
	EXPECT_EQ(listed(p, {false, true}), "R a0 1.x");
}

/* What lies beyond a table that is read as a whole is read by values all the same. */
TEST(Touches, AnUnhashedEqualityOnTheWay)
{
	Program p;
	int a = p.reads(p.table("a", {"x"}));
	int b = p.reads(p.table("b", {"x", "y"}));
	int c = p.reads(p.table("c", {"y"}));
	p.both_ways(a, "x", b, "x");
	edge(p, b, "y", c, "y", 0);
	p.view.kind = Kind::linear;
	p.block(" 1 FROM __dv_slot_0 r0, __dv_slot_1 r1, __dv_slot_2 r2");
	EXPECT_EQ(listed(p, {true, false, false}),
			  "R a0 deep SELECT DISTINCT r1.y AS k1 FROM __dv_delta_0 r0, b r1 WHERE r0.x = r1.x; all of 1");
}

TEST(Touches, ASelfJoinReadsAndWritesTheSame)
{
	Program p;
	int t = p.table("t", {"x"});
	int a = p.reads(t);
	int b = p.reads(t);
	edge(p, a, "x", b, "x", 0);
	edge(p, b, "x", a, "x", 0);
	p.view.kind = Kind::linear;
	p.block(" 1 FROM __dv_slot_0 r0, __dv_slot_1 r1");
	EXPECT_EQ(listed(p, {true}), "R a0 0.x; W a0 0.x");
}

/* An item's own order_id is the key: orders is not read, and so its writers lock nothing for items. */
TEST(Touches, AKeyFoundInTheDeltaReadsNothing)
{
	Program p;
	int o = p.reads(p.table("orders", {"id", "customer_id"}));
	int i = p.reads(p.table("items", {"order_id"}));
	int c = p.reads(p.table("customers", {"id"}));
	edge(p, i, "order_id", o, "id", 0);
	edge(p, c, "id", o, "customer_id", 1);
	p.key("id", o, "id", false);
	p.view.kind = Kind::keyed;
	EXPECT_EQ(listed(p, {true, false, false}), "W a1 0.customer_id");
	EXPECT_EQ(listed(p, {false, true, false}), "");
	EXPECT_EQ(listed(p, {false, false, true}), "R a1 2.id");
}

TEST(Touches, BranchesOfAUnionDoNotReadEachOther)
{
	Program p;
	p.reads(p.table("a", {"x"}));
	p.view.kind = Kind::linear;
	p.block(" 1 FROM __dv_slot_0 r0");
	p.reads(p.table("b", {"x"}));
	p.block(" 1 FROM __dv_slot_1 r1");
	EXPECT_EQ(listed(p, {true, true}), "");
}

TEST(Touches, ValuesOfExpressionsAreQueries)
{
	Program p;
	int a = p.reads(p.table("a", {"x"}));
	int b = p.reads(p.table("b", {"x"}));
	edge(p, a, "", b, "", 0);
	p.values("lower(r0.x)", "lower(r1.x)");
	p.view.kind = Kind::linear;
	p.block(" 1 FROM __dv_slot_0 r0, __dv_slot_1 r1");
	EXPECT_EQ(listed(p, {true, false}), "R a0 SELECT DISTINCT lower(r0.x) AS k1 FROM __dv_delta_0 r0");
	EXPECT_EQ(listed(p, {false, true}), "W a0 SELECT lower(r1.x) FROM __dv_delta_1 r1; all of 0");
}

} // namespace
} // namespace dv::test
