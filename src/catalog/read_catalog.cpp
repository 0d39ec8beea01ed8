#include "catalog/registry_cache.hpp"
#include "catalog/rows.hpp"

namespace dv::catalog {

namespace {

/* A row of table_catalog. */
struct Use
{
	Oid view;
	Oid base;
};

Entry *
enter(Cache *cache, Oid relid)
{
	bool found;
	Entry *entry = static_cast<Entry *>(hash_search(cache->entries, &relid, HASH_ENTER, &found));

	if (!found)
	{
		entry->view = nullptr;
		entry->table = nullptr;
	}
	return entry;
}

View *
read_view(HeapTuple tuple, TupleDesc desc)
{
	Datum values[view_catalog::ncolumns];
	bool nulls[view_catalog::ncolumns];
	View *view = static_cast<View *>(palloc0(sizeof(View)));

	heap_deform_tuple(tuple, desc, values, nulls);
	view->view = DatumGetObjectId(values[view_catalog::view - 1]);
	if (HeapTuple relation = SearchSysCache1(RELOID, ObjectIdGetDatum(view->view)))
	{
		view->owner = reinterpret_cast<Form_pg_class>(GETSTRUCT(relation))->relowner;
		ReleaseSysCache(relation);
	}
	view->definition = DatumGetObjectId(values[view_catalog::definition - 1]);
	view->maintained = DatumGetObjectId(values[view_catalog::maintained - 1]);
	view->part_of = nulls[view_catalog::part_of - 1] ? InvalidOid : DatumGetObjectId(values[view_catalog::part_of - 1]);
	view->refresh = refresh_of(TextDatumGetCString(values[view_catalog::refresh - 1]));
	view->method = method_of(TextDatumGetCString(values[view_catalog::method - 1]));
	view->state = state_of(TextDatumGetCString(values[view_catalog::state - 1]));
	view->rank = DatumGetInt32(values[view_catalog::rank - 1]);

	Datum *elements;
	int n;
	deconstruct_array(DatumGetArrayTypePCopy(values[view_catalog::settings - 1]), TEXTOID, -1, false, TYPALIGN_INT,
					  &elements, nullptr, &n);
	const char **settings = static_cast<const char **>(palloc(sizeof(char *) * (n + 1)));
	for (int i = 0; i < n; i++)
		settings[i] = TextDatumGetCString(elements[i]);
	view->nsettings = n;
	view->settings = settings;
	return view;
}

int
by_rank(const void *a, const void *b)
{
	const View *left = *static_cast<View *const *>(a);
	const View *right = *static_cast<View *const *>(b);

	if (left->rank != right->rank)
		return left->rank < right->rank ? -1 : 1;
	return left->view < right->view ? -1 : left->view > right->view;
}

void
read_views(Cache *cache)
{
	Relation rel = table_open(cache->catalog, AccessShareLock);
	SysScanDesc scan = systable_beginscan(rel, InvalidOid, false, nullptr, 0, nullptr);
	pg::Vec<View *> views;

	while (HeapTuple tuple = systable_getnext(scan))
	{
		View *view = read_view(tuple, RelationGetDescr(rel));

		views.push(view);
		enter(cache, view->view)->view = view;
		/* known: their invalidations concern us */
		(void) enter(cache, view->definition);
		(void) enter(cache, view->maintained);
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	if (views.n > 1)
		qsort(views.data, views.n, sizeof(View *), by_rank);
	cache->nviews = views.n;
	cache->views = views.data;
}

void
read_marks(Cache *cache)
{
	Relation rel = table_open(catalog_table("stale_marks"), AccessShareLock);
	SysScanDesc scan = systable_beginscan(rel, InvalidOid, false, nullptr, 0, nullptr);

	while (HeapTuple tuple = systable_getnext(scan))
	{
		bool null;
		Oid relid = DatumGetObjectId(heap_getattr(tuple, stale_marks::view, RelationGetDescr(rel), &null));
		Entry *entry = find(cache, relid);

		if (entry == nullptr || entry->view == nullptr)
			continue;
		if (entry->view->state == State::fresh)
			entry->view->state = State::stale;
		if (TransactionIdIsCurrentTransactionId(HeapTupleHeaderGetXmin(tuple->t_data)))
			entry->view->marked_here = true;
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
}

pg::Vec<Use>
read_uses()
{
	Relation rel = table_open(catalog_table("table_catalog"), AccessShareLock);
	SysScanDesc scan = systable_beginscan(rel, InvalidOid, false, nullptr, 0, nullptr);
	pg::Vec<Use> uses;

	while (HeapTuple tuple = systable_getnext(scan))
	{
		bool null;
		Use use;

		use.view = DatumGetObjectId(heap_getattr(tuple, table_catalog::view, RelationGetDescr(rel), &null));
		use.base = DatumGetObjectId(heap_getattr(tuple, table_catalog::base, RelationGetDescr(rel), &null));
		uses.push(use);
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return uses;
}

/* Views are taken in rank order, so each table's views come in rank order, too. */
void
link_tables(Cache *cache, const pg::Vec<Use> &uses)
{
	for (int i = 0; i < cache->nviews; i++)
	{
		View *view = cache->views[i];
		pg::Vec<Oid> tables;

		for (const Use &use : uses)
		{
			if (use.view != view->view)
				continue;
			tables.push(use.base);

			Entry *entry = enter(cache, use.base);
			if (entry->table == nullptr)
			{
				entry->table = static_cast<TableEntry *>(palloc0(sizeof(TableEntry)));
				entry->table->table.table = use.base;
				entry->table->table.views = static_cast<View **>(palloc(sizeof(View *) * cache->nviews));
			}
			Table *table = &entry->table->table;
			const_cast<const View **>(table->views)[table->nviews++] = view;
			if (view->state == State::paused || view->refresh == Refresh::on_demand)
				continue;
			table->captured = true;
			if (view->refresh == Refresh::on_statement)
				table->on_statement = true;
		}
		view->ntables = tables.n;
		view->tables = tables.data;
	}
}

} // namespace

Cache *
read_catalog()
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "pg_deltaview catalog", ALLOCSET_SMALL_SIZES);
	MemoryContext before = MemoryContextSwitchTo(context);
	Cache *cache = static_cast<Cache *>(palloc0(sizeof(Cache)));
	HASHCTL control = {};

	cache->context = context;
	cache->catalog = catalog_table("view_catalog");
	control.keysize = sizeof(Oid);
	control.entrysize = sizeof(Entry);
	control.hcxt = context;
	cache->entries = hash_create("pg_deltaview catalog", 64, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	if (OidIsValid(cache->catalog))
	{
		read_views(cache);
		if (cache->nviews > 0)
		{
			read_marks(cache);
			link_tables(cache, read_uses());
		}
	}
	MemoryContextSwitchTo(before);
	MemoryContextSetParent(context, CacheMemoryContext);
	return cache;
}

} // namespace dv::catalog
