/* From a changed row to the keys of the view rows that it can touch. */
#include "core/trace.hpp"
#include "multiset.hpp"
#include "program.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace dv::test {
namespace {

using Tables = std::vector<Rows>;
using Content = std::map<int, std::vector<Row>>; /* by key */

/* NULL: equal to nothing. */
constexpr int null = 0;

bool
equal(int a, int b)
{
	return a == b && a != null;
}

size_t
column_number(const View &view, int occurrence, Text column)
{
	const Slice<Text> &columns = view.tables[view.occurrences[occurrence].table].columns;
	return static_cast<size_t>(std::find(columns.begin(), columns.end(), column) - columns.begin());
}

/* The keys that a path leads to, in the way of trace_query. */
void
follow(const View &view, const Path &path, const Changed &changed, const std::vector<History> &histories,
	   std::set<int> *keys)
{
	std::vector<std::map<int, Row>> partial{{}};
	for (const Path::Step &step : path.steps)
	{
		size_t table = static_cast<size_t>(view.occurrences[step.occurrence].table);
		Role role = &step == &path.steps.front() ? Role::delta : changed[table] ? Role::before : Role::current;
		std::vector<std::map<int, Row>> wider;
		for (const std::map<int, Row> &left : partial)
			for (const Signed &right : histories[table].as(role))
			{
				bool match = true;
				for (const Edge *edge : step.by)
					match = match && equal(left.at(edge->from)[column_number(view, edge->from, edge->from_column)],
										   right.row[column_number(view, edge->to, edge->to_column)]);
				if (!match)
					continue;
				wider.push_back(left);
				wider.back()[step.occurrence] = right.row;
			}
		partial = std::move(wider);
	}
	const Path::Output &output = path.outputs.front();
	for (const std::map<int, Row> &row : partial)
		keys->insert(row.at(output.occurrence)[column_number(view, output.occurrence, output.column)]);
}

/* Random changes of random tables: whatever key's content differs must be traced. */
void
expect_sound(const Program &p, Content (*evaluate)(const Tables &))
{
	Random random(4);
	int differing = 0;
	for (int round = 0; round < 2000; round++)
	{
		Changed changed;
		std::vector<History> histories;
		Tables olds;
		Tables news;
		for (int t = 0; t < p.view.tables.n; t++)
		{
			changed.push_back(pick(random, 2) == 0);
			histories.push_back(random_history(random, p.view.tables[t].columns.n, 4, changed.back()));
			olds.push_back(histories.back().old_rows);
			news.push_back(histories.back().new_rows);
		}
		std::set<int> traced;
		for (int o = 0; o < p.view.occurrences.n; o++)
			if (changed[static_cast<size_t>(p.view.occurrences[o].table)])
			{
				std::optional<Path> path = find_path(p.view, o);
				ASSERT_TRUE(path) << "occurrence " << o;
				follow(p.view, *path, changed, histories, &traced);
			}
		Content before = evaluate(olds);
		Content after = evaluate(news);
		for (int key = 0; key < 4; key++)
		{
			std::sort(before[key].begin(), before[key].end());
			std::sort(after[key].begin(), after[key].end());
			if (before[key] == after[key])
				continue;
			differing++;
			ASSERT_EQ(traced.count(key), 1U) << "round " << round << ", key " << key;
		}
	}
	EXPECT_GT(differing, 300);
}

std::string
trace(const Program &p, int table)
{
	std::optional<std::vector<std::string>> traces = key_traces(p.view, only(p.view, table));
	if (!traces)
		return "none";
	std::string all;
	for (const std::string &one : *traces)
		all += (all.empty() ? "" : "; ") + one;
	return all;
}

/* orders o, with an array of (items i JOIN products p) WHERE i.order_id = o.id */
Program
document()
{
	Program p;
	int o = p.reads(p.table("orders", {"id", "status"}));
	int i = p.reads(p.table("items", {"order_id", "product_id"}));
	int r = p.reads(p.table("products", {"id", "name"}));
	p.edge(i, "order_id", o, "id");
	p.both_ways(i, "product_id", r, "id");
	p.key("id", o, "id");
	return p;
}

TEST(Trace, DocumentRootAndChain)
{
	Program p = document();
	EXPECT_EQ(trace(p, 0), "SELECT DISTINCT r0.id AS k1 FROM __dv_delta_0 r0");
	/* the item's own order_id stands for the key: orders is not read */
	EXPECT_EQ(trace(p, 1), "SELECT DISTINCT r1.order_id AS k1 FROM __dv_delta_1 r1");
	EXPECT_EQ(trace(p, 2),
			  "SELECT DISTINCT r1.order_id AS k1 FROM __dv_delta_2 r2, items r1 WHERE r2.id = r1.product_id");
}

TEST(Trace, DocumentIsSound)
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

TEST(Trace, AChangedTableOnTheWayIsReadInBothStates)
{
	Program p = document();
	std::vector<std::string> traces = *key_traces(p.view, Changed{false, true, true});
	ASSERT_EQ(traces.size(), 2U);
	EXPECT_EQ(traces[1],
			  "SELECT DISTINCT r1.order_id AS k1 FROM __dv_delta_2 r2, (SELECT order_id, product_id, "
			  "1 AS __dv_sign FROM items UNION ALL SELECT order_id, product_id, - __dv_sign FROM __dv_delta_1) r1 "
			  "WHERE r2.id = r1.product_id");
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

TEST(Trace, OuterJoinIsKeyedByThePreservedSide)
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

/* a WHERE NOT EXISTS (SELECT FROM b WHERE b.x = a.x AND b.y = 1) */
TEST(Trace, NotExistsIsKeyedByTheOuterRow)
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
TEST(Trace, GroupedSubqueryIsCrossedByItsGroup)
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
TEST(Trace, EachReadingOfATableHasItsOwnPath)
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
			  "UNION ALL SELECT id, boss, pay, - __dv_sign FROM __dv_delta_0) r0 WHERE r1.id = r0.boss");
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
	p.key("k", a, "k");
	p.key("l", a, "l");
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
