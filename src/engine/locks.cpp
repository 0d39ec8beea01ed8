#include "engine/locks.hpp"

namespace dv::engine {

namespace {

/* Tells our tags from the application's advisory locks, which use 1 and 2. */
constexpr uint16 tag_class = 0xDE17;

bool
acquire(Oid view, Oid table, LOCKMODE mode)
{
	LOCKTAG tag;
	SET_LOCKTAG_ADVISORY(tag, MyDatabaseId, view, table, tag_class);
	if (LockAcquire(&tag, mode, false, true) != LOCKACQUIRE_NOT_AVAIL)
		return false;
	(void) LockAcquire(&tag, mode, false, false);
	return true;
}

int
readings(const Program *program, int table)
{
	int n = 0;
	const core::View *ir = program->analysis->ir;
	for (const core::Occurrence &occurrence : ir->occurrences)
		n += occurrence.table == table;
	return n;
}

} // namespace

int
lock_view(const Program *program, const bool *changed, Sharing sharing)
{
	const analyze::Analysis *analysis = program->analysis;
	int nchanged = 0;
	for (int i = 0; i < analysis->ntables; i++)
		nchanged += changed[i];

	int *order = static_cast<int *>(palloc(sizeof(int) * (analysis->ntables + 1)));
	for (int i = 0; i < analysis->ntables; i++)
	{
		int at = i;
		for (; at > 0 && analysis->tables[order[at - 1]].table > analysis->tables[i].table; at--)
			order[at] = order[at - 1];
		order[at] = i;
	}

	int waits = 0;
	for (int at = 0; at < analysis->ntables; at++)
	{
		int i = order[at];
		LOCKMODE mode = ShareRowExclusiveLock;
		if (sharing == Sharing::same_side)
			mode = !changed[i]                                  ? ShareLock
				   : nchanged == 1 && readings(program, i) == 1 ? RowExclusiveLock
																: ShareRowExclusiveLock;
		waits += acquire(program->view, analysis->tables[i].table, mode);
	}
	pfree(order);
	return waits;
}

} // namespace dv::engine
