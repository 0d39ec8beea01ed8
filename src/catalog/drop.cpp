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

void
remove(const View *gone, DropBehavior behavior)
{
	remove_view(gone->view);
	drop_relation(gone->definition, DROP_CASCADE);
	drop_relation(gone->view, behavior);
	engine::drop_counters(gone->view);

	for (int i = 0; i < gone->ntables; i++)
	{
		Oid base = gone->tables[i];

		if (!exists(base))
			continue;
		CacheInvalidateRelcacheByRelid(base);
		if (table(base) == nullptr)
			drop_capture_triggers(base);
	}
}

} // namespace

void
clean_up_after_drop(DropBehavior behavior)
{
	for (bool again = true; again;)
	{
		again = false;
		for (const View *candidate : all_views())
		{
			if (exists(candidate->view) && exists(candidate->definition))
				continue;
			/* Views on it may go with it: look at all of them once more. */
			remove(candidate, behavior);
			again = true;
			break;
		}
	}
}

} // namespace dv::catalog
