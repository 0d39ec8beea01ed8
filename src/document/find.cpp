#include "document/find.hpp"

#include "pg/compat.hpp"

namespace dv::document {

namespace {

Oid
relation_named(RangeVar *name)
{
	return RangeVarGetRelidExtended(name, NoLock, RVR_MISSING_OK, nullptr, nullptr);
}

/* Where a document that is not started yet may have been declared. */
List *
schemas_for(const RangeVar *name)
{
	if (name->schemaname == nullptr)
		return fetch_search_path(false);
	Oid schema = LookupExplicitNamespace(name->schemaname, true);
	return OidIsValid(schema) ? list_make1_oid(schema) : NIL;
}

RangeVar *
parse_name(const char *name)
{
	return makeRangeVarFromNameList(pg::parse_qualified_name(name));
}

bool
may_change(const Document &document)
{
	return OidIsValid(document.view) ? pg::owns_relation(document.view, GetUserId())
									 : has_privs_of_role(GetUserId(), document.owner);
}

} // namespace

bool
find_document(const char *name, Document *document)
{
	RangeVar *parsed = parse_name(name);
	Oid relation = relation_named(parsed);
	pg::Vec<Document> documents = read_documents();
	ListCell *lc;

	for (const Document &candidate : documents)
	{
		if (OidIsValid(relation) && candidate.view == relation)
		{
			*document = candidate;
			return true;
		}
	}
	foreach (lc, schemas_for(parsed))
	{
		const char *schema = get_namespace_name(lfirst_oid(lc));

		for (const Document &candidate : documents)
		{
			if (!OidIsValid(candidate.view) && schema && strcmp(candidate.schema, schema) == 0 &&
				strcmp(candidate.name, parsed->relname) == 0)
			{
				*document = candidate;
				return true;
			}
		}
	}
	return false;
}

Document
owned_document(const char *name)
{
	Document document = {};

	if (!find_document(name, &document))
	{
		RangeVar *parsed = parse_name(name);

		if (OidIsValid(relation_named(parsed)))
			ereport(ERROR,
					(errcode(ERRCODE_WRONG_OBJECT_TYPE), errmsg("\"%s\" is not a document view", parsed->relname)));
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT), errmsg("document view \"%s\" does not exist", parsed->relname),
				 errhint("Declare it with deltaview.create_document_view().")));
	}
	if (!may_change(document))
		ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
						errmsg("must be owner of document view \"%s\"", document.name)));
	return document;
}

} // namespace dv::document
