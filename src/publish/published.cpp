#include "publish/published.hpp"

#include "catalog/rows.hpp"
#include "pg/compat.hpp"

extern "C" {
#include "utils/hsearch.h"
}

namespace dv::publish {

namespace {

struct Cache
{
	MemoryContext context;
	HTAB *entries;
	Oid catalog;      /* deltaview.view_catalog when some entry was made, or invalid */
	uint64 forgotten; /* how often something was */
};

/* Callbacks of the caches cannot be taken back, so they find out here whether there is something to do. */
Cache *cache = nullptr;

void
forget_all()
{
	HASH_SEQ_STATUS status;

	cache->forgotten++;
	hash_seq_init(&status, cache->entries);
	while (void *entry = hash_seq_search(&status))
		static_cast<Published *>(entry)->valid = false;
}

void
on_relation(Datum, Oid relid)
{
	if (cache == nullptr)
		return;
	if (!OidIsValid(relid) || relid == cache->catalog)
		forget_all();
	else if (void *entry = hash_search(cache->entries, &relid, HASH_FIND, nullptr))
	{
		cache->forgotten++;
		static_cast<Published *>(entry)->valid = false;
	}
}

/* A schema was renamed, or a type. */
void
on_name(Datum, int, uint32)
{
	if (cache != nullptr)
		forget_all();
}

void
on_end(void *ended)
{
	if (cache == ended)
		cache = nullptr;
}

/* Attribute numbers of an index's columns. */
Bitmapset *
index_columns(Oid index)
{
	Bitmapset *columns = nullptr;
	Relation rel = RelationIdGetRelation(index);

	if (!RelationIsValid(rel))
		elog(ERROR, "could not open index with OID %u", index);
	for (int i = 0; i < rel->rd_index->indnkeyatts; i++)
		if (rel->rd_index->indkey.values[i] > 0)
			columns = bms_add_member(columns, rel->rd_index->indkey.values[i]);
	RelationClose(rel);
	return columns;
}

/* What tells rows apart. */
struct Keys
{
	bool known; /* without identity nothing does */
	bool whole; /* the row as a whole, for want of a key */
	Bitmapset *columns;
	Bitmapset *primary;
};

/* What the log has of a row that leaves. */
Keys
keys_of_table(Relation rel)
{
	Keys keys = {};
	Oid identity = RelationGetReplicaIndex(rel);

	keys.whole = rel->rd_rel->relreplident == REPLICA_IDENTITY_FULL;
	keys.known = keys.whole || OidIsValid(identity);
	if (OidIsValid(identity))
		keys.columns = index_columns(identity);
	if (OidIsValid(rel->rd_pkindex))
		keys.primary = index_columns(rel->rd_pkindex);
	return keys;
}

/* The view's own key, or the primary key that somebody has given it; nothing where the replica identity lacks that. */
Keys
keys_of_view(Relation rel, const catalog::Key &key)
{
	Keys logged = keys_of_table(rel);
	Keys keys = {};

	for (int i = 0; i < key.ncolumns; i++)
		keys.columns = bms_add_member(keys.columns, key.columns[i]);
	if (!key.exists)
		keys.columns = logged.primary;
	keys.whole = !key.exists && keys.columns == nullptr;
	keys.primary = keys.columns;
	keys.known = logged.whole || (logged.known && !keys.whole && bms_is_subset(keys.columns, logged.columns));
	return keys;
}

/* Columns that the engine keeps for itself are nobody's. */
bool
is_hidden(bool view, const FormData_pg_attribute *attribute)
{
	return attribute->attisdropped || pg::is_virtual(attribute) ||
		   (view && strncmp(NameStr(attribute->attname), "__dv_", 5) == 0);
}

void
describe_columns(const Options &options, Relation rel, bool view, const Keys &keys, Published *entry)
{
	TupleDesc desc = RelationGetDescr(rel);

	entry->columns = static_cast<Column *>(palloc0(sizeof(Column) * Max(desc->natts, 1)));
	entry->has_identity = keys.known;
	for (int i = 0; i < desc->natts; i++)
	{
		const FormData_pg_attribute *attribute = TupleDescAttr(desc, i);

		if (is_hidden(view, attribute))
			continue;
		Column *column = &entry->columns[entry->ncolumns++];
		column->attno = attribute->attnum;
		column->name = pstrdup(NameStr(attribute->attname));
		column->type = type_name(attribute->atttypid, options.include_typmod ? attribute->atttypmod : -1);
		column->key = keys.whole || bms_is_member(attribute->attnum, keys.columns);
		column->primary = bms_is_member(attribute->attnum, keys.primary);
		column->writer = make_writer(attribute->atttypid, attribute->atttypmod);
		entry->settings_matter = entry->settings_matter || column->writer->settings_matter;
	}
}

sink::Shape
shape_of(Relation rel, const Keys &keys, const Jsonb *types)
{
	sink::Shape shape = {};

	shape.desc = CreateTupleDescCopy(RelationGetDescr(rel));
	shape.has_key = keys.known && !keys.whole;
	shape.types = types;
	for (int i = 0; i < shape.desc->natts; i++)
	{
		const FormData_pg_attribute *attribute = TupleDescAttr(shape.desc, i);

		if (is_hidden(true, attribute))
			continue;
		shape.columns.push(attribute->attnum);
		if (bms_is_member(attribute->attnum, keys.columns))
			shape.key.push(attribute->attnum);
	}
	return shape;
}

void
describe_documents(const Options &options, Relation rel, Published *entry)
{
	sink::Shape shape = {};

	entry->wanted = read_shape(rel, &shape);
	if (!entry->wanted)
		return;
	Datum sink_options = DirectFunctionCall1(jsonb_in, CStringGetDatum(options.sink_options));
	entry->has_identity = true;
	entry->rows = documents()->compile(shape, DatumGetJsonbP(sink_options));
	entry->columns = static_cast<Column *>(palloc0(sizeof(Column) * Max(shape.columns.n, 1)));
	for (AttrNumber attno : shape.columns)
	{
		Column *column = &entry->columns[entry->ncolumns++];

		column->attno = attno;
		column->name = pstrdup(NameStr(TupleDescAttr(shape.desc, attno - 1)->attname));
	}
}

void
describe(const Options &options, Relation rel, Published *entry)
{
	catalog::Key key = {};
	char *schema = get_namespace_name(RelationGetNamespace(rel));

	entry->wanted = false;
	entry->ncolumns = 0;
	entry->settings_matter = false;
	if (schema == nullptr || strcmp(schema, catalog::schema_name) == 0)
		return;
	entry->schema = schema;
	entry->table = pstrdup(RelationGetRelationName(rel));
	if (options.documents)
	{
		if (RelationGetRelid(rel) == options.view)
			describe_documents(options, rel, entry);
		return;
	}
	if (matches(options.filter_tables, entry->schema, entry->table))
		return;
	/* A part is filled before it moves to our schema. */
	catalog::Role role = catalog::find_role(RelationGetRelid(rel), &key);
	if (role == catalog::Role::part)
		return;
	bool view = role == catalog::Role::view;
	entry->wanted = matches(view ? options.views : options.add_tables, entry->schema, entry->table);
	if (entry->wanted)
		describe_columns(options, rel, view, view ? keys_of_view(rel, key) : keys_of_table(rel), entry);
}

} // namespace

bool
read_shape(Relation rel, sink::Shape *shape)
{
	catalog::Key key = {};
	Jsonb *types = nullptr;

	if (catalog::find_role(RelationGetRelid(rel), &key, &types) != catalog::Role::view)
		return false;
	*shape = shape_of(rel, keys_of_view(rel, key), types);
	return true;
}

void
begin_publishing(MemoryContext context)
{
	static bool registered = false;
	HASHCTL control = {};
	MemoryContextCallback *callback =
		static_cast<MemoryContextCallback *>(MemoryContextAllocZero(context, sizeof(MemoryContextCallback)));
	Cache *created = static_cast<Cache *>(MemoryContextAllocZero(context, sizeof(Cache)));

	control.keysize = sizeof(Oid);
	control.entrysize = sizeof(Published);
	control.hcxt = context;
	created->context = context;
	created->entries = hash_create("published relations", 64, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	callback->func = on_end;
	callback->arg = created;
	MemoryContextRegisterResetCallback(context, callback);
	cache = created;
	if (!registered)
	{
		CacheRegisterRelcacheCallback(on_relation, static_cast<Datum>(0));
		CacheRegisterSyscacheCallback(NAMESPACEOID, on_name, static_cast<Datum>(0));
		CacheRegisterSyscacheCallback(TYPEOID, on_name, static_cast<Datum>(0));
		registered = true;
	}
}

Published *
published(const Options &options, Relation rel)
{
	Oid relid = RelationGetRelid(rel);
	bool found;
	Published *entry = static_cast<Published *>(hash_search(cache->entries, &relid, HASH_ENTER, &found));

	if (!found)
	{
		entry->valid = false;
		entry->context = nullptr;
	}
	if (entry->valid)
		return entry;
	if (entry->context == nullptr)
		entry->context = AllocSetContextCreate(cache->context, "published relation", ALLOCSET_SMALL_SIZES);
	MemoryContextReset(entry->context);

	MemoryContext old = MemoryContextSwitchTo(entry->context);
	cache->catalog = catalog::catalog_table("view_catalog");
	uint64 before = cache->forgotten;
	describe(options, rel, entry);
	entry->valid = before == cache->forgotten;
	MemoryContextSwitchTo(old);
	return entry;
}

} // namespace dv::publish
