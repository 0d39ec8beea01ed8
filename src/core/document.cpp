#include "core/document.hpp"

#include <vector>

namespace dv::core {

namespace {

/* A call has at most 100 arguments. */
constexpr int most_pairs = 50;

std::string
column(const DocumentPart &part, Text name)
{
	return std::string(part.alias) + "." + std::string(name);
}

/* "key, value" pairs as one object. */
std::string
object_of(const std::vector<std::string> &pairs)
{
	std::string sql;
	for (size_t from = 0; from < pairs.size(); from += most_pairs)
	{
		sql += sql.empty() ? "jsonb_build_object(" : " || jsonb_build_object(";
		for (size_t i = from; i < pairs.size() && i < from + most_pairs; i++)
			sql += (i > from ? ", " : "") + pairs[i];
		sql += ")";
	}
	return sql;
}

std::string content_of(Slice<DocumentPart> parts, int at);

std::string
embedded(Slice<DocumentPart> parts, int at)
{
	const DocumentPart &part = parts[at];
	std::string content = content_of(parts, at);
	std::string order = " ORDER BY " + std::string(part.order);
	std::string from = " FROM " + std::string(part.table) + " " + std::string(part.alias);
	if (!part.condition.empty())
		from += " WHERE " + std::string(part.condition);
	return part.array ? "coalesce((SELECT jsonb_agg(" + content + order + ")" + from + "), '[]')"
					  : "(SELECT " + content + from + order + " LIMIT 1)";
}

std::string
content_of(Slice<DocumentPart> parts, int at)
{
	const DocumentPart &part = parts[at];
	std::vector<std::string> pairs;
	for (const Member &member : part.members)
		pairs.push_back(std::string(member.key) + ", " + column(part, member.column));
	for (int i = at + 1; i < parts.n; i++)
		if (parts[i].parent == at)
			pairs.push_back(std::string(parts[i].key) + ", " + embedded(parts, i));
	/* A name alone could be that of a column. */
	std::string row = "to_jsonb(" + std::string(part.alias) + ".*)";
	if (pairs.empty())
		return part.whole_row ? row : "'{}'::jsonb";
	return (part.whole_row ? row + " || " : "") + object_of(pairs);
}

} // namespace

std::string
document_query(Slice<DocumentPart> parts, Slice<KeyOutput> key)
{
	const DocumentPart &root = parts[0];
	std::string sql = "SELECT ";
	for (const KeyOutput &output : key)
		sql += column(root, output.column) + " AS " + std::string(output.name) + ", ";
	sql += content_of(parts, 0) + " AS document FROM " + std::string(root.table) + " " + std::string(root.alias);
	if (!root.condition.empty())
		sql += " WHERE " + std::string(root.condition);
	return sql;
}

} // namespace dv::core
