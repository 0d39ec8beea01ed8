#include "document/declare.hpp"

#include "analyze/expressions.hpp"
#include "catalog/create.hpp"
#include "catalog/lifecycle.hpp"
#include "catalog/options.hpp"
#include "catalog/relations.hpp"
#include "catalog/replace.hpp"
#include "catalog/rows.hpp"
#include "catalog/user_query.hpp"
#include "document/compose.hpp"
#include "document/find.hpp"
#include "document/shape.hpp"
#include "document/types.hpp"
#include "pg/compat.hpp"
#include "pg/identity.hpp"

namespace dv::document {

namespace {

/* Rows can be read of it. */
void
check_relation(Oid relation)
{
	switch (get_rel_relkind(relation))
	{
	case RELKIND_RELATION:
	case RELKIND_PARTITIONED_TABLE:
	case RELKIND_FOREIGN_TABLE:
	case RELKIND_MATVIEW:
	case RELKIND_VIEW:
		break;
	case '\0':
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_TABLE), errmsg("relation with OID %u does not exist", relation)));
		break;
	default:
		ereport(ERROR, (errcode(ERRCODE_WRONG_OBJECT_TYPE), errmsg("\"%s\" is not a table", get_rel_name(relation))));
	}
	AclResult result = pg_class_aclcheck(relation, GetUserId(), ACL_SELECT);
	if (result != ACLCHECK_OK)
		aclcheck_error(result, get_relkind_objtype(get_rel_relkind(relation)), get_rel_name(relation));
}

bool
is_array(const char *type)
{
	if (pg_strcasecmp(type, "array") == 0)
		return true;
	if (pg_strcasecmp(type, "object") == 0)
		return false;
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("unknown type \"%s\"", type),
					errhint("Use \"object\" or \"array\".")));
	pg_unreachable();
}

/* What is declared makes a query that a view can have; a live view gets it. */
void
apply(const Document &document)
{
	Oid owner = OidIsValid(document.view) ? catalog::owner_of(document.view) : document.owner;
	pg::Identity me = pg::assume(owner, 0);
	Query *query = catalog::parse_user_query(query_of(document));

	if (OidIsValid(document.view))
		catalog::replace_query(document.view, query, types_of(document));
	pg::resume(me);
}

void
check_place(const Document &document, const Embed &embed)
{
	int parent = parent_of(document, embed);
	Oid table = table_at(document, parent);
	const char *name = last_name(embed.path);

	if (find_embed(document, embed.path) >= 0)
		ereport(ERROR, (errcode(ERRCODE_DUPLICATE_OBJECT),
						errmsg("path \"%s\" of document view \"%s\" is in use", embed.path, document.name),
						errhint("Call deltaview.unembed() first.")));
	if (is_member(table, columns_at(document, parent), name))
		ereport(ERROR,
				(errcode(ERRCODE_DUPLICATE_COLUMN),
				 errmsg("path \"%s\" of document view \"%s\" is that of a column", embed.path, document.name),
				 errdetail("\"%s\" has a column that is named \"%s\" in the document.", get_rel_name(table), name),
				 errhint("Choose another path, or name the columns that the document should have.")));
}

} // namespace

void
create_document_view(const char *name, Oid root, ArrayType *columns, const char *filter, const char *refresh)
{
	lock_declarations();
	catalog::Request request = catalog::resolve_new_name(name);
	Document document = {};

	if (find_document(request.qualified, &document))
		ereport(ERROR,
				(errcode(ERRCODE_DUPLICATE_TABLE), errmsg("document view \"%s\" is declared already", request.name)));
	check_relation(root);
	document.schema = request.schema_name;
	document.name = request.name;
	document.owner = GetUserId();
	document.root = root;
	document.columns = parse_columns(root, columns);
	document.filter = filter ? analyze::condition_text(root, filter, nullptr) : nullptr;
	document.refresh = catalog::name_of(catalog::parse_refresh(refresh));
	apply(document);
	add_document(&document);
}

void
embed(const char *name, const EmbedRequest &request)
{
	lock_declarations();
	Document document = owned_document(name);
	Embed embed = {};

	embed.path = request.path;
	embed.child = request.child;
	embed.array = is_array(request.type);
	check_path(embed.path);
	check_place(document, embed);
	check_relation(embed.child);
	parse_relation(table_at(document, parent_of(document, embed)), embed.child, request.relation, &embed);
	if (embeds_itself(document, embed))
		ereport(ERROR, (errcode(ERRCODE_INVALID_OBJECT_DEFINITION),
						errmsg("path \"%s\" would hold the row of \"%s\" in which it is", embed.path,
							   get_rel_name(embed.child)),
						errdetail("The relation leads back the way that \"%s\" came.", parent_path(embed.path))));
	embed.columns = parse_columns(embed.child, request.columns);
	if (request.filter)
		embed.filter = analyze::condition_text(embed.child, request.filter, nullptr);
	if (request.order_by)
		embed.order_by = analyze::order_text(embed.child, request.order_by, nullptr);
	document.embeds.push(embed);
	apply(document);
	add_embed(document.id, embed);
}

void
unembed(const char *name, const char *path)
{
	lock_declarations();
	Document document = owned_document(name);
	const char *inside = psprintf("%s.", path);
	Names gone;
	int kept = 0;

	if (find_embed(document, path) < 0)
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
						errmsg("nothing is embedded at path \"%s\" of document view \"%s\"", path, document.name)));
	for (const Embed &embed : document.embeds)
	{
		if (strcmp(embed.path, path) == 0 || strncmp(embed.path, inside, strlen(inside)) == 0)
			gone.push(embed.path);
		else
			document.embeds[kept++] = embed;
	}
	document.embeds.truncate(kept);
	apply(document);
	for (const char *each : gone)
		remove_embed(document.id, each);
}

Oid
start(const char *name)
{
	lock_declarations();
	Document document = owned_document(name);

	if (OidIsValid(document.view))
		ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
						errmsg("document view \"%s\" is started already", document.name)));
	pg::Identity me = pg::assume(document.owner, 0);
	const char *qualified = quote_qualified_identifier(document.schema, document.name);
	document.view = catalog::create_view(qualified, query_of(document), document.refresh, "force", true);
	catalog::set_document_types(document.view, types_of(document));
	pg::resume(me);
	update_document(document);
	return document.view;
}

void
drop_by_name(const char *name, bool cascade)
{
	RangeVar *parsed = makeRangeVarFromNameList(pg::parse_qualified_name(name));
	Document document = {};

	if (!OidIsValid(RangeVarGetRelid(parsed, NoLock, true)) && find_document(name, &document))
	{
		lock_declarations();
		remove_document(owned_document(name).id);
		return;
	}
	catalog::drop_view(RangeVarGetRelid(parsed, NoLock, false), cascade);
}

} // namespace dv::document
