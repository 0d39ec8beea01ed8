#include "catalog/lifecycle.hpp"

#include "catalog/options.hpp"
#include "catalog/relations.hpp"
#include "catalog/rows.hpp"
#include "engine/flush.hpp"
#include "pg/spi.hpp"

namespace dv::catalog {

namespace {

/*
 * The lock by which writers of an on-demand view's tables (ShareLock, never
 * waited for) and its refresh (ExclusiveLock) know of each other.
 */
LOCKTAG
staleness_tag(Oid view)
{
	LOCKTAG tag;

	SET_LOCKTAG_OBJECT(tag, MyDatabaseId, RelationRelationId, view, 0xffff);
	return tag;
}

/*
 * Against other changes of the view's state, and against flushes: one that had begun with the view would go on with
 * it, while the writers that come next leave it alone.  It must still be there, and ours, afterwards.
 */
const View *
lock_view(Oid relid)
{
	const View *view = owned_view(relid);
	for (const View *part : parts_of(view))
		LockRelationOid(part->view, ShareRowExclusiveLock);
	LockRelationOid(relid, ShareRowExclusiveLock);
	engine::flush_now();
	return owned_view(relid);
}

/* Writers that began while the view captured nothing must end before its content is computed. */
void
wait_for_writers(const View *view)
{
	Oid *tables = static_cast<Oid *>(palloc(sizeof(Oid) * (view->ntables + 1)));

	for (int i = 0; i < view->ntables; i++)
		tables[i] = view->tables[i];
	qsort(tables, view->ntables, sizeof(Oid), oid_cmp);
	for (int i = 0; i < view->ntables; i++)
	{
		if (get_rel_relkind(tables[i]) != RELKIND_FOREIGN_TABLE)
			LockRelationOid(tables[i], ShareRowExclusiveLock);
	}
}

uint64
recompute(const View *view)
{
	Oid relid = view->view;

	for (const View *part : parts_of(view))
		(void) recompute(part);
	if (view->state == State::paused)
		wait_for_writers(view);
	else if (view->refresh == Refresh::on_demand)
	{
		LOCKTAG tag = staleness_tag(relid);
		(void) LockAcquire(&tag, ExclusiveLock, false, false);
	}
	set_state(relid, State::fresh);
	return engine::recompute(relid);
}

} // namespace

/*
 * A writer may leave the view as it is if it is stale already, but only if no
 * refresh can take the mark away before this transaction ends: that is what
 * the lock is for.  Where a refresh is under way the mark is made anew, and
 * outlives it, since the refresh deletes the marks that it sees.
 */
void
note_stale(Oid relid)
{
	const Table *changed = table(relid);

	if (changed == nullptr)
		return;
	for (int i = 0; i < changed->nviews; i++)
	{
		const View *view = changed->views[i];
		LOCKTAG tag = staleness_tag(view->view);

		if (view->refresh != Refresh::on_demand || view->state == State::paused || view->marked_here)
			continue;
		bool quiet = LockAcquire(&tag, ShareLock, false, true) != LOCKACQUIRE_NOT_AVAIL;
		if (view->state != State::stale || !quiet)
			add_stale_mark(view->view);
	}
}

void
drop_view(Oid relid, bool cascade)
{
	(void) owned_view(relid);
	(void) pg::run(psprintf("DROP TABLE %s%s", pg::qualified_name(relid), cascade ? " CASCADE" : ""));
}

void
pause(Oid relid)
{
	const View *view = lock_view(relid);

	if (view->state == State::paused)
		return;
	for (const View *part : parts_of(view))
		set_state(part->view, State::paused);
	set_state(relid, State::paused);
}

uint64
resume(Oid relid)
{
	const View *view = lock_view(relid);

	if (view->state != State::paused)
		ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
						errmsg("view \"%s\" is not paused", get_rel_name(relid))));
	return recompute(view);
}

uint64
refresh(Oid relid, const char *method)
{
	Method how = parse_method(method);
	const View *view = lock_view(relid);

	if (how != Method::fast)
		return recompute(view);
	if (view->state == State::paused || view->refresh == Refresh::on_demand)
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("view \"%s\" cannot be refreshed incrementally", get_rel_name(relid)),
						errdetail("Changes of its base tables are not recorded, since it is %s.",
								  view->state == State::paused ? "paused" : "refreshed on demand"),
						errhint("Use method => 'force'.")));
	return 0; /* lock_view has flushed */
}

} // namespace dv::catalog
