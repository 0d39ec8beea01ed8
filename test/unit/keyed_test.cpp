/* The content of some keys, and the stored rows of them. */
#include "core/keyed.hpp"
#include "program.hpp"

#include <gtest/gtest.h>

namespace dv::test {
namespace {

Program
two_keys()
{
	Program p;
	p.view.content = "SELECT a, b, n FROM x";
	p.view.name = "public.v";
	p.key("a", -1, {});
	p.key("\"B\"", -1, {});
	return p;
}

TEST(Keyed, ContentIsFencedAndRestrictedToTheKey)
{
	Program p = two_keys();
	EXPECT_EQ(content_for_keys(p.view, 0),
			  "SELECT q.* FROM __dv_keys k CROSS JOIN LATERAL (SELECT * FROM (SELECT a, b, n FROM x) q "
			  "WHERE q.a = k.k1 AND q.\"B\" = k.k2 OFFSET 0) q");
}

TEST(Keyed, NullKeysAreLookedForByIsNull)
{
	Program p = two_keys();
	EXPECT_EQ(content_for_keys(p.view, 2U),
			  "SELECT q.* FROM __dv_keys k CROSS JOIN LATERAL (SELECT * FROM (SELECT a, b, n FROM x) q "
			  "WHERE q.a = k.k1 AND q.\"B\" IS NOT DISTINCT FROM NULL OFFSET 0) q");
	EXPECT_EQ(
		stored_for_keys(p.view, 3U),
		"SELECT v.ctid, v.* FROM __dv_keys k, public.v v WHERE v.a IS NOT DISTINCT FROM NULL AND v.\"B\" IS NOT DISTINCT FROM NULL");
}

TEST(Keyed, ManyColumnsAreComparedSoThatNullsAreEqual)
{
	Program p;
	static const char *const names[] = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"};
	p.view.content = "SELECT 1";
	for (const char *name : names)
		p.key(name, -1, {});
	std::string sql = content_for_keys(p.view, 1U << 7);
	EXPECT_NE(
		sql.find(
			"q.g = k.k7 AND q.h IS NOT DISTINCT FROM NULL AND (q.i = k.k9 OR (q.i IS NOT DISTINCT FROM NULL AND k.k9 IS NOT DISTINCT FROM NULL)) AND "
			"(q.j = k.k10 OR (q.j IS NOT DISTINCT FROM NULL AND k.k10 IS NOT DISTINCT FROM NULL)) OFFSET 0"),
		std::string::npos)
		<< sql;
}

TEST(Keyed, StoredRowsAreFoundByTheHashWhereThereIsOne)
{
	Program p = two_keys();
	p.view.hash_column = "__dv_key";
	EXPECT_EQ(stored_for_keys(p.view, 3U),
			  "SELECT v.ctid, v.* FROM __dv_keys k, public.v v WHERE v.__dv_key OPERATOR(pg_catalog.=) k.h");
}

TEST(Keyed, WithoutKeyColumnsTheOneKeyIsEverything)
{
	Program p;
	p.view.content = "SELECT count(*) AS n FROM x";
	p.view.name = "public.v";
	EXPECT_EQ(content_for_keys(p.view, 0),
			  "SELECT q.* FROM __dv_keys k CROSS JOIN LATERAL (SELECT * FROM (SELECT count(*) AS n FROM x) q "
			  "WHERE true OFFSET 0) q");
	EXPECT_EQ(stored_for_keys(p.view, 0), "SELECT v.ctid, v.* FROM __dv_keys k, public.v v WHERE true");
	EXPECT_EQ(whole_content(p.view), "SELECT count(*) AS n FROM x");
	EXPECT_EQ(whole_stored(p.view), "SELECT v.ctid, v.* FROM public.v v");
}

} // namespace
} // namespace dv::test
