#include "catalog/drop.hpp"

#include "catalog/attach.hpp"
#include "catalog/relations.hpp"
#include "catalog/rows.hpp"
#include "engine/stats.hpp"

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

/* Views that are in the catalog, while their table or definition is not there any more. */
pg::Vec<const View *>
broken_views()
{
	pg::Vec<const View *> broken;

	for (const View *candidate : all_views())
	{
		if (!exists(candidate->view) || !exists(candidate->definition))
			broken.push(candidate);
	}
	return broken;
}

} // namespace

void
clean_up_after_drop(DropBehavior behavior)
{
	pg::Vec<Oid> bases;

	/* What goes may take views on it along. */
	for (pg::Vec<const View *> gone = broken_views(); !gone.empty(); gone = broken_views())
	{
		for (const View *view : gone)
			remove_view(view->view);
		for (const View *view : gone)
		{
			drop_relation(view->definition, DROP_CASCADE);
			drop_relation(view->view, behavior);
			engine::drop_counters(view->view);
			for (int i = 0; i < view->ntables; i++)
				bases.push(view->tables[i]);
		}
	}
	for (Oid base : bases)
	{
		if (!exists(base))
			continue;
		CacheInvalidateRelcacheByRelid(base);
		if (!is_base_table(base))
			drop_capture_triggers(base);
	}
}

} // namespace dv::catalog
