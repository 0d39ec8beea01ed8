#include "catalog/relations.hpp"

#include "pg/compat.hpp"
#include "pg/spi.hpp"

extern "C" {
#include "catalog/pg_am.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_subscription_rel.h"
#include "utils/fmgroids.h"
#include "utils/rls.h"
}

namespace dv::catalog {

namespace {

FormData_pg_class
class_row(Oid relid)
{
	HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for relation %u", relid);
	FormData_pg_class row;
	memcpy(static_cast<void *>(&row), GETSTRUCT(tuple), CLASS_TUPLE_SIZE);
	ReleaseSysCache(tuple);
	return row;
}

/* Is the table fed by a subscription? The apply worker fires no statement triggers. */
bool
is_subscribed(Oid table)
{
	Relation rel = table_open(SubscriptionRelRelationId, AccessShareLock);
	ScanKeyData key;
	ScanKeyInit(&key, Anum_pg_subscription_rel_srrelid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(table));
	SysScanDesc scan = systable_beginscan(rel, SubscriptionRelSrrelidSrsubidIndexId, true, nullptr, 1, &key);
	bool found = HeapTupleIsValid(systable_getnext(scan));

	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return found;
}

/* Why our triggers would miss changes, or nullptr. */
const char *
unwatchable(Oid table)
{
	FormData_pg_class row = class_row(table);

	if (row.relkind == RELKIND_FOREIGN_TABLE)
		return "Changes of foreign tables cannot be seen.";
	if (row.relkind == RELKIND_PARTITIONED_TABLE)
		return "Partitioned tables are not supported yet.";
	if (row.relispartition)
		return "Partitions are not supported yet.";
	if (row.relhassubclass && find_inheritance_children(table, NoLock) != NIL)
		return "Tables with inheritance children are not supported yet.";
	if (has_superclass(table))
		return "Tables that inherit from another are not supported yet.";
	if (is_subscribed(table))
		return "Tables fed by a subscription are not supported yet.";
	return nullptr;
}

} // namespace

Oid
owner_of(Oid relation)
{
	return class_row(relation).relowner;
}

bool
can_be_watched(Oid table)
{
	return unwatchable(table) == nullptr;
}

void
check_base_table(Oid table, Oid owner)
{
	FormData_pg_class row = class_row(table);
	const char *why = unwatchable(table);

	if (why != nullptr)
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("a view cannot be kept current with changes of \"%s\"", NameStr(row.relname)),
						errdetail("%s", why), errhint("Use refresh => 'on demand'.")));
	if (row.relpersistence != RELPERSISTENCE_PERMANENT)
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("a view cannot be kept current with changes of \"%s\"", NameStr(row.relname)),
						errdetail("The table is temporary or unlogged, and the view is neither.")));
	if (check_enable_rls(table, owner, true) == RLS_ENABLED)
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("a view cannot be kept current with changes of \"%s\"", NameStr(row.relname)),
						errdetail("The table has row-level security that binds \"%s\", who owns the view.",
								  GetUserNameFromId(owner, false))));
}

void
check_view_table(const View *view)
{
	FormData_pg_class row = class_row(view->view);
	const char *why = unwatchable(view->view);

	if (why == nullptr && row.relpersistence != RELPERSISTENCE_PERMANENT)
		why = "A view must be logged.";
	if (why == nullptr && row.relam != HEAP_TABLE_AM_OID)
		why = "A view's access method must be heap.";
	if (why == nullptr && check_enable_rls(view->view, row.relowner, true) == RLS_ENABLED)
		why = "Row-level security on a view may not bind its owner.";
	if (why != nullptr)
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("cannot alter view \"%s\" so that it could not be maintained", NameStr(row.relname)),
						errdetail("%s", why)));
}

Oid
find_key_index(Oid view, const analyze::Analysis *analysis)
{
	const engine::Shape &shape = analysis->shape;
	int n = shape.hash != 0 ? 1 : shape.nkeys;
	const AttrNumber *columns = shape.hash != 0 ? &shape.hash : shape.keys;
	return analyze::index_over(view, n, columns, analysis->index_unique);
}

analyze::Analysis *
fitting_analysis(const View *view)
{
	analyze::Analysis *found = nullptr;
	Relation rel = relation_open(view->view, AccessShareLock);

	for (int keys = 1; keys >= 0 && found == nullptr; keys--)
	{
		analyze::Analysis *analysis =
			analyze::analyze(analyze::stored_query(view->maintained), view->view, keys != 0, OidIsValid(view->part_of));
		const engine::Shape &shape = analysis->shape;
		int natts = RelationGetNumberOfAttributes(rel);

		if (natts != analysis->ncolumns + (shape.hash != 0 ? 1 : 0))
			continue;
		if (shape.hash != 0 &&
			strcmp(NameStr(TupleDescAttr(RelationGetDescr(rel), natts - 1)->attname), analysis->hash_name) != 0)
			continue;
		if ((shape.hash != 0 || shape.nkeys > 0) && !OidIsValid(find_key_index(view->view, analysis)))
			continue;
		found = analysis;
	}
	relation_close(rel, AccessShareLock);
	return found;
}

namespace {

const View *
known_view(Oid relid)
{
	const char *name = get_rel_name(relid);

	if (name == nullptr)
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_TABLE), errmsg("relation with OID %u does not exist", relid)));
	const View *found = view(relid);
	if (found == nullptr)
		ereport(ERROR, (errcode(ERRCODE_WRONG_OBJECT_TYPE), errmsg("\"%s\" is not a view of pg_deltaview", name)));
	return found;
}

} // namespace

const View *
owned_view(Oid relid)
{
	const View *found = known_view(relid);

	if (OidIsValid(found->part_of))
		ereport(ERROR, (errcode(ERRCODE_WRONG_OBJECT_TYPE),
						errmsg("\"%s\" is a hidden part of another view", get_rel_name(relid)),
						errhint("Call the function for that view.")));
	if (!pg::owns_relation(relid, GetUserId()))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("must be owner of view %s", get_rel_name(relid))));
	return found;
}

const View *
readable_view(Oid relid)
{
	const View *found = known_view(relid);

	if (pg_class_aclcheck(relid, GetUserId(), ACL_SELECT) != ACLCHECK_OK)
		ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
						errmsg("permission denied for view %s", get_rel_name(relid))));
	return found;
}

} // namespace dv::catalog
