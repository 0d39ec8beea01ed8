#include "engine/affected.hpp"

#include "capture/transaction.hpp"

namespace dv::engine {

namespace {

bool
is_kept(const catalog::View *view)
{
	return view->state == catalog::State::fresh && view->refresh != catalog::Refresh::on_demand;
}

bool
contains(const pg::Vec<Affected> &views, Oid view)
{
	for (const Affected &known : views)
		if (known.view->view == view)
			return true;
	return false;
}

/* The views that changes of a table lead to, directly and by way of other views. */
void
add_dependents(Oid table, bool only_pending, pg::Vec<Affected> *views)
{
	const catalog::Table *info = catalog::table(table);
	for (int i = 0; info && i < info->nviews; i++)
	{
		const catalog::View *view = info->views[i];
		if (!is_kept(view) || contains(*views, view->view) || (only_pending && !capture::pending(view->view, table)))
			continue;
		if (!OidIsValid(view->owner))
			ereport(ERROR, (errcode(ERRCODE_UNDEFINED_TABLE), errmsg("a maintained view was dropped meanwhile")));
		views->push(Affected{view, view->owner});
		add_dependents(view->view, false, views);
	}
}

int
by_group(const void *a, const void *b)
{
	const Affected &left = *static_cast<const Affected *>(a);
	const Affected &right = *static_cast<const Affected *>(b);
	if (left.view->rank != right.view->rank)
		return left.view->rank < right.view->rank ? -1 : 1;
	if (left.owner != right.owner)
		return left.owner < right.owner ? -1 : 1;
	return left.view->view < right.view->view ? -1 : left.view->view > right.view->view;
}

bool
same_views(const pg::Vec<Affected> &a, const pg::Vec<Affected> &b)
{
	bool same = a.n == b.n;
	for (int i = 0; same && i < a.n; i++)
		same = a[i].view->view == b[i].view->view;
	return same;
}

} // namespace

pg::Vec<Affected>
affected_views(When when)
{
	pg::Vec<Affected> views;
	for (Oid table : capture::changed_tables())
		add_dependents(table, true, &views);
	if (when == When::statement)
	{
		/* A view on statement reads only views on statement: create_view sees to it. */
		int kept = 0;
		for (const Affected &affected : views)
			if (affected.view->refresh == catalog::Refresh::on_statement)
				views[kept++] = affected;
		views.truncate(kept);
	}
	if (views.n > 1)
		qsort(views.data, views.n, sizeof(Affected), by_group);
	return views;
}

bool
feeds_views(Oid view)
{
	const catalog::Table *table = catalog::table(view);
	return table != nullptr && table->captured;
}

void
lock_relations(const catalog::View *view)
{
	LockRelationOid(view->view, RowExclusiveLock);
	/* Who has changed a table holds more. */
	for (int i = 0; i < view->ntables; i++)
		if (!capture::has_changed(view->tables[i]))
			LockRelationOid(view->tables[i], AccessShareLock);
}

/* Who waits for a lock may find the catalog changed: a view dropped, paused, made, resumed. Then once more. */
pg::Vec<Affected>
lock_affected(When when)
{
	uint64 before = catalog::generation();
	pg::Vec<Affected> views = affected_views(when);
	for (;;)
	{
		for (const Affected &affected : views)
			lock_relations(affected.view);
		if (before == catalog::generation())
			return views;
		CHECK_FOR_INTERRUPTS();
		before = catalog::generation();
		pg::Vec<Affected> locked = views;
		views = affected_views(when);
		if (same_views(views, locked))
			return views;
	}
}

} // namespace dv::engine
