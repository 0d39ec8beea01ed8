/* What stands in FROM for a table: now, its delta, and as it was. */
#include "multiset.hpp"
#include "program.hpp"

#include <gtest/gtest.h>

namespace dv::test {
namespace {

TEST(Source, NamesTheTableItsDeltaAndItsPast)
{
	Program p;
	(void) p.table("public.a", {"x"});
	int b = p.table("s.\"B b\"", {"id", "\"Q\""});
	int r = p.reads(b);

	EXPECT_EQ(source(p.view, r, Role::current), "s.\"B b\"");
	EXPECT_EQ(source(p.view, r, Role::delta), "__dv_delta_1");
	EXPECT_EQ(
		source(p.view, r, Role::before),
		"(SELECT id, \"Q\", 1 AS __dv_sign FROM s.\"B b\" UNION ALL (SELECT id, \"Q\", - __dv_sign FROM __dv_delta_1 OFFSET 0))");
}

TEST(Source, OfATableWithoutUsedColumnsIsItsSigns)
{
	Program p;
	int r = p.reads(p.table("public.a", {}));
	EXPECT_EQ(source(p.view, r, Role::before),
			  "(SELECT 1 AS __dv_sign FROM public.a UNION ALL (SELECT - __dv_sign FROM __dv_delta_0 OFFSET 0))");
}

TEST(Source, OnlyNamesOneTable)
{
	Program p;
	(void) p.table("public.a", {"x"});
	int b = p.table("public.b", {"x"});
	(void) p.table("public.c", {"x"});
	EXPECT_EQ(only(p.view, b), (Changed{false, true, false}));
}

/* old = new - delta, whatever came and went in between. */
TEST(Source, BeforeIsTheOldState)
{
	Random random(1);
	for (int i = 0; i < 1000; i++)
	{
		History history = random_history(random, 2, 3, true);
		EXPECT_EQ(net(history.as(Role::before)), net(history.old_rows));
		EXPECT_EQ(net(history.new_rows + -history.old_rows), net(history.delta));
	}
}

} // namespace
} // namespace dv::test
