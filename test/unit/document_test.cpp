/* The query of a document view. */
#include "core/document.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace dv::test {
namespace {

using core::DocumentPart;

struct Documents
{
	std::vector<DocumentPart> parts;
	std::vector<core::KeyOutput> key{{"id", "id"}};

	explicit Documents(bool whole_row = true)
	{
		parts.push_back({-1, {}, false, "public.t", "root", whole_row, {}, {}, {}});
	}

	void embed(int parent, core::Text key_text, bool array, core::Text table, core::Text alias, core::Text condition)
	{
		parts.push_back({parent, key_text, array, table, alias, true, {}, condition, "k"});
	}

	[[nodiscard]] std::string query() const
	{
		return core::document_query({parts.data(), static_cast<int>(parts.size())},
									{key.data(), static_cast<int>(key.size())});
	}
};

TEST(Document, RootAlone)
{
	EXPECT_EQ(Documents().query(), "SELECT root.id AS id, to_jsonb(root.*) AS document FROM public.t root");
}

TEST(Document, NoColumnsAreAnEmptyObject)
{
	EXPECT_EQ(Documents(false).query(), "SELECT root.id AS id, '{}'::jsonb AS document FROM public.t root");
}

TEST(Document, AMissingObjectIsNullAndAMissingArrayEmpty)
{
	Documents d;
	d.embed(0, "'o'", false, "public.u", "e1", "e1.x = root.x");
	d.embed(0, "'a'", true, "public.v", "e2", "e2.x = root.x");
	EXPECT_EQ(d.query(), "SELECT root.id AS id, to_jsonb(root.*) || jsonb_build_object("
						 "'o', (SELECT to_jsonb(e1.*) FROM public.u e1 WHERE e1.x = root.x ORDER BY k LIMIT 1), "
						 "'a', coalesce((SELECT jsonb_agg(to_jsonb(e2.*) ORDER BY k) FROM public.v e2 "
						 "WHERE e2.x = root.x), '[]')) AS document FROM public.t root");
}

TEST(Document, PartsAreEmbeddedWhereTheirParentIs)
{
	Documents d;
	d.embed(0, "'a'", true, "public.v", "e1", "c1");
	d.embed(1, "'o'", false, "public.u", "e2", "c2");
	EXPECT_EQ(d.query(),
			  "SELECT root.id AS id, to_jsonb(root.*) || jsonb_build_object('a', coalesce((SELECT jsonb_agg("
			  "to_jsonb(e1.*) || jsonb_build_object('o', (SELECT to_jsonb(e2.*) FROM public.u e2 WHERE c2 "
			  "ORDER BY k LIMIT 1)) ORDER BY k) FROM public.v e1 WHERE c1), '[]')) AS document FROM public.t root");
}

TEST(Document, ManyMembersAreSeveralObjects)
{
	Documents d(false);
	std::vector<core::Member> members(101, {"'k'", "c"});
	d.parts[0].members = {members.data(), static_cast<int>(members.size())};
	std::string sql = d.query();
	size_t calls = 0;
	for (size_t at = sql.find("jsonb_build_object("); at != std::string::npos;
		 at = sql.find("jsonb_build_object(", at + 1))
		calls++;
	EXPECT_EQ(calls, 3U);
	EXPECT_NE(sql.find("'k', root.c) || jsonb_build_object('k', root.c) AS document"), std::string::npos) << sql;
}

} // namespace
} // namespace dv::test
