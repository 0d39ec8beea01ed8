#include "sink_catalog/rows.hpp"

#include "catalog/relations.hpp"
#include "catalog/rows.hpp"

#include <initializer_list>

extern "C" {
#include "catalog/indexing.h"
#include "commands/async.h"
}

namespace dv::sink_catalog {

namespace {

enum Column : int {
	sink = 1,
	view,
	server,
	database,
	collection,
	owner,
	options,
	slot,
	wanted,
	generation,
	ncolumns = generation
};

constexpr const char *table_name = "sink_catalog";
constexpr const char *channel = "deltaview_sink";

struct Row
{
	Datum values[ncolumns];
	bool nulls[ncolumns];
};

Row
row_of(const Sink &from)
{
	Row row = {};
	Name server_name = static_cast<Name>(palloc(sizeof(NameData)));

	namestrcpy(server_name, from.server);
	row.values[sink - 1] = CStringGetTextDatum(from.name);
	row.values[view - 1] = ObjectIdGetDatum(from.view);
	row.values[server - 1] = NameGetDatum(server_name);
	row.values[database - 1] = CStringGetTextDatum(from.database);
	row.values[collection - 1] = CStringGetTextDatum(from.collection);
	row.values[owner - 1] = ObjectIdGetDatum(from.owner);
	row.values[options - 1] = JsonbPGetDatum(from.options);
	row.values[slot - 1] = CStringGetTextDatum(from.slot);
	row.values[wanted - 1] = CStringGetTextDatum(name_of(from.wanted));
	row.values[generation - 1] = Int32GetDatum(from.generation);
	return row;
}

Wanted
wanted_of(const char *name)
{
	for (Wanted known : {Wanted::run, Wanted::stop, Wanted::drop, Wanted::drop_with_collection})
	{
		if (strcmp(name, name_of(known)) == 0)
			return known;
	}
	ereport(ERROR, (errcode(ERRCODE_DATA_CORRUPTED),
					errmsg("unexpected value \"%s\" in column \"wanted\" of deltaview.sink_catalog", name)));
	pg_unreachable();
}

Sink
sink_of(HeapTuple tuple, TupleDesc desc)
{
	Row row;

	heap_deform_tuple(tuple, desc, row.values, row.nulls);
	Oid table = DatumGetObjectId(row.values[view - 1]);
	/* REASSIGN OWNED fires no event trigger. */
	bool there = SearchSysCacheExists1(RELOID, ObjectIdGetDatum(table));
	return {TextDatumGetCString(row.values[sink - 1]),
			table,
			pstrdup(NameStr(*DatumGetName(row.values[server - 1]))),
			TextDatumGetCString(row.values[database - 1]),
			TextDatumGetCString(row.values[collection - 1]),
			there ? catalog::owner_of(table) : DatumGetObjectId(row.values[owner - 1]),
			DatumGetJsonbPCopy(row.values[options - 1]),
			TextDatumGetCString(row.values[slot - 1]),
			wanted_of(TextDatumGetCString(row.values[wanted - 1])),
			DatumGetInt32(row.values[generation - 1])};
}

/* Calls take(relation, tuple) for every row of a table whose first column is the name; of all sinks where that is null. */
template <class Take>
void
scan(const char *table, LOCKMODE mode, const char *name, Take take)
{
	Relation rel = catalog::open_catalog(table, mode);
	SysScanDesc rows = systable_beginscan(rel, InvalidOid, false, nullptr, 0, nullptr);

	while (HeapTuple tuple = systable_getnext(rows))
	{
		bool null;
		Datum value = heap_getattr(tuple, sink, RelationGetDescr(rel), &null);

		if (name == nullptr || strcmp(TextDatumGetCString(value), name) == 0)
			take(rel, tuple);
	}
	systable_endscan(rows);
	table_close(rel, mode);
}

} // namespace

const char *
name_of(Wanted wanted)
{
	switch (wanted)
	{
	case Wanted::run:
		return "run";
	case Wanted::stop:
		return "stop";
	case Wanted::drop:
		return "drop";
	case Wanted::drop_with_collection:
		return "drop_with_collection";
	}
	return "";
}

void
lock_sinks()
{
	table_close(catalog::open_catalog(table_name, ShareUpdateExclusiveLock), NoLock);
}

pg::Vec<Sink>
read_sinks()
{
	pg::Vec<Sink> sinks;

	if (OidIsValid(catalog::catalog_table(table_name)))
		scan(table_name, AccessShareLock, nullptr,
			 [&](Relation rel, HeapTuple tuple) { sinks.push(sink_of(tuple, RelationGetDescr(rel))); });
	return sinks;
}

bool
find_sink(const char *name, Sink *found)
{
	for (const Sink &candidate : read_sinks())
	{
		if (strcmp(candidate.name, name) != 0)
			continue;
		*found = candidate;
		return true;
	}
	return false;
}

Sink
owned_sink(const char *name)
{
	Sink found = {};

	if (!find_sink(name, &found))
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT), errmsg("sink \"%s\" does not exist", name)));
	if (!has_privs_of_role(GetUserId(), found.owner))
		ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("must be owner of sink \"%s\"", name)));
	return found;
}

void
add_sink(const Sink &added)
{
	Row row = row_of(added);

	catalog::insert_row(table_name, row.values, row.nulls);
	CommandCounterIncrement();
	notify(added.name);
}

void
update_sink(const Sink &changed)
{
	Row row = row_of(changed);

	scan(table_name, RowExclusiveLock, changed.name, [&](Relation rel, HeapTuple tuple) {
		CatalogTupleUpdate(rel, &tuple->t_self, heap_form_tuple(RelationGetDescr(rel), row.values, row.nulls));
	});
	CommandCounterIncrement();
	notify(changed.name);
}

void
remove_sink(const char *name)
{
	for (const char *table : {"sink_errors", "sink_hold", "sink_progress", table_name})
		scan(table, RowExclusiveLock, name,
			 [](Relation rel, HeapTuple tuple) { CatalogTupleDelete(rel, &tuple->t_self); });
	CommandCounterIncrement();
	notify(name);
}

bool
never_ran(const char *name)
{
	Sink found = {};
	bool reported = false;

	scan("sink_progress", AccessShareLock, name, [&](Relation, HeapTuple) { reported = true; });
	return !reported && find_sink(name, &found) && found.wanted == Wanted::stop;
}

void
notify(const char *name)
{
	Async_Notify(channel, name);
}

} // namespace dv::sink_catalog
