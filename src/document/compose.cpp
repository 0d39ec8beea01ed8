#include "document/compose.hpp"

#include "analyze/expressions.hpp"
#include "catalog/registry.hpp"
#include "core/document.hpp"
#include "document/shape.hpp"
#include "pg/border.hpp"
#include "pg/spi.hpp"

namespace dv::document {

namespace {

constexpr const char *document_column = "document";

const char *
quoted_column(Oid table, const char *name)
{
	if (get_attnum(table, name) <= 0)
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_COLUMN),
						errmsg("column \"%s\" of \"%s\" does not exist", name, get_rel_name(table))));
	return quote_identifier(name);
}

/* All of a view of ours are those that its user sees. */
core::Slice<core::Member>
visible_members(Oid view)
{
	pg::Vec<core::Member> members;
	Relation rel = relation_open(view, AccessShareLock);

	for (int i = 0; i < RelationGetNumberOfAttributes(rel); i++)
	{
		Form_pg_attribute att = TupleDescAttr(RelationGetDescr(rel), i);
		const char *name = pstrdup(NameStr(att->attname));

		if (!att->attisdropped && !is_hidden_column(name))
			members.push({quote_literal_cstr(name), quote_identifier(name)});
	}
	relation_close(rel, NoLock);
	return {members.data, members.n};
}

void
choose_members(core::DocumentPart *part, Oid table, const Columns &columns)
{
	pg::Vec<core::Member> members;

	part->whole_row = columns.all && catalog::view(table) == nullptr;
	for (int i = 0; i < columns.columns.n; i++)
		members.push({quote_literal_cstr(columns.keys[i]), quoted_column(table, columns.columns[i])});
	part->members =
		columns.all && !part->whole_row ? visible_members(table) : core::Slice<core::Member>{members.data, members.n};
}

/* In the parent's columns, and what else is asked for. */
const char *
condition_of(const Embed &embed, Oid parent, const char *parent_alias, const char *alias)
{
	StringInfoData sql;

	initStringInfo(&sql);
	for (int i = 0; i < embed.parent_columns.n; i++)
	{
		const char *left = embed.child_columns[i];
		const char *right = embed.parent_columns[i];
		const char *left_column = quoted_column(embed.child, left);
		const char *right_column = quoted_column(parent, right);
		const char *equality = analyze::equality_text(get_atttype(embed.child, get_attnum(embed.child, left)),
													  get_atttype(parent, get_attnum(parent, right)));

		if (equality == nullptr)
			ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH),
							errmsg("column \"%s\" of \"%s\" can no longer be compared with column \"%s\" of \"%s\"",
								   left, get_rel_name(embed.child), right, get_rel_name(parent))));
		appendStringInfo(&sql, "%s%s.%s %s %s.%s", i > 0 ? " AND " : "", alias, left_column, equality, parent_alias,
						 right_column);
	}
	if (embed.filter)
		appendStringInfo(&sql, " AND (%s)", analyze::condition_text(embed.child, embed.filter, alias));
	return sql.data;
}

/* As declared, completed by the key. */
const char *
order_of(const Embed &embed, const char *alias)
{
	StringInfoData sql;

	initStringInfo(&sql);
	if (embed.order_by)
		appendStringInfoString(&sql, analyze::order_text(embed.child, embed.order_by, alias));
	for (AttrNumber column : key_of(embed.child))
		appendStringInfo(&sql, "%s%s.%s", sql.len > 0 ? ", " : "", alias,
						 quote_identifier(get_attname(embed.child, column, false)));
	if (sql.len == 0)
		appendStringInfo(&sql, "to_jsonb(%s.*)", alias);
	return sql.data;
}

const char *
alias_of(int embed)
{
	return embed < 0 ? "root" : psprintf("e%d", embed + 1);
}

core::DocumentPart
part_of(const Document &document, int at)
{
	const Embed &embed = document.embeds[at];
	int parent = parent_of(document, embed);
	const char *alias = alias_of(at);
	core::DocumentPart part = {};

	part.parent = parent + 1;
	part.key = quote_literal_cstr(last_name(embed.path));
	part.array = embed.array;
	part.table = pg::qualified_name(embed.child);
	part.alias = alias;
	choose_members(&part, embed.child, embed.columns);
	part.condition = condition_of(embed, table_at(document, parent), alias_of(parent), alias);
	part.order = order_of(embed, alias);
	return part;
}

/* A view's columns keep their names. */
core::Slice<core::KeyOutput>
root_key(const Document &document)
{
	pg::Vec<core::KeyOutput> key;

	for (AttrNumber column : key_of(document.root))
	{
		const char *name = get_attname(document.root, column, false);
		const char *ours = OidIsValid(document.view) ? get_attname(document.view, key.n + 1, false) : name;

		if (strcmp(ours, document_column) == 0)
			ereport(ERROR, (errcode(ERRCODE_DUPLICATE_COLUMN),
							errmsg("a key column of \"%s\" is named \"%s\", as the column for the documents is",
								   get_rel_name(document.root), name)));
		key.push({quote_identifier(name), quote_identifier(ours)});
	}
	if (key.empty())
		ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
						errmsg("\"%s\" has no primary key", get_rel_name(document.root)),
						errdetail("A document is known by the key of its root.")));
	return {key.data, key.n};
}

} // namespace

char *
query_of(const Document &document)
{
	pg::Vec<core::DocumentPart> parts;
	core::DocumentPart root = {};
	char *result = nullptr;

	root.parent = -1;
	root.table = pg::qualified_name(document.root);
	root.alias = alias_of(-1);
	choose_members(&root, document.root, document.columns);
	if (document.filter)
		root.condition = analyze::condition_text(document.root, document.filter, alias_of(-1));
	parts.push(root);
	for (int i = 0; i < document.embeds.n; i++)
		parts.push(part_of(document, i));
	core::Slice<core::KeyOutput> key = root_key(document);
	pg::outbound([&] {
		std::string sql = core::document_query({parts.data, parts.n}, key);
		result = static_cast<char *>(palloc_extended(sql.size() + 1, MCXT_ALLOC_NO_OOM));
		if (result == nullptr)
			throw std::bad_alloc();
		memcpy(result, sql.c_str(), sql.size() + 1);
	});
	return result;
}

} // namespace dv::document
