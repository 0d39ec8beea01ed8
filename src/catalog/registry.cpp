#include "catalog/registry_cache.hpp"
#include "catalog/rows.hpp"
#include "engine/program.hpp"
#include "pg/compat.hpp"

namespace dv::catalog {

namespace {

Cache *current = nullptr;
Cache *retired = nullptr;
bool valid = false;
uint64 generation_count = 1;

void
on_relcache(Datum, Oid relid)
{
	if (valid && OidIsValid(relid) && OidIsValid(current->catalog) && relid != current->catalog &&
		find(current, relid) == nullptr)
		return;
	valid = false;
	generation_count++;
}

/* What was handed out in this transaction stays. */
void
retire(Cache *cache)
{
	Cache **link = &retired;

	while (Cache *old = *link)
	{
		if (old->retired_in == pg::local_transaction())
		{
			link = &old->next;
			continue;
		}
		*link = old->next;
		MemoryContextDelete(old->context);
	}
	if (cache == nullptr)
		return;
	cache->retired_in = pg::local_transaction();
	cache->next = retired;
	retired = cache;
}

/* Invalidations may come in while we read; then once more, but not for ever. */
void
ensure()
{
	for (int tries = 0; !valid && tries < 2; tries++)
	{
		uint64 before = generation_count;
		Cache *fresh = read_catalog();
		Cache *old = current;

		current = fresh;
		retire(old);
		valid = generation_count == before;
	}
}

int
by_number(const void *a, const void *b)
{
	return *static_cast<const AttrNumber *>(a) - *static_cast<const AttrNumber *>(b);
}

/* The union over the captured views. Reads their queries, which may empty the cache beneath us. */
void
find_columns(TableEntry *entry, MemoryContext context)
{
	Table *table = &entry->table;
	pg::Vec<AttrNumber> columns;
	int n = 0;

	for (int i = 0; i < table->nviews; i++)
	{
		const View *user = table->views[i];
		if (user->state == State::paused || user->refresh == Refresh::on_demand)
			continue;
		/* Dropped meanwhile: the cache is out of date then, and will be looked at again. */
		LockRelationOid(user->view, AccessShareLock);
		if (SearchSysCacheExists1(RELOID, ObjectIdGetDatum(user->view)))
			engine::columns_used(user->view, table->table, &columns);
	}
	if (columns.n > 1)
		qsort(columns.data, columns.n, sizeof(AttrNumber), by_number);
	AttrNumber *unique = static_cast<AttrNumber *>(MemoryContextAlloc(context, sizeof(AttrNumber) * (columns.n + 1)));
	for (int i = 0; i < columns.n; i++)
	{
		if (i == 0 || columns[i] != columns[i - 1])
			unique[n++] = columns[i];
	}
	table->columns = unique;
	table->ncolumns = n;
	entry->columns_known = true;
}

} // namespace

const View *
view(Oid relid)
{
	ensure();
	Entry *entry = find(current, relid);
	return entry ? entry->view : nullptr;
}

const Table *
table(Oid relid)
{
	for (int tries = 0;; tries++)
	{
		ensure();
		Entry *entry = find(current, relid);
		if (entry == nullptr || entry->table == nullptr)
			return nullptr;

		TableEntry *found = entry->table;
		if (found->columns_known)
			return &found->table;

		uint64 before = generation_count;
		find_columns(found, current->context);
		if (generation_count == before || tries >= 1)
			return &found->table;
	}
}

bool
is_base_table(Oid relid)
{
	ensure();
	Entry *entry = find(current, relid);
	return entry != nullptr && entry->table != nullptr;
}

pg::Vec<const View *>
all_views()
{
	pg::Vec<const View *> views;

	ensure();
	for (int i = 0; i < current->nviews; i++)
		views.push(current->views[i]);
	return views;
}

pg::Vec<const View *>
parts_of(const View *view)
{
	pg::Vec<const View *> parts;

	for (const View *candidate : all_views())
	{
		if (candidate->part_of == view->definition)
			parts.push(candidate);
	}
	return parts;
}

uint64
generation()
{
	return generation_count;
}

void
catalog_changed()
{
	Oid relid = catalog_table("view_catalog");

	if (OidIsValid(relid))
		CacheInvalidateRelcacheByRelid(relid);
}

void
install_registry()
{
	CacheRegisterRelcacheCallback(on_relcache, static_cast<Datum>(0));
}

} // namespace dv::catalog
