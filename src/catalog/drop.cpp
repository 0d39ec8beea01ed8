#include "catalog/drop.hpp"

#include "catalog/attach.hpp"
#include "catalog/relations.hpp"
#include "catalog/rows.hpp"
#include "engine/stats.hpp"
#include "pg/compat.hpp"

namespace dv::catalog {

namespace {

bool
exists(Oid relid)
{
	return SearchSysCacheExists1(RELOID, ObjectIdGetDatum(relid));
}

void
drop_relation(Oid relid, DropBehavior behavior)
{
	ObjectAddress address;

	if (!exists(relid))
		return;
	ObjectAddressSet(address, RelationRelationId, relid);
	performDeletion(&address, behavior, PERFORM_DELETION_INTERNAL);
	CommandCounterIncrement();
}

/* Views that are in the catalog, while their table or a definition, or the view that they are for, is gone. */
pg::Vec<const View *>
broken_views()
{
	pg::Vec<const View *> broken;

	for (const View *candidate : all_views())
	{
		if (!exists(candidate->view) || !exists(candidate->definition) || !exists(candidate->maintained) ||
			(OidIsValid(candidate->part_of) && !exists(candidate->part_of)))
			broken.push(candidate);
	}
	return broken;
}

bool
has(const pg::Vec<Oid> &oids, Oid oid)
{
	for (Oid known : oids)
	{
		if (known == oid)
			return true;
	}
	return false;
}

/* The relations that the command names and the user may drop; those of a schema, if it names that. */
pg::Vec<Oid>
named_relations(const DropStmt *stmt)
{
	pg::Vec<Oid> named;
	ListCell *cell;

	foreach (cell, stmt->objects)
	{
		if (stmt->removeType == OBJECT_TABLE)
		{
			RangeVar *name = makeRangeVarFromNameList(lfirst_node(List, cell));
			Oid relid = RangeVarGetRelidExtended(name, NoLock, RVR_MISSING_OK, nullptr, nullptr);
			if (OidIsValid(relid) && pg::owns_relation(relid, GetUserId()))
				named.push(relid);
		}
		else if (stmt->removeType == OBJECT_SCHEMA)
		{
			Oid schema = get_namespace_oid(strVal(lfirst(cell)), true);
			if (!OidIsValid(schema) || !pg::owns_schema(schema, GetUserId()))
				continue;
			for (const View *view : all_views())
			{
				if (get_rel_namespace(view->view) == schema)
					named.push(view->view);
				for (int i = 0; i < view->ntables; i++)
				{
					if (get_rel_namespace(view->tables[i]) == schema)
						named.push(view->tables[i]);
				}
			}
		}
	}
	return named;
}

/* The views that go with the relations: those among them, those that read what goes, and the parts of all these. */
pg::Vec<const View *>
views_that_go(pg::Vec<Oid> *gone)
{
	pg::Vec<const View *> views;

	for (const View *view : all_views())
	{
		bool goes = has(*gone, view->view);
		for (int i = 0; i < view->ntables && !goes; i++)
			goes = has(*gone, view->tables[i]);
		if (!goes)
			continue;
		gone->push(view->view);
		views.push(view);
		for (const View *part : parts_of(view))
		{
			gone->push(part->view);
			views.push(part);
		}
	}
	return views;
}

/* Is there no other view on the table? */
bool
loses_triggers(Oid base, const pg::Vec<Oid> &gone)
{
	const pg::Vec<const View *> views = all_views();

	for (const View *view : views)
	{
		for (int i = 0; i < view->ntables; i++)
		{
			if (view->tables[i] == base && !has(gone, view->view))
				return false;
		}
	}
	return true;
}

/* Base tables that no view reads any more lose our triggers. */
void
release_bases(const pg::Vec<Oid> &bases)
{
	for (Oid base : bases)
	{
		if (!exists(base))
			continue;
		CacheInvalidateRelcacheByRelid(base);
		if (!is_base_table(base))
			drop_capture_triggers(base);
	}
}

/* All of a view but its rows in the catalog. */
void
drop_relations(const View *view, bool table, DropBehavior behavior, pg::Vec<Oid> *bases)
{
	drop_relation(view->maintained, DROP_CASCADE);
	drop_relation(view->definition, DROP_CASCADE);
	if (table)
	{
		drop_relation(view->view, behavior);
		engine::drop_counters(view->view);
	}
	for (int i = 0; i < view->ntables; i++)
		bases->push(view->tables[i]);
}

} // namespace

void
lock_before_drop(Node *parsetree)
{
	if (parsetree == nullptr || !IsA(parsetree, DropStmt))
		return;

	pg::Vec<Oid> gone = named_relations(reinterpret_cast<DropStmt *>(parsetree));
	if (gone.empty())
		return;
	pg::Vec<const View *> views = views_that_go(&gone);
	pg::Vec<Oid> bases;
	for (const View *view : views)
	{
		for (int i = 0; i < view->ntables; i++)
		{
			if (!has(bases, view->tables[i]) && loses_triggers(view->tables[i], gone))
				bases.push(view->tables[i]);
		}
	}
	if (bases.n > 1)
		qsort(bases.data, bases.n, sizeof(Oid), oid_cmp);
	for (Oid base : bases)
		LockRelationOid(base, AccessExclusiveLock);
}

void
clean_up_after_drop(DropBehavior behavior)
{
	pg::Vec<Oid> bases;

	/* What goes may take views on it along. */
	for (pg::Vec<const View *> gone = broken_views(); !gone.empty(); gone = broken_views())
	{
		for (const View *view : gone)
			remove_view(view->view);
		/* readers first */
		for (int v = gone.n; v > 0; v--)
			drop_relations(gone[v - 1], true, behavior, &bases);
	}
	release_bases(bases);
}

void
drop_former(const View *before, const pg::Vec<const View *> &parts)
{
	pg::Vec<Oid> bases;

	for (const View *part : parts)
		remove_view(part->view);
	drop_relations(before, false, DROP_RESTRICT, &bases);
	for (int p = parts.n; p > 0; p--)
		drop_relations(parts[p - 1], true, DROP_RESTRICT, &bases);
	release_bases(bases);
}

} // namespace dv::catalog
