#include "document/declaration.hpp"

#include "catalog/rows.hpp"

extern "C" {
#include "catalog/indexing.h"
}

namespace dv::document {

namespace {

namespace document_catalog {
enum Column : int { id = 1, view, schema, name, owner, root, columns, keys, filter, refresh, ncolumns = refresh };
}
namespace embed_catalog {
enum Column : int {
	document = 1,
	path,
	child,
	type,
	parent_columns,
	child_columns,
	columns,
	keys,
	filter,
	order_by,
	ncolumns = order_by
};
}

constexpr const char *documents_name = "document_catalog";
constexpr const char *embeds_name = "embed_catalog";

/* The values of a row, as they are filled in or taken out. */
template <int n> struct Row
{
	Datum values[n] = {};
	bool nulls[n] = {};

	void set(int column, Datum value) { values[column - 1] = value; }
	void set_oid(int column, Oid oid)
	{
		nulls[column - 1] = !OidIsValid(oid);
		set(column, ObjectIdGetDatum(oid));
	}
	void set_text(int column, const char *text)
	{
		nulls[column - 1] = text == nullptr;
		if (text)
			set(column, CStringGetTextDatum(text));
	}
	void set_names(int column, const Names &names)
	{
		Datum *elements = static_cast<Datum *>(palloc(sizeof(Datum) * (names.n + 1)));
		for (int i = 0; i < names.n; i++)
			elements[i] = CStringGetTextDatum(names[i]);
		set(column, PointerGetDatum(construct_array(elements, names.n, TEXTOID, -1, false, TYPALIGN_INT)));
	}
	void set_columns(int columns, int keys, const Columns &chosen)
	{
		nulls[columns - 1] = nulls[keys - 1] = chosen.all;
		if (chosen.all)
			return;
		set_names(columns, chosen.columns);
		set_names(keys, chosen.keys);
	}

	Oid oid(int column) const { return nulls[column - 1] ? InvalidOid : DatumGetObjectId(values[column - 1]); }
	const char *string(int column) const
	{
		return nulls[column - 1] ? nullptr : TextDatumGetCString(values[column - 1]);
	}
	Names names(int column) const
	{
		Names names;
		Datum *elements;
		int count;
		deconstruct_array(DatumGetArrayTypePCopy(values[column - 1]), TEXTOID, -1, false, TYPALIGN_INT, &elements,
						  nullptr, &count);
		for (int i = 0; i < count; i++)
			names.push(TextDatumGetCString(elements[i]));
		return names;
	}
	Columns chosen(int columns, int keys) const
	{
		return nulls[columns - 1] ? Columns{true, {}, {}} : Columns{false, names(columns), names(keys)};
	}
};

using DocumentRow = Row<document_catalog::ncolumns>;
using EmbedRow = Row<embed_catalog::ncolumns>;

DocumentRow
row_of(const Document &document)
{
	DocumentRow row;

	row.set(document_catalog::id, Int32GetDatum(document.id));
	row.set_oid(document_catalog::view, document.view);
	row.set_text(document_catalog::schema, OidIsValid(document.view) ? nullptr : document.schema);
	row.set_text(document_catalog::name, OidIsValid(document.view) ? nullptr : document.name);
	row.set(document_catalog::owner, ObjectIdGetDatum(document.owner));
	row.set(document_catalog::root, ObjectIdGetDatum(document.root));
	row.set_columns(document_catalog::columns, document_catalog::keys, document.columns);
	row.set_text(document_catalog::filter, document.filter);
	row.set_text(document_catalog::refresh, document.refresh);
	return row;
}

EmbedRow
row_of(int32 document, const Embed &embed)
{
	EmbedRow row;

	row.set(embed_catalog::document, Int32GetDatum(document));
	row.set_text(embed_catalog::path, embed.path);
	row.set(embed_catalog::child, ObjectIdGetDatum(embed.child));
	row.set_text(embed_catalog::type, embed.array ? "array" : "object");
	row.set_names(embed_catalog::parent_columns, embed.parent_columns);
	row.set_names(embed_catalog::child_columns, embed.child_columns);
	row.set_columns(embed_catalog::columns, embed_catalog::keys, embed.columns);
	row.set_text(embed_catalog::filter, embed.filter);
	row.set_text(embed_catalog::order_by, embed.order_by);
	return row;
}

struct ReadEmbed
{
	int32 document;
	Embed embed;
};

/* Calls take(tuple, descriptor) for every row. */
template <class Take>
void
scan(Relation rel, Take take)
{
	SysScanDesc rows = systable_beginscan(rel, InvalidOid, false, nullptr, 0, nullptr);

	while (HeapTuple tuple = systable_getnext(rows))
		take(tuple, RelationGetDescr(rel));
	systable_endscan(rows);
}

template <int n>
Row<n>
deform(HeapTuple tuple, TupleDesc desc)
{
	Row<n> row;

	heap_deform_tuple(tuple, desc, row.values, row.nulls);
	return row;
}

int
by_path(const void *a, const void *b)
{
	return strcmp(static_cast<const Embed *>(a)->path, static_cast<const Embed *>(b)->path);
}

pg::Vec<ReadEmbed>
read_embeds()
{
	pg::Vec<ReadEmbed> embeds;
	Relation rel = catalog::open_catalog(embeds_name, AccessShareLock);

	scan(rel, [&](HeapTuple tuple, TupleDesc desc) {
		EmbedRow row = deform<embed_catalog::ncolumns>(tuple, desc);
		Embed embed = {};

		embed.path = row.string(embed_catalog::path);
		embed.child = row.oid(embed_catalog::child);
		embed.array = strcmp(row.string(embed_catalog::type), "array") == 0;
		embed.parent_columns = row.names(embed_catalog::parent_columns);
		embed.child_columns = row.names(embed_catalog::child_columns);
		embed.columns = row.chosen(embed_catalog::columns, embed_catalog::keys);
		embed.filter = row.string(embed_catalog::filter);
		embed.order_by = row.string(embed_catalog::order_by);
		embeds.push({DatumGetInt32(row.values[embed_catalog::document - 1]), embed});
	});
	table_close(rel, AccessShareLock);
	return embeds;
}

bool
is_document(HeapTuple tuple, TupleDesc desc, int32 id)
{
	bool null;

	return DatumGetInt32(heap_getattr(tuple, document_catalog::id, desc, &null)) == id;
}

/* Of a document, at the path or, where that is null, all. */
bool
is_embed(HeapTuple tuple, TupleDesc desc, int32 document, const char *path)
{
	bool null;

	return DatumGetInt32(heap_getattr(tuple, embed_catalog::document, desc, &null)) == document &&
		   (path == nullptr ||
			strcmp(TextDatumGetCString(heap_getattr(tuple, embed_catalog::path, desc, &null)), path) == 0);
}

template <class Is>
void
remove_rows(const char *name, Is is)
{
	Relation rel = catalog::open_catalog(name, RowExclusiveLock);

	scan(rel, [&](HeapTuple tuple, TupleDesc desc) {
		if (is(tuple, desc))
			CatalogTupleDelete(rel, &tuple->t_self);
	});
	table_close(rel, RowExclusiveLock);
	CommandCounterIncrement();
}

template <int n, class Is>
void
replace_row(const char *name, Row<n> row, Is is)
{
	Relation rel = catalog::open_catalog(name, RowExclusiveLock);

	scan(rel, [&](HeapTuple tuple, TupleDesc desc) {
		if (is(tuple, desc))
			CatalogTupleUpdate(rel, &tuple->t_self, heap_form_tuple(desc, row.values, row.nulls));
	});
	table_close(rel, RowExclusiveLock);
	CommandCounterIncrement();
}

} // namespace

void
lock_declarations()
{
	Relation rel = catalog::open_catalog(documents_name, ShareUpdateExclusiveLock);

	table_close(rel, NoLock);
}

pg::Vec<Document>
read_documents()
{
	pg::Vec<Document> documents;
	pg::Vec<ReadEmbed> embeds = read_embeds();
	Relation rel = catalog::open_catalog(documents_name, AccessShareLock);

	scan(rel, [&](HeapTuple tuple, TupleDesc desc) {
		DocumentRow row = deform<document_catalog::ncolumns>(tuple, desc);
		Document document = {};

		document.id = DatumGetInt32(row.values[document_catalog::id - 1]);
		document.view = row.oid(document_catalog::view);
		document.schema = OidIsValid(document.view) ? nullptr : row.string(document_catalog::schema);
		document.name = OidIsValid(document.view) ? get_rel_name(document.view) : row.string(document_catalog::name);
		document.owner = row.oid(document_catalog::owner);
		document.root = row.oid(document_catalog::root);
		document.columns = row.chosen(document_catalog::columns, document_catalog::keys);
		document.filter = row.string(document_catalog::filter);
		document.refresh = row.string(document_catalog::refresh);
		for (const ReadEmbed &read : embeds)
		{
			if (read.document == document.id)
				document.embeds.push(read.embed);
		}
		if (document.embeds.n > 1)
			qsort(document.embeds.data, document.embeds.n, sizeof(Embed), by_path);
		documents.push(document);
	});
	table_close(rel, AccessShareLock);
	return documents;
}

void
add_document(Document *document)
{
	document->id = 1;
	for (const Document &known : read_documents())
		document->id = Max(document->id, known.id + 1);

	DocumentRow row = row_of(*document);
	catalog::insert_row(documents_name, row.values, row.nulls);
	CommandCounterIncrement();
}

void
update_document(const Document &document)
{
	replace_row(documents_name, row_of(document),
				[&](HeapTuple tuple, TupleDesc desc) { return is_document(tuple, desc, document.id); });
}

void
remove_document(int32 id)
{
	remove_rows(embeds_name, [&](HeapTuple tuple, TupleDesc desc) { return is_embed(tuple, desc, id, nullptr); });
	remove_rows(documents_name, [&](HeapTuple tuple, TupleDesc desc) { return is_document(tuple, desc, id); });
}

void
add_embed(int32 document, const Embed &embed)
{
	EmbedRow row = row_of(document, embed);

	catalog::insert_row(embeds_name, row.values, row.nulls);
	CommandCounterIncrement();
}

void
update_embed(int32 document, const Embed &embed)
{
	replace_row(embeds_name, row_of(document, embed),
				[&](HeapTuple tuple, TupleDesc desc) { return is_embed(tuple, desc, document, embed.path); });
}

void
remove_embed(int32 document, const char *path)
{
	remove_rows(embeds_name, [&](HeapTuple tuple, TupleDesc desc) { return is_embed(tuple, desc, document, path); });
}

} // namespace dv::document
