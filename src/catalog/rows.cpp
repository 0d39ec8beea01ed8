#include "catalog/rows.hpp"

#include "pg/compat.hpp"

extern "C" {
#include "catalog/indexing.h"
#include "utils/fmgroids.h"
#include "utils/timestamp.h"
}

namespace dv::catalog {

Relation
open_catalog(const char *name, LOCKMODE mode)
{
	Oid relid = catalog_table(name);

	if (!OidIsValid(relid))
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_TABLE), errmsg("extension \"pg_deltaview\" is not installed")));
	return table_open(relid, mode);
}

void
insert_row(const char *name, Datum *values, bool *nulls)
{
	Relation rel = open_catalog(name, RowExclusiveLock);

	CatalogTupleInsert(rel, heap_form_tuple(RelationGetDescr(rel), values, nulls));
	table_close(rel, RowExclusiveLock);
}

namespace {

/* Scans for the rows of `view` through the primary key where there is one. */
SysScanDesc
begin_scan(Relation rel, Oid view)
{
	ScanKeyData key;

	ScanKeyInit(&key, 1, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(view));
	Oid index = pg::primary_key_index(rel);
	return systable_beginscan(rel, index, OidIsValid(index), nullptr, 1, &key);
}

void
remove_rows(const char *name, Oid view)
{
	Relation rel = open_catalog(name, RowExclusiveLock);
	SysScanDesc scan = begin_scan(rel, view);

	while (HeapTuple tuple = systable_getnext(scan))
		CatalogTupleDelete(rel, &tuple->t_self);
	systable_endscan(scan);
	table_close(rel, RowExclusiveLock);
}

/* Some columns of a view's row. */
struct Changes
{
	Datum values[view_catalog::ncolumns] = {};
	bool replace[view_catalog::ncolumns] = {};

	void set(view_catalog::Column column, Datum value)
	{
		values[column - 1] = value;
		replace[column - 1] = true;
	}
};

void
change_row(Oid view, Changes changes)
{
	Relation rel = open_catalog("view_catalog", RowExclusiveLock);
	SysScanDesc scan = begin_scan(rel, view);
	HeapTuple tuple = systable_getnext(scan);
	bool nulls[view_catalog::ncolumns] = {};

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "view %u is not in the catalog", view);
	tuple = heap_modify_tuple(tuple, RelationGetDescr(rel), changes.values, nulls, changes.replace);
	CatalogTupleUpdate(rel, &tuple->t_self, tuple);
	systable_endscan(scan);
	table_close(rel, RowExclusiveLock);
	CacheInvalidateRelcacheByRelid(view);
	catalog_changed();
	CommandCounterIncrement();
}

Datum
settings_array(int n, const char *const *settings)
{
	Datum *elements = static_cast<Datum *>(palloc(sizeof(Datum) * (n + 1)));

	for (int i = 0; i < n; i++)
		elements[i] = CStringGetTextDatum(settings[i]);
	return PointerGetDatum(construct_array(elements, n, TEXTOID, -1, false, TYPALIGN_INT));
}

Datum
key_array(const Key &key)
{
	Datum *elements = static_cast<Datum *>(palloc(sizeof(Datum) * (key.ncolumns + 1)));

	for (int i = 0; i < key.ncolumns; i++)
		elements[i] = Int16GetDatum(key.columns[i]);
	return PointerGetDatum(construct_array(elements, key.ncolumns, INT2OID, sizeof(int16), true, TYPALIGN_SHORT));
}

Key
key_of(ArrayType *array)
{
	Datum *elements;
	int n;

	deconstruct_array(array, INT2OID, sizeof(int16), true, TYPALIGN_SHORT, &elements, nullptr, &n);
	AttrNumber *columns = static_cast<AttrNumber *>(palloc(sizeof(AttrNumber) * (n + 1)));
	for (int i = 0; i < n; i++)
		columns[i] = DatumGetInt16(elements[i]);
	return {true, n, columns};
}

/* A historic snapshot still sees the table that DROP EXTENSION took away, but its file is gone. */
void
check_readable(Oid catalog)
{
	Relation rel = table_open(RelationRelationId, AccessShareLock);
	ScanKeyData key;

	ScanKeyInit(&key, Anum_pg_class_oid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(catalog));
	Snapshot snapshot = RegisterSnapshot(GetNonHistoricCatalogSnapshot(RelationRelationId));
	SysScanDesc scan = systable_beginscan(rel, ClassOidIndexId, true, snapshot, 1, &key);
	bool found = HeapTupleIsValid(systable_getnext(scan));

	systable_endscan(scan);
	UnregisterSnapshot(snapshot);
	table_close(rel, AccessShareLock);
	if (!found)
		ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
						errmsg("which tables were views can no longer be read"),
						errdetail("Extension \"pg_deltaview\" was dropped after these changes."),
						errhint("Drop the slot, or pass over them with pg_replication_slot_advance.")));
}

} // namespace

Oid
schema_oid()
{
	return get_namespace_oid(schema_name, true);
}

Oid
catalog_table(const char *name)
{
	Oid schema = schema_oid();

	return OidIsValid(schema) ? get_relname_relid(name, schema) : InvalidOid;
}

void
add_view(const NewView &row)
{
	Datum values[view_catalog::ncolumns] = {};
	bool nulls[view_catalog::ncolumns] = {};

	values[view_catalog::view - 1] = ObjectIdGetDatum(row.view);
	values[view_catalog::definition - 1] = ObjectIdGetDatum(row.definition);
	values[view_catalog::maintained - 1] = ObjectIdGetDatum(row.maintained);
	values[view_catalog::part_of - 1] = ObjectIdGetDatum(row.part_of);
	nulls[view_catalog::part_of - 1] = !OidIsValid(row.part_of);
	values[view_catalog::refresh - 1] = CStringGetTextDatum(name_of(row.refresh));
	values[view_catalog::method - 1] = CStringGetTextDatum(name_of(row.method));
	values[view_catalog::state - 1] = CStringGetTextDatum(name_of(row.state));
	values[view_catalog::rank - 1] = Int32GetDatum(row.rank);
	values[view_catalog::settings - 1] = settings_array(row.nsettings, row.settings);
	if (row.state == State::fresh)
		values[view_catalog::last_refresh - 1] = TimestampTzGetDatum(GetCurrentTransactionStartTimestamp());
	else
		nulls[view_catalog::last_refresh - 1] = true;
	if (row.key.exists)
		values[view_catalog::key_columns - 1] = key_array(row.key);
	else
		nulls[view_catalog::key_columns - 1] = true;
	nulls[view_catalog::document_types - 1] = true;
	insert_row("view_catalog", values, nulls);
	catalog_changed();
}

void
add_table(Oid view, Oid base, const char *strategy, bool incremental, const char *reason, bool watched)
{
	Datum values[table_catalog::ncolumns] = {};
	bool nulls[table_catalog::ncolumns] = {};

	values[table_catalog::view - 1] = ObjectIdGetDatum(view);
	values[table_catalog::base - 1] = ObjectIdGetDatum(base);
	values[table_catalog::strategy - 1] = CStringGetTextDatum(strategy);
	values[table_catalog::incremental - 1] = BoolGetDatum(incremental);
	values[table_catalog::reason - 1] = CStringGetTextDatum(reason ? reason : "");
	values[table_catalog::watched - 1] = BoolGetDatum(watched);
	insert_row("table_catalog", values, nulls);
	CacheInvalidateRelcacheByRelid(base);
	catalog_changed();
}

void
set_state(Oid view, State state)
{
	Changes changes;

	changes.set(view_catalog::state, CStringGetTextDatum(name_of(state)));
	if (state == State::fresh)
	{
		changes.set(view_catalog::last_refresh, TimestampTzGetDatum(GetCurrentTransactionStartTimestamp()));
		remove_rows("stale_marks", view);
	}
	change_row(view, changes);
}

void
set_rank(Oid view, int rank)
{
	Changes changes;

	changes.set(view_catalog::rank, Int32GetDatum(rank));
	change_row(view, changes);
}

void
set_query(Oid view, Oid definition, Oid maintained, int rank, Jsonb *document_types)
{
	Changes changes;

	changes.set(view_catalog::definition, ObjectIdGetDatum(definition));
	changes.set(view_catalog::maintained, ObjectIdGetDatum(maintained));
	changes.set(view_catalog::rank, Int32GetDatum(rank));
	if (document_types)
		changes.set(view_catalog::document_types, JsonbPGetDatum(document_types));
	remove_rows("table_catalog", view);
	change_row(view, changes);
}

void
set_document_types(Oid view, Jsonb *types)
{
	Changes changes;

	changes.set(view_catalog::document_types, JsonbPGetDatum(types));
	change_row(view, changes);
}

void
remove_view(Oid view)
{
	remove_rows("stale_marks", view);
	remove_rows("table_catalog", view);
	remove_rows("view_catalog", view);
	catalog_changed();
	CommandCounterIncrement();
}

void
add_stale_mark(Oid view)
{
	Datum values[stale_marks::ncolumns] = {};
	bool nulls[stale_marks::ncolumns] = {};

	values[stale_marks::view - 1] = ObjectIdGetDatum(view);
	values[stale_marks::since - 1] = TimestampTzGetDatum(GetCurrentTransactionStartTimestamp());
	insert_row("stale_marks", values, nulls);
	catalog_changed();
	CommandCounterIncrement();
}

Role
find_role(Oid relid, Key *key, Jsonb **document_types)
{
	Oid catalog = catalog_table("view_catalog");

	if (!OidIsValid(catalog))
		return Role::table;
	check_readable(catalog);
	Relation rel = table_open(catalog, AccessShareLock);
	SysScanDesc scan = begin_scan(rel, relid);
	HeapTuple tuple = systable_getnext(scan);
	Role role = Role::table;

	if (HeapTupleIsValid(tuple))
	{
		bool none;
		(void) heap_getattr(tuple, view_catalog::part_of, RelationGetDescr(rel), &none);
		role = none ? Role::view : Role::part;
		Datum columns = heap_getattr(tuple, view_catalog::key_columns, RelationGetDescr(rel), &none);
		*key = none ? Key{} : key_of(DatumGetArrayTypeP(columns));
		if (document_types)
		{
			Datum types = heap_getattr(tuple, view_catalog::document_types, RelationGetDescr(rel), &none);
			*document_types = none ? nullptr : DatumGetJsonbPCopy(types);
		}
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return role;
}

} // namespace dv::catalog
