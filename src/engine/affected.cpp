#include "engine/affected.hpp"

#include "capture/transaction.hpp"
#include "engine/stats.hpp"

namespace dv::engine {

namespace {

bool
is_kept(const catalog::View *view)
{
	return view->state == catalog::State::fresh && view->refresh != catalog::Refresh::on_demand;
}

bool
contains(const pg::Vec<const catalog::View *> &views, Oid view)
{
	for (const catalog::View *known : views)
		if (known->view == view)
			return true;
	return false;
}

/* The views that changes of a table lead to, directly and by way of other views. */
void
add_dependents(Oid table, bool only_pending, pg::Vec<const catalog::View *> *views)
{
	const catalog::Table *info = catalog::table(table);
	for (int i = 0; info && i < info->nviews; i++)
	{
		const catalog::View *view = info->views[i];
		if (!is_kept(view) || contains(*views, view->view) || (only_pending && !capture::pending(view->view, table)))
			continue;
		views->push(view);
		add_dependents(view->view, false, views);
	}
}

int
by_rank(const void *a, const void *b)
{
	const catalog::View *left = *static_cast<const catalog::View *const *>(a);
	const catalog::View *right = *static_cast<const catalog::View *const *>(b);
	if (left->rank != right->rank)
		return left->rank < right->rank ? -1 : 1;
	return left->view < right->view ? -1 : left->view > right->view;
}

bool
same_views(const pg::Vec<const catalog::View *> &a, const pg::Vec<const catalog::View *> &b)
{
	bool same = a.n == b.n;
	for (int i = 0; same && i < a.n; i++)
		same = a[i]->view == b[i]->view;
	return same;
}

bool
has_unknown(const catalog::View *view)
{
	for (int i = 0; i < view->ntables; i++)
	{
		Oid table = view->tables[i];
		if (capture::pending(view->view, table) &&
			capture::unknown_between(table, capture::flushed_position(view->view, table), capture::end_position(table)))
			return true;
	}
	return false;
}

Sharing
sharing_of(const catalog::View *view, const Program *program)
{
	core::Kind kind = program->analysis->ir->kind;
	bool adds = kind == core::Kind::linear || (kind == core::Kind::aggregate && program->analysis->additive);
	if (!adds || view->method == catalog::Method::complete || feeds_views(view->view) || has_unknown(view) ||
		program->analysis->ntables > most_tables)
		return Sharing::exclusive;
	return Sharing::same_side;
}

/*
 * The views to flush, with the locks on all relations that this will touch.  Who waits for one of these may find the
 * catalog changed: a view dropped, paused, made, resumed.  Then once more; no lock that is held already tells of more.
 */
pg::Vec<const catalog::View *>
lock_affected(When when)
{
	uint64 before = catalog::generation();
	pg::Vec<const catalog::View *> views = affected_views(when);
	for (;;)
	{
		for (const catalog::View *view : views)
			lock_relations(view);
		if (before == catalog::generation())
			return views;
		CHECK_FOR_INTERRUPTS();
		before = catalog::generation();
		pg::Vec<const catalog::View *> locked = views;
		views = affected_views(when);
		if (same_views(views, locked))
			return views;
	}
}

bool
is_changed(const pg::Vec<const catalog::View *> &views, Oid view, Oid table)
{
	return capture::pending(view, table) || contains(views, table);
}

} // namespace

pg::Vec<const catalog::View *>
affected_views(When when)
{
	pg::Vec<const catalog::View *> views;
	for (Oid table : capture::changed_tables())
		add_dependents(table, true, &views);
	if (when == When::statement)
	{
		/* A view on statement reads only views on statement: create_view sees to it. */
		int kept = 0;
		for (const catalog::View *view : views)
			if (view->refresh == catalog::Refresh::on_statement)
				views[kept++] = view;
		views.truncate(kept);
	}
	if (!views.empty())
		qsort(views.data, views.n, sizeof(views.data[0]), by_rank);
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
	for (int i = 0; i < view->ntables; i++)
		LockRelationOid(view->tables[i], AccessShareLock);
}

pg::Vec<Locked>
lock_views(When when)
{
	pg::Vec<Locked> locked;
	pg::Vec<const catalog::View *> views = lock_affected(when);
	for (const catalog::View *view : views)
	{
		Program *program = pin_program(view->view);
		const analyze::Analysis *analysis = program->analysis;
		bool *changed = static_cast<bool *>(palloc(sizeof(bool) * (analysis->ntables + 1)));
		for (int i = 0; i < analysis->ntables; i++)
			changed[i] = is_changed(views, view->view, analysis->tables[i].table);
		Sharing sharing = sharing_of(view, program);
		Counters counters{};
		counters.lock_waits = lock_view(program, changed, sharing);
		if (counters.lock_waits > 0)
			count(view->view, counters);
		locked.push(Locked{view, sharing == Sharing::exclusive, analysis->ntables, changed});
		unpin_program(program);
	}
	return locked;
}

bool
locks_suffice(const Locked &locked, const Program *program)
{
	const analyze::Analysis *analysis = program->analysis;
	if (locked.exclusive)
		return true;
	if (locked.ntables != analysis->ntables || sharing_of(locked.view, program) == Sharing::exclusive)
		return false;
	for (int i = 0; i < analysis->ntables; i++)
		if (!locked.changed[i] && capture::pending(program->view, analysis->tables[i].table))
			return false;
	return true;
}

} // namespace dv::engine
