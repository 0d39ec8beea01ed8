/*
 * The flush's side: what is pending, and its rows.
 */
#include "capture/net.hpp"
#include "capture/store.hpp"
#include "pg/compat.hpp"

namespace dv::capture {

namespace {

/* The epoch that position belongs to. */
int
epoch_at(const TableState *state, uint64 position)
{
	int i = state->epochs.n - 1;

	while (i > 0 && state->epochs[i].start > position)
		i--;
	return i;
}

/* Does the newest layout hold what the views need by now, of the table as it is by now? */
bool
layout_is_current(TableState *state)
{
	uint64 generation = catalog::generation();
	const catalog::Table *info = catalog::table(state->table);

	if (info == nullptr || state->epochs.empty())
		return false;
	if (state->layout_checked && state->generation == generation)
		return true;

	Relation rel = try_relation_open(state->table, AccessShareLock);
	if (rel == nullptr)
		return false;
	bool current = fits(state->epochs.back().layout, rel, info);
	relation_close(rel, NoLock);
	if (current)
	{
		state->layout_checked = true;
		state->generation = generation;
	}
	return current;
}

void
read_few(const TableState *state, uint64 from, uint64 to, pg::Vec<MinimalTuple> *out)
{
	Reader reader = begin_reading(&store->pool, &state->log, from, to);
	MinimalTuple tuple;
	while (read_entry(&reader, &tuple))
		if (tuple)
			out->push(pg::copy_minimal_tuple(tuple));
	end_reading(&reader);
}

} // namespace

int
open_statements()
{
	return store == nullptr ? 0 : store->open;
}

bool
active()
{
	return store != nullptr;
}

pg::Vec<Oid>
changed_tables()
{
	pg::Vec<Oid> tables;

	for (int i = 0; store != nullptr && i < store->tables.n; i++)
	{
		if (store->tables[i]->log.end > 0)
			tables.push(store->tables[i]->table);
	}
	return tables;
}

bool
any_changed()
{
	for (int i = 0; store != nullptr && i < store->tables.n; i++)
	{
		if (store->tables[i]->log.end > 0)
			return true;
	}
	return false;
}

bool
has_changed(Oid table)
{
	const TableState *state = find_table(table);
	return state != nullptr && state->log.end > 0;
}

uint64
end_position(Oid table)
{
	TableState *state = find_table(table);

	if (state == nullptr)
		return 0;
	state->handed_out = Max(state->handed_out, state->log.end);
	return state->log.end;
}

uint64
flushed_position(Oid view, Oid table)
{
	const TableState *state = find_table(table);

	if (state == nullptr)
		return 0;
	for (const Position &position : state->positions)
	{
		if (position.view == view)
			return position.flushed;
	}
	return 0;
}

bool
unknown_between(Oid table, uint64 from, uint64 to)
{
	TableState *state = find_table(table);

	if (state == nullptr || from >= to)
		return false;
	for (int i = state->unknown.n - 1; i >= 0 && state->unknown[i] >= from; i--)
	{
		if (state->unknown[i] < to)
			return true;
	}
	int epoch = epoch_at(state, from);
	if (epoch + 1 < state->epochs.n && state->epochs[epoch + 1].start < to)
		return true;
	return epoch + 1 < state->epochs.n || !layout_is_current(state);
}

Delta
materialize(Oid table, uint64 from, uint64 to)
{
	TableState *state = find_table(table);
	Delta delta = {};

	delta.table = table;
	delta.context = CurrentMemoryContext;
	if (state == nullptr || state->epochs.empty())
	{
		const catalog::Table *info = catalog::table(table);
		if (info == nullptr || from < to)
			elog(ERROR, "no changes of relation %u were captured", table);
		Relation rel = relation_open(table, AccessShareLock);
		Layout *layout = make_layout(rel, info, CurrentMemoryContext);
		delta.desc = layout->desc;
		delta.idle = &layout->idle;
		relation_close(rel, NoLock);
		return delta;
	}

	int epoch = epoch_at(state, from);
	if (epoch + 1 < state->epochs.n && state->epochs[epoch + 1].start < to)
		elog(ERROR, "captured changes of relation %u differ in their columns", table);
	delta.desc = state->epochs[epoch].layout->desc;
	delta.layout = state->epochs[epoch].layout->number;
	delta.idle = &state->epochs[epoch].layout->idle;
	if (from >= to)
		return delta;

	delta.netted = to - from <= most_netted || from >= state->last_start;
	if (from < state->last_start && to - from <= most_netted)
	{
		read_few(state, from, to, &delta.few);
		net(&delta.few, delta.desc);
		delta.nrows = delta.few.n;
	}
	else
	{
		delta.from = from;
		delta.to = to;
		delta.nrows = static_cast<int64>(to - from);
	}
	return delta;
}

Tuplestorestate *
delta_store(Delta *delta)
{
	if (delta->store)
		return delta->store;
	MemoryContext before = MemoryContextSwitchTo(delta->context);
	delta->store = tuplestore_begin_heap(true, false, work_mem);
	DeltaReader reader = begin_delta(delta);
	while (next_row(&reader))
		tuplestore_puttupleslot(delta->store, reader.slot);
	end_reading(&reader);
	MemoryContextSwitchTo(before);
	return delta->store;
}

void
end_delta(const Delta *delta)
{
	if (delta->store)
		tuplestore_end(delta->store);
}

DeltaReader
begin_delta(const Delta *delta)
{
	DeltaReader reader{delta, slot_for(delta), 0, nullptr};
	if (delta->from < delta->to)
	{
		reader.log = static_cast<Reader *>(palloc(sizeof(Reader)));
		*reader.log = begin_reading(&store->pool, &find_table(delta->table)->log, delta->from, delta->to);
	}
	return reader;
}

bool
next_row(DeltaReader *reader)
{
	const pg::Vec<MinimalTuple> &few = reader->delta->few;
	MinimalTuple tuple = nullptr;
	if (reader->log == nullptr && reader->next < few.n)
		tuple = few[reader->next++];
	while (reader->log && !tuple && read_entry(reader->log, &tuple))
		;
	if (tuple == nullptr)
		return false;
	ExecStoreMinimalTuple(tuple, reader->slot, false);
	return true;
}

void
end_reading(const DeltaReader *reader)
{
	if (reader->log)
		end_reading(reader->log);
	put_back(reader->delta, reader->slot);
}

} // namespace dv::capture
