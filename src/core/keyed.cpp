#include "core/keyed.hpp"

namespace dv::core {

namespace {

/* Of a row, IS NULL would ask whether all its fields are. */
constexpr const char *is_null = " IS NOT DISTINCT FROM NULL";

std::string
match(const View &view, const char *rows, unsigned nulls)
{
	std::string test;
	for (int i = 0; i < view.keys.n; i++)
	{
		const KeyColumn &key = view.keys[i];
		std::string column = std::string(rows) + "." + std::string(key.name);
		test += i > 0 ? " AND " : "";
		std::string equal = column + " " + std::string(key.equal) + " k." + key_name(i);
		if (i >= nulls_told_apart && key.nullable)
			test += "(" + equal + " OR (" + column + is_null + " AND k." + key_name(i) + is_null + "))";
		else if (i < nulls_told_apart && (nulls & (1U << i)))
			test += column + is_null;
		else
			test += equal;
	}
	return test.empty() ? "true" : test;
}

} // namespace

std::string
content_for_keys(const View &view, unsigned nulls)
{
	return std::string("SELECT q.* FROM ") + keys_name + " k CROSS JOIN LATERAL (SELECT * FROM (" +
		   std::string(view.content) + ") q WHERE " + match(view, "q", nulls) + " OFFSET 0) q";
}

std::string
stored_for_keys(const View &view, unsigned nulls)
{
	std::string test = view.hash_column.empty() ? match(view, "v", nulls)
												: "v." + std::string(view.hash_column) + " OPERATOR(pg_catalog.=) k.h";
	return std::string("SELECT v.ctid, v.* FROM ") + keys_name + " k, " + std::string(view.name) + " v WHERE " + test;
}

std::string
whole_content(const View &view)
{
	return std::string(view.content);
}

std::string
whole_stored(const View &view)
{
	return "SELECT v.ctid, v.* FROM " + std::string(view.name) + " v";
}

} // namespace dv::core
