/* For each shape of a query: which path a change of each table takes to which key, and that it misses none. */
#include "tracing.hpp"

namespace dv::test {
namespace {

TEST(TraceShapes, DocumentIsSound)
{
	expect_sound(document(), [](const Tables &t) {
		Content content;
		for (const Signed &o : t[0])
		{
			std::vector<Row> items;
			for (const Signed &i : t[1])
				for (const Signed &r : t[2])
					if (equal(i.row[0], o.row[0]) && equal(i.row[1], r.row[0]))
						items.push_back({r.row[0], r.row[1]});
			std::sort(items.begin(), items.end());
			Row row = o.row;
			for (const Row &item : items)
				row.insert(row.end(), item.begin(), item.end());
			content[o.row[0]].push_back(row);
		}
		return content;
	});
}

/* a LEFT JOIN b ON a.x = b.x: a row of a matters without a partner, too */
Program
outer_join()
{
	Program p;
	int a = p.reads(p.table("a", {"id", "x"}));
	int b = p.reads(p.table("b", {"x", "y"}));
	p.edge(b, "x", a, "x");
	p.key("id", a, "id");
	return p;
}

TEST(TraceShapes, OuterJoinIsKeyedByThePreservedSide)
{
	Program p = outer_join();
	EXPECT_EQ(trace(p, 0), "SELECT DISTINCT r0.id AS k1 FROM __dv_delta_0 r0");
	EXPECT_EQ(trace(p, 1), "SELECT DISTINCT r0.id AS k1 FROM __dv_delta_1 r1, a r0 WHERE r1.x = r0.x");
	expect_sound(p, [](const Tables &t) {
		Content content;
		for (const Signed &a : t[0])
		{
			bool partner = false;
			for (const Signed &b : t[1])
				if (equal(a.row[1], b.row[0]))
				{
					content[a.row[0]].push_back({a.row[1], b.row[1]});
					partner = true;
				}
			if (!partner)
				content[a.row[0]].push_back({a.row[1], -1});
		}
		return content;
	});
}

/* a WHERE NOT EXISTS (SELECT FROM b WHERE b.x = a.x AND b.y = 1) */
TEST(TraceShapes, NotExistsIsKeyedByTheOuterRow)
{
	Program p = outer_join();
	expect_sound(p, [](const Tables &t) {
		Content content;
		for (const Signed &a : t[0])
			if (std::none_of(t[1].begin(), t[1].end(),
							 [&](const Signed &b) { return equal(a.row[1], b.row[0]) && b.row[1] == 1; }))
				content[a.row[0]].push_back(a.row);
		return content;
	});
}

/* a JOIN (SELECT g, max(x) FROM b GROUP BY g) s USING (g): a new maximum changes the rows of all of a's with that g */
TEST(TraceShapes, GroupedSubqueryIsCrossedByItsGroup)
{
	Program p;
	int left = p.reads(p.table("a", {"id", "g"}));
	int right = p.reads(p.table("b", {"g", "x"}));
	p.both_ways(left, "g", right, "g");
	p.key("id", left, "id");
	EXPECT_EQ(trace(p, 1), "SELECT DISTINCT r0.id AS k1 FROM __dv_delta_1 r1, a r0 WHERE r1.g = r0.g");
	expect_sound(p, [](const Tables &t) {
		Content content;
		for (const Signed &a : t[0])
		{
			int greatest = -1;
			for (const Signed &b : t[1])
				if (equal(a.row[1], b.row[0]))
					greatest = std::max(greatest, b.row[1]);
			if (greatest >= 0)
				content[a.row[0]].push_back({a.row[1], greatest});
		}
		return content;
	});
}

/* staff e LEFT JOIN staff m ON e.boss = m.id, by e.id: one table, two readings, a trace for each */
TEST(TraceShapes, EachReadingOfATableHasItsOwnPath)
{
	Program p;
	int staff = p.table("staff", {"id", "boss", "pay"});
	int e = p.reads(staff);
	int m = p.reads(staff);
	p.edge(m, "id", e, "boss");
	p.key("id", e, "id");
	EXPECT_EQ(trace(p, 0),
			  "SELECT DISTINCT r0.id AS k1 FROM __dv_delta_0 r0; "
			  "SELECT DISTINCT r0.id AS k1 FROM __dv_delta_0 r1, (SELECT id, boss, pay, 1 AS __dv_sign FROM staff "
			  "UNION ALL (SELECT id, boss, pay, - __dv_sign FROM __dv_delta_0 OFFSET 0)) r0 WHERE r1.id = r0.boss");
	expect_sound(p, [](const Tables &t) {
		Content content;
		for (const Signed &one : t[0])
		{
			bool partner = false;
			for (const Signed &boss : t[0])
				if (equal(one.row[1], boss.row[0]))
				{
					content[one.row[0]].push_back({one.row[2], boss.row[2]});
					partner = true;
				}
			if (!partner)
				content[one.row[0]].push_back({one.row[2], -1});
		}
		return content;
	});
}

/* a LEFT JOIN b ON a.x = b.x, where a has no primary key: by a.x, NULL among its values */
TEST(TraceShapes, OuterJoinByTheJoinColumnOfThePreservedSide)
{
	Program p;
	int a = p.reads(p.table("a", {"x", "y"}));
	int b = p.reads(p.table("b", {"x", "y"}));
	p.edge(b, "x", a, "x");
	p.key("x", a, "x");
	EXPECT_EQ(trace(p, 0), "SELECT DISTINCT r0.x AS k1 FROM __dv_delta_0 r0");
	EXPECT_EQ(trace(p, 1), "SELECT DISTINCT r1.x AS k1 FROM __dv_delta_1 r1 WHERE r1.x IS DISTINCT FROM NULL");
	expect_sound(p, [](const Tables &t) {
		Content content;
		for (const Signed &left : t[0])
		{
			bool partner = false;
			for (const Signed &right : t[1])
				if (equal(left.row[0], right.row[0]))
				{
					content[left.row[0]].push_back({left.row[1], right.row[1]});
					partner = true;
				}
			if (!partner)
				content[left.row[0]].push_back({left.row[1], -1});
		}
		return content;
	});
}

/* a LEFT JOIN b ON b.x = a.x LEFT JOIN c ON c.y = b.y: outwards, a step for each join */
TEST(TraceShapes, NestedOuterJoinsAreCrossedOutwards)
{
	Program p;
	int a = p.reads(p.table("a", {"id", "x"}));
	int b = p.reads(p.table("b", {"x", "y"}));
	int c = p.reads(p.table("c", {"y", "z"}));
	p.edge(b, "x", a, "x");
	p.edge(c, "y", b, "y");
	p.key("id", a, "id", false);
	EXPECT_EQ(trace(p, 1), "SELECT DISTINCT r0.id AS k1 FROM __dv_delta_1 r1, a r0 WHERE r1.x = r0.x");
	EXPECT_EQ(trace(p, 2),
			  "SELECT DISTINCT r0.id AS k1 FROM __dv_delta_2 r2, b r1, a r0 WHERE r2.y = r1.y AND r1.x = r0.x");
	expect_sound(p, [](const Tables &t) {
		Content content;
		for (const Signed &one : t[0])
		{
			bool partner = false;
			for (const Signed &two : t[1])
			{
				bool third = false;
				if (!equal(one.row[1], two.row[0]))
					continue;
				partner = true;
				for (const Signed &three : t[2])
					if (equal(two.row[1], three.row[0]))
					{
						content[one.row[0]].push_back({two.row[1], three.row[1]});
						third = true;
					}
				if (!third)
					content[one.row[0]].push_back({two.row[1], -1});
			}
			if (!partner)
				content[one.row[0]].push_back({-1, -1});
		}
		return content;
	});
}

/* a WHERE x IN (SELECT x FROM b WHERE y IN (SELECT y FROM c)): from inside outwards, never inwards */
TEST(TraceShapes, NestedInLeadsOutwards)
{
	Program p;
	int a = p.reads(p.table("a", {"id", "x"}));
	int b = p.reads(p.table("b", {"x", "y"}));
	int c = p.reads(p.table("c", {"y"}));
	p.edge(b, "x", a, "x");
	p.edge(c, "y", b, "y");
	p.key("id", a, "id", false);
	EXPECT_EQ(trace(p, 0), "SELECT DISTINCT r0.id AS k1 FROM __dv_delta_0 r0");
	EXPECT_EQ(trace(p, 2),
			  "SELECT DISTINCT r0.id AS k1 FROM __dv_delta_2 r2, b r1, a r0 WHERE r2.y = r1.y AND r1.x = r0.x");
	expect_sound(p, [](const Tables &t) {
		Content content;
		for (const Signed &one : t[0])
			for (const Signed &two : t[1])
				if (equal(one.row[1], two.row[0]) && std::any_of(t[2].begin(), t[2].end(), [&](const Signed &three) {
						return equal(two.row[1], three.row[0]);
					}))
				{
					content[one.row[0]].push_back(one.row);
					break;
				}
		return content;
	});
}

/* SELECT id, (SELECT sum(y) FROM b WHERE b.a = a.id AND b.y > (SELECT max(z) FROM c WHERE c.a = a.id)) FROM a */
TEST(TraceShapes, NestedScalarSubqueriesLeadToWhatTheyAreCorrelatedWith)
{
	Program p;
	int a = p.reads(p.table("a", {"id"}));
	int b = p.reads(p.table("b", {"a", "y"}));
	int c = p.reads(p.table("c", {"a", "z"}));
	p.edge(b, "a", a, "id");
	p.edge(c, "a", a, "id");
	p.key("id", a, "id", false);
	EXPECT_EQ(trace(p, 1), "SELECT DISTINCT r1.a AS k1 FROM __dv_delta_1 r1");
	EXPECT_EQ(trace(p, 2), "SELECT DISTINCT r2.a AS k1 FROM __dv_delta_2 r2");
	expect_sound(p, [](const Tables &t) {
		Content content;
		for (const Signed &one : t[0])
		{
			int greatest = -1;
			int sum = 0;
			for (const Signed &three : t[2])
				if (equal(three.row[0], one.row[0]))
					greatest = std::max(greatest, three.row[1]);
			for (const Signed &two : t[1])
				if (equal(two.row[0], one.row[0]) && two.row[1] > greatest)
					sum += two.row[1];
			content[one.row[0]].push_back({sum});
		}
		return content;
	});
}

/* a LEFT JOIN (SELECT b.g, sum(c.y) FROM b LEFT JOIN c ON c.x = b.x GROUP BY b.g) s USING (g) */
TEST(TraceShapes, AGroupingSubqueryOverAJoinIsCrossedByItsGroup)
{
	Program p;
	int a = p.reads(p.table("a", {"id", "g"}));
	int b = p.reads(p.table("b", {"g", "x"}));
	int c = p.reads(p.table("c", {"x", "y"}));
	p.edge(b, "g", a, "g");
	p.edge(c, "x", b, "x");
	p.key("id", a, "id", false);
	EXPECT_EQ(trace(p, 1), "SELECT DISTINCT r0.id AS k1 FROM __dv_delta_1 r1, a r0 WHERE r1.g = r0.g");
	EXPECT_EQ(trace(p, 2),
			  "SELECT DISTINCT r0.id AS k1 FROM __dv_delta_2 r2, b r1, a r0 WHERE r2.x = r1.x AND r1.g = r0.g");
	expect_sound(p, [](const Tables &t) {
		Content content;
		for (const Signed &one : t[0])
		{
			int sum = 0;
			int rows = 0;
			for (const Signed &two : t[1])
			{
				if (!equal(one.row[1], two.row[0]))
					continue;
				rows++;
				for (const Signed &three : t[2])
					if (equal(two.row[1], three.row[0]))
						sum += three.row[1];
			}
			content[one.row[0]].push_back({rows > 0 ? sum : -1});
		}
		return content;
	});
}

/*
 * a JOIN (SELECT g, x, rank() OVER (PARTITION BY g ORDER BY x) FROM b) s USING (g): a row of b moves the others of its
 * partition.  a.g stands for the key, and so does the partition column.
 */
TEST(TraceShapes, AWindowSubqueryIsCrossedByItsPartition)
{
	Program p;
	int a = p.reads(p.table("a", {"g", "y"}));
	int b = p.reads(p.table("b", {"g", "x"}));
	p.both_ways(a, "g", b, "g");
	p.key("g", a, "g", false);
	EXPECT_EQ(trace(p, 1), "SELECT DISTINCT r1.g AS k1 FROM __dv_delta_1 r1");
	expect_sound(p, [](const Tables &t) {
		Content content;
		for (const Signed &one : t[0])
			for (const Signed &two : t[1])
			{
				if (!equal(one.row[0], two.row[0]))
					continue;
				int rank = 1;
				for (const Signed &other : t[1])
					rank += equal(other.row[0], two.row[0]) && other.row[1] < two.row[1];
				content[one.row[0]].push_back({one.row[1], two.row[1], rank});
			}
		return content;
	});
}

/* a CROSS JOIN LATERAL (SELECT x FROM b WHERE b.g = a.g ORDER BY x DESC LIMIT 1): the correlation is below the LIMIT */
TEST(TraceShapes, ALateralTopIsCrossedByItsCorrelation)
{
	Program p;
	int a = p.reads(p.table("a", {"id", "g"}));
	int b = p.reads(p.table("b", {"g", "x"}));
	p.edge(b, "g", a, "g");
	p.key("id", a, "id", false);
	EXPECT_EQ(trace(p, 1), "SELECT DISTINCT r0.id AS k1 FROM __dv_delta_1 r1, a r0 WHERE r1.g = r0.g");
	expect_sound(p, [](const Tables &t) {
		Content content;
		for (const Signed &one : t[0])
		{
			int first = -1;
			for (const Signed &two : t[1])
				if (equal(one.row[1], two.row[0]))
					first = std::max(first, two.row[1]);
			if (first >= 0)
				content[one.row[0]].push_back({one.row[1], first});
		}
		return content;
	});
}

/* a JOIN (SELECT DISTINCT g FROM b) s USING (g), by a.g */
TEST(TraceShapes, ADistinctSubqueryIsCrossedByItsColumns)
{
	Program q;
	int a = q.reads(q.table("a", {"g", "y"}));
	int b = q.reads(q.table("b", {"g"}));
	q.both_ways(a, "g", b, "g");
	q.key("g", b, "g");
	EXPECT_EQ(trace(q, 0), "SELECT DISTINCT r0.g AS k1 FROM __dv_delta_0 r0 WHERE r0.g IS DISTINCT FROM NULL");
	expect_sound(q, [](const Tables &t) {
		Content content;
		std::set<int> values;
		for (const Signed &two : t[1])
			values.insert(two.row[0]);
		for (const Signed &one : t[0])
			if (one.row[0] != null && values.count(one.row[0]) > 0)
				content[one.row[0]].push_back(one.row);
		return content;
	});
}

} // namespace
} // namespace dv::test
