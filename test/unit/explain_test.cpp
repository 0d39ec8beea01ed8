/* What a user is told of each base table. */
#include "core/explain.hpp"
#include "program.hpp"

#include <gtest/gtest.h>

namespace dv::test {
namespace {

TEST(Explain, AJoinIsLinearAndNamesTheIndexesThatAreMissing)
{
	Program p;
	int orders = p.table("public.orders", {"id", "customer_id"}, {"id"});
	int customers = p.table("public.customers", {"id"}, {"id"});
	int o = p.reads(orders);
	int c = p.reads(customers);
	p.view.kind = Kind::linear;
	p.block(" r0.id AS id FROM __dv_slot_0 r0, __dv_slot_1 r1 WHERE (r0.customer_id = r1.id)");
	p.both_ways(o, "customer_id", c, "id");

	Explanation said = explain(p.view, orders);
	EXPECT_EQ(said.strategy, "linear");
	EXPECT_TRUE(said.incremental);
	EXPECT_EQ(said.delta_sql,
			  "SELECT r0.__dv_sign AS __dv_sign,  r0.id AS id FROM __dv_delta_0 r0, public.customers r1 "
			  "WHERE (r0.customer_id = r1.id)");
	/* once, though both directions want it */
	EXPECT_EQ(said.advice, "CREATE INDEX ON public.orders (customer_id);");
	EXPECT_EQ(explain(p.view, customers).advice, "");
}

TEST(Explain, ASelfJoinHasOneStatementPerTerm)
{
	Program p;
	int t = p.table("public.t", {"x"});
	(void) p.reads(t);
	(void) p.reads(t);
	p.view.kind = Kind::aggregate;
	p.block(" r0.x AS __dv_g1 FROM __dv_slot_0 r0, __dv_slot_1 r1");
	p.key("x", -1, {});
	p.state(StateKind::count_rows, -1, "bigint");
	Explanation said = explain(p.view, t);
	EXPECT_EQ(said.strategy, "aggregate");
	EXPECT_NE(said.delta_sql.find(";\nSELECT"), std::string::npos);
}

TEST(Explain, AUnionNamesTheTermsOfTheBranchesThatReadTheTable)
{
	Program p;
	int a = p.table("public.a", {"x"});
	int b = p.table("public.b", {"x"});
	(void) p.reads(a);
	p.block(" r0.x AS x FROM __dv_slot_0 r0");
	(void) p.reads(b);
	p.block(" r1.x AS x FROM __dv_slot_1 r1");
	(void) p.reads(a);
	p.block(" - r2.x AS x FROM __dv_slot_2 r2");
	p.view.kind = Kind::linear;
	Explanation said = explain(p.view, a);
	EXPECT_EQ(said.strategy, "linear");
	EXPECT_EQ(said.reason, "a union of inner joins: the delta takes the table's place in each that reads it");
	EXPECT_EQ(said.delta_sql, "SELECT r0.__dv_sign AS __dv_sign,  r0.x AS x FROM __dv_delta_0 r0;\n"
							  "SELECT r2.__dv_sign AS __dv_sign,  - r2.x AS x FROM __dv_delta_0 r2");
	EXPECT_EQ(explain(p.view, b).delta_sql, "SELECT r1.__dv_sign AS __dv_sign,  r1.x AS x FROM __dv_delta_1 r1");
}

TEST(Explain, KeyedNamesTheKeyAndShowsTracesThenContent)
{
	Program p;
	int orders = p.table("public.orders", {"id"}, {"id"});
	int items = p.table("public.items", {"order_id"});
	int o = p.reads(orders);
	int i = p.reads(items);
	p.edge(i, "order_id", o, "id");
	p.key("id", o, "id", false);
	p.view.kind = Kind::keyed;
	p.view.content = "SELECT id FROM orders";

	Explanation said = explain(p.view, items);
	EXPECT_EQ(said.strategy, "keyed");
	EXPECT_TRUE(said.incremental);
	EXPECT_NE(said.reason.find("share id with"), std::string::npos);
	EXPECT_EQ(said.delta_sql, "SELECT DISTINCT r1.order_id AS k1 FROM __dv_delta_1 r1;\n"
							  "SELECT q.* FROM __dv_keys k CROSS JOIN LATERAL (SELECT * FROM (SELECT id FROM orders) q "
							  "WHERE q.id = k.k1 OFFSET 0) q");
	EXPECT_EQ(said.advice, "CREATE INDEX ON public.items (order_id);");
}

TEST(Explain, ATableWithoutAPathIsComplete)
{
	Program p;
	int orders = p.table("public.orders", {"id"});
	int rates = p.table("public.rates", {"rate"});
	int o = p.reads(orders);
	(void) p.reads(rates);
	p.key("id", o, "id", false);
	p.view.kind = Kind::keyed;
	p.view.content = "SELECT id, (SELECT max(rate) FROM rates) AS rate FROM orders";

	EXPECT_EQ(explain(p.view, orders).strategy, "keyed");
	Explanation said = explain(p.view, rates);
	EXPECT_EQ(said.strategy, "complete");
	EXPECT_FALSE(said.incremental);
	EXPECT_EQ(said.reason, "no equality leads from a changed row of this table to id");
	EXPECT_EQ(said.delta_sql, p.view.content);
}

TEST(Explain, CompleteAdvisesNoIndex)
{
	Program p;
	int t = p.table("public.t", {"x"});
	int a = p.reads(t);
	int b = p.reads(t);
	p.both_ways(a, "x", b, "x");
	p.view.content = "SELECT 1";
	Explanation said = explain(p.view, t);
	EXPECT_EQ(said.strategy, "complete");
	EXPECT_FALSE(said.incremental);
	EXPECT_EQ(said.advice, "");
}

} // namespace
} // namespace dv::test
