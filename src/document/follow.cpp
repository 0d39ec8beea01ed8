#include "document/follow.hpp"

#include "analyze/expressions.hpp"
#include "document/declaration.hpp"
#include "document/shape.hpp"

namespace dv::document {

namespace {

bool
exists(Oid relation)
{
	return SearchSysCacheExists1(RELOID, ObjectIdGetDatum(relation));
}

struct Rename
{
	Oid relation;
	analyze::Renamed names;
	bool found;

	void in(Names *columns)
	{
		for (const char *&column : *columns)
		{
			if (strcmp(column, names.before) != 0)
				continue;
			column = names.now;
			found = true;
		}
	}

	/* Both are over the table alone. */
	void in_condition(const char **text)
	{
		if (*text)
			take(text, analyze::condition_text(relation, *text, nullptr, names));
	}
	void in_order(const char **text)
	{
		if (*text)
			take(text, analyze::order_text(relation, *text, nullptr, names));
	}

	void take(const char **text, const char *written)
	{
		found = found || strcmp(*text, written) != 0;
		*text = written;
	}
};

void
rename_in_embed(Rename *rename, const Document &document, Embed embed)
{
	rename->found = false;
	if (table_at(document, parent_of(document, embed)) == rename->relation)
		rename->in(&embed.parent_columns);
	if (embed.child == rename->relation)
	{
		rename->in(&embed.child_columns);
		rename->in(&embed.columns.columns);
		rename->in_condition(&embed.filter);
		rename->in_order(&embed.order_by);
	}
	if (rename->found)
		update_embed(document.id, embed);
}

void
rename_in_root(Rename *rename, Document document)
{
	rename->found = false;
	if (document.root != rename->relation)
		return;
	rename->in(&document.columns.columns);
	rename->in_condition(&document.filter);
	if (rename->found)
		update_document(document);
}

void
rename_column(const RenameStmt *stmt)
{
	Oid relation = RangeVarGetRelid(stmt->relation, NoLock, true);
	Rename rename = {relation, {stmt->subname, stmt->newname}, false};

	for (const Document &document : read_documents())
	{
		for (const Embed &embed : document.embeds)
			rename_in_embed(&rename, document, embed);
		rename_in_root(&rename, document);
	}
}

void
rename_schema(const RenameStmt *stmt)
{
	for (Document &document : read_documents())
	{
		if (OidIsValid(document.view) || strcmp(document.schema, stmt->subname) != 0)
			continue;
		document.schema = stmt->newname;
		update_document(document);
	}
}

} // namespace

void
follow_rename(Node *parsetree)
{
	if (parsetree == nullptr || !IsA(parsetree, RenameStmt))
		return;
	const RenameStmt *stmt = reinterpret_cast<RenameStmt *>(parsetree);
	if (stmt->renameType == OBJECT_COLUMN)
		rename_column(stmt);
	else if (stmt->renameType == OBJECT_SCHEMA)
		rename_schema(stmt);
}

namespace {

bool
is_gone(const Document &document)
{
	bool has_place =
		OidIsValid(document.view) ? exists(document.view) : OidIsValid(get_namespace_oid(document.schema, true));

	return !has_place || !exists(document.root);
}

/* Is the path in one of these? */
bool
is_inside(const char *path, const Names &paths)
{
	for (const char *outer : paths)
	{
		if (strncmp(path, outer, strlen(outer)) == 0 && path[strlen(outer)] == '.')
			return true;
	}
	return false;
}

} // namespace

void
forget_dropped()
{
	for (const Document &document : read_documents())
	{
		Names gone;

		if (is_gone(document))
		{
			remove_document(document.id);
			continue;
		}
		for (const Embed &embed : document.embeds)
		{
			if (exists(embed.child) && !is_inside(embed.path, gone))
				continue;
			gone.push(embed.path);
			remove_embed(document.id, embed.path);
		}
	}
}

} // namespace dv::document
