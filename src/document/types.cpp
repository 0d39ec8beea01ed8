#include "document/types.hpp"

#include "catalog/registry.hpp"
#include "catalog/rows.hpp"
#include "document/shape.hpp"
#include "pg/jsonb.hpp"

namespace dv::document {

namespace {

/* Null where JSON tells, or where a cast to json of the user's would be called. */
const char *
name_of(Oid type)
{
	switch (type)
	{
	case INT8OID:
		return "int8";
	case NUMERICOID:
		return "numeric";
	case FLOAT4OID:
		return "float4";
	case FLOAT8OID:
		return "float8";
	case BYTEAOID:
		return "bytea";
	case UUIDOID:
		return "uuid";
	case DATEOID:
		return "date";
	case TIMESTAMPOID:
		return "timestamp";
	case TIMESTAMPTZOID:
		return "timestamptz";
	default:
		return nullptr;
	}
}

bool
is_told(Oid type)
{
	type = getBaseType(type);
	Oid element = get_element_type(type);

	return OidIsValid(element) ? is_told(element) : get_typtype(type) != TYPTYPE_COMPOSITE && name_of(type) == nullptr;
}

/* One value, or what stands for several. */
struct Writer
{
	JsonbParseState *state;
	JsonbValue *result;

	void push(JsonbIteratorToken token) { result = pushJsonbValue(&state, token, nullptr); }
	void name(const char *text)
	{
		JsonbValue key = pg::json_string(pstrdup(text));

		result = pushJsonbValue(&state, WJB_KEY, &key);
	}
	void value(const char *text, bool element)
	{
		JsonbValue leaf = pg::json_string(text);

		result = pushJsonbValue(&state, element ? WJB_ELEM : WJB_VALUE, &leaf);
	}
};

void
write_type(Writer *writer, Oid type, bool element)
{
	type = getBaseType(type);
	Oid element_type = get_element_type(type);

	if (OidIsValid(element_type))
	{
		writer->push(WJB_BEGIN_ARRAY);
		write_type(writer, element_type, true);
		writer->push(WJB_END_ARRAY);
		return;
	}
	if (get_typtype(type) != TYPTYPE_COMPOSITE)
	{
		writer->value(name_of(type), element);
		return;
	}
	TupleDesc desc = lookup_rowtype_tupdesc_copy(type, -1);
	writer->push(WJB_BEGIN_OBJECT);
	for (int i = 0; i < desc->natts; i++)
	{
		const FormData_pg_attribute *attribute = TupleDescAttr(desc, i);

		if (attribute->attisdropped || is_told(attribute->atttypid))
			continue;
		writer->name(NameStr(attribute->attname));
		write_type(writer, attribute->atttypid, false);
	}
	writer->push(WJB_END_OBJECT);
}

void
write_column(Writer *writer, const char *name, Oid type)
{
	if (!OidIsValid(type) || is_told(type))
		return;
	writer->name(name);
	write_type(writer, type, false);
}

void
write_columns(Writer *writer, Oid table, const Columns &columns)
{
	if (!columns.all)
	{
		for (int i = 0; i < columns.columns.n; i++)
		{
			AttrNumber attno = get_attnum(table, columns.columns[i]);

			write_column(writer, columns.keys[i], attno > 0 ? get_atttype(table, attno) : InvalidOid);
		}
		return;
	}
	bool ours = catalog::view(table) != nullptr;
	Relation rel = relation_open(table, AccessShareLock);
	for (int i = 0; i < RelationGetNumberOfAttributes(rel); i++)
	{
		const FormData_pg_attribute *attribute = TupleDescAttr(RelationGetDescr(rel), i);

		if (!attribute->attisdropped && !(ours && is_hidden_column(NameStr(attribute->attname))))
			write_column(writer, NameStr(attribute->attname), attribute->atttypid);
	}
	relation_close(rel, NoLock);
}

/* The columns first: of two members of one name the later counts. */
void
write_part(Writer *writer, const Document &document, int at)
{
	writer->push(WJB_BEGIN_OBJECT);
	write_columns(writer, table_at(document, at), columns_at(document, at));
	for (int i = 0; i < document.embeds.n; i++)
	{
		const Embed &embed = document.embeds[i];

		if (parent_of(document, embed) != at)
			continue;
		writer->name(last_name(embed.path));
		if (embed.array)
			writer->push(WJB_BEGIN_ARRAY);
		write_part(writer, document, i);
		if (embed.array)
			writer->push(WJB_END_ARRAY);
	}
	writer->push(WJB_END_OBJECT);
}

bool
may_change_columns(const Node *parsetree)
{
	return parsetree != nullptr &&
		   (IsA(parsetree, AlterTableStmt) || IsA(parsetree, RenameStmt) || IsA(parsetree, ViewStmt));
}

/* All others change documents where they change a type. */
bool
may_change_types_alone(const Node *parsetree)
{
	ListCell *cell;

	if (!IsA(parsetree, AlterTableStmt))
		return false;
	foreach (cell, reinterpret_cast<const AlterTableStmt *>(parsetree)->cmds)
	{
		if (lfirst_node(AlterTableCmd, cell)->subtype == AT_AlterColumnType)
			return true;
	}
	return false;
}

bool
is_whole(const Document &document)
{
	bool whole = SearchSysCacheExists1(RELOID, ObjectIdGetDatum(document.root));

	for (const Embed &embed : document.embeds)
		whole = whole && SearchSysCacheExists1(RELOID, ObjectIdGetDatum(embed.child));
	return whole && catalog::view(document.view) != nullptr;
}

} // namespace

Jsonb *
types_of(const Document &document)
{
	Writer writer = {};

	write_part(&writer, document, -1);
	return JsonbValueToJsonb(writer.result);
}

pg::Vec<Oid>
follow_types(Node *parsetree)
{
	pg::Vec<Oid> retyped;

	if (!may_change_columns(parsetree))
		return retyped;
	for (const Document &document : read_documents())
	{
		catalog::Key key;
		Jsonb *before = nullptr;

		if (!OidIsValid(document.view) || !is_whole(document))
			continue;
		Jsonb *now = types_of(document);
		(void) catalog::find_role(document.view, &key, &before);
		if (before != nullptr && compareJsonbContainers(&before->root, &now->root) == 0)
			continue;
		LockRelationOid(document.view, ShareUpdateExclusiveLock);
		catalog::set_document_types(document.view, now);
		if (may_change_types_alone(parsetree))
			retyped.push(document.view);
	}
	return retyped;
}

} // namespace dv::document
