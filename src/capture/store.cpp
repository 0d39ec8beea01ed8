#include "capture/store.hpp"

namespace dv::capture {

Store *store = nullptr;

namespace {

inline uint32
hash(Oid table)
{
	return static_cast<uint32>(table) * 2654435769u;
}

void
enter(int index)
{
	uint32 mask = store->nslots - 1;
	uint32 at = (hash(store->tables[index]->table) >> 7) & mask;

	while (store->slots[at] != 0)
		at = (at + 1) & mask;
	store->slots[at] = index + 1;
}

void
make_store()
{
	MemoryContext context = AllocSetContextCreate(TopTransactionContext, "deltaview capture", ALLOCSET_DEFAULT_SIZES);
	auto *made = static_cast<Store *>(MemoryContextAllocZero(context, sizeof(Store)));

	made->context = context;
	init_pool(&made->pool, context);
	made->tables.context = context;
	made->undo.context = context;
	made->nslots = 32;
	made->slots = static_cast<int32 *>(MemoryContextAllocZero(context, sizeof(int32) * made->nslots));
	store = made;
}

void
grow_slots()
{
	uint32 nslots = store->nslots * 2;

	store->slots = static_cast<int32 *>(
		MemoryContextAllocExtended(store->context, sizeof(int32) * nslots, MCXT_ALLOC_ZERO | MCXT_ALLOC_HUGE));
	store->nslots = nslots;
	for (int i = 0; i < store->tables.n; i++)
		enter(i);
}

/* An entry `unknown` after the last end that anybody has seen: no view can be past it. */
inline bool
unknown_ahead(const TableState *state)
{
	return !state->unknown.empty() && state->unknown[state->unknown.n - 1] >= state->handed_out;
}

void
restore(const Undo &undo) noexcept
{
	TableState *state = store->tables[undo.table];

	if (undo.position >= 0)
	{
		state->positions[undo.position].flushed = undo.flushed;
		state->positions[undo.position].undo_level = undo.previous;
		return;
	}
	if (state->log.end != undo.end.end)
		go_back(&store->pool, &state->log, undo.end);
	state->unknown.truncate(undo.nunknown);
	state->epochs.truncate(undo.nepochs);
	state->layout_checked = false;
	state->stale_noted = undo.stale_noted;
	store->open += undo.open - state->open;
	state->open = undo.open;
	state->undo_level = undo.previous;
}

} // namespace

TableState *
find_table(Oid table)
{
	if (store == nullptr)
		return nullptr;

	uint32 mask = store->nslots - 1;
	for (uint32 at = (hash(table) >> 7) & mask; store->slots[at] != 0; at = (at + 1) & mask)
	{
		TableState *state = store->tables[store->slots[at] - 1];
		if (state->table == table)
			return state;
	}
	return nullptr;
}

TableState *
get_table(Oid table)
{
	TableState *state = find_table(table);

	if (state != nullptr)
		return state;
	if (store == nullptr)
		make_store();
	if (static_cast<uint32>(store->tables.n) * 2 >= store->nslots)
		grow_slots();

	state = static_cast<TableState *>(MemoryContextAllocZero(store->context, sizeof(TableState)));
	state->table = table;
	state->index = store->tables.n;
	state->undo_level = 1;
	state->unknown.context = store->context;
	state->epochs.context = store->context;
	state->positions.context = store->context;
	init_log(&store->pool, &state->log);
	store->tables.push(state);
	enter(store->tables.n - 1);
	return state;
}

void
about_to_change(TableState *state)
{
	int level = GetCurrentTransactionNestLevel();

	if (state->undo_level >= level)
		return;

	Undo undo = {};
	undo.level = level;
	undo.previous = state->undo_level;
	undo.table = state->index;
	undo.position = -1;
	undo.end = mark_of(&state->log);
	undo.nunknown = state->unknown.n;
	undo.nepochs = state->epochs.n;
	undo.open = state->open;
	undo.stale_noted = state->stale_noted;
	store->undo.push(undo);
	state->undo_level = level;
}

void
note_change(TableState *state, const catalog::Table *info)
{
	uint64 generation = catalog::generation();

	if (state->stale_noted && state->stale_generation == generation)
		return;
	for (int i = 0; i < info->nviews; i++)
	{
		if (info->views[i]->refresh != catalog::Refresh::on_demand || info->views[i]->state == catalog::State::paused)
			continue;
		catalog::note_stale(state->table);
		break;
	}
	about_to_change(state);
	state->stale_noted = true;
	state->stale_generation = generation;
}

Layout *
layout_for_append(TableState *state, Relation rel, const catalog::Table *info, uint64 generation)
{
	if (unknown_ahead(state))
		return nullptr;
	if (state->layout_checked && state->generation == generation)
		return state->epochs.back().layout;
	if (state->epochs.empty() || !fits(state->epochs.back().layout, rel, info))
	{
		Epoch epoch = {state->log.end, current_layout(rel, info, generation)};
		state->epochs.push(epoch);
	}
	state->layout_checked = true;
	state->generation = generation;
	return state->epochs.back().layout;
}

void
add_unknown(TableState *state)
{
	if (unknown_ahead(state))
		return;
	state->unknown.push(state->log.end);
	add_gap(&store->pool, &state->log);
}

void
set_flushed_position(Oid view, Oid table, uint64 position)
{
	TableState *state = find_table(table);
	int index = 0;

	if (state == nullptr)
	{
		Assert(position == 0);
		return;
	}
	while (index < state->positions.n && state->positions[index].view != view)
		index++;
	if (index == state->positions.n)
		state->positions.push(Position{view, 1, 0});

	Position *entry = &state->positions[index];
	int level = GetCurrentTransactionNestLevel();
	if (entry->undo_level < level)
	{
		Undo undo = {};
		undo.level = level;
		undo.previous = entry->undo_level;
		undo.table = state->index;
		undo.position = index;
		undo.flushed = entry->flushed;
		store->undo.push(undo);
		entry->undo_level = level;
	}
	entry->flushed = position;
	state->handed_out = Max(state->handed_out, position);
}

void
subtransaction_aborts(int level) noexcept
{
	if (store == nullptr)
		return;
	while (!store->undo.empty() && store->undo.back().level >= level)
	{
		restore(store->undo.back());
		store->undo.truncate(store->undo.n - 1);
	}
}

void
subtransaction_commits(int level)
{
	if (store == nullptr)
		return;

	int from = store->undo.n;
	while (from > 0 && store->undo[from - 1].level >= level)
		from--;

	int kept = from;
	for (int i = from; i < store->undo.n; i++)
	{
		Undo undo = store->undo[i];
		TableState *state = store->tables[undo.table];
		int *undo_level = undo.position >= 0 ? &state->positions[undo.position].undo_level : &state->undo_level;

		*undo_level = level - 1;
		if (undo.previous >= level - 1)
			continue;
		undo.level = level - 1;
		store->undo[kept++] = undo;
	}
	store->undo.truncate(kept);
}

void
forget() noexcept
{
	if (store == nullptr)
		return;
	close_pool(&store->pool);
	release_layouts();
	store = nullptr;
}

} // namespace dv::capture
