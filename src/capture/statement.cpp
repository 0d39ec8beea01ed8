/*
 * The writer's side: from transition tables to log entries.
 */
#include "capture/store.hpp"

namespace dv::capture {

namespace {

/* Others may read the same transition table: reading begins and ends with it rewound. */
void
rewind_rows(Tuplestorestate *rows)
{
	if (rows == nullptr)
		return;
	tuplestore_select_read_pointer(rows, 0);
	tuplestore_rescan(rows);
}

/* The end is not asked for twice. */
bool
next_row(Tuplestorestate **rows, TupleTableSlot *slot)
{
	if (*rows && !tuplestore_gettupleslot(*rows, true, false, slot))
		*rows = nullptr;
	return *rows != nullptr;
}

/*
 * An old row and a new one whose captured columns are the same cancel out, whether or not one became the other;
 * going through both in step finds those that an UPDATE left as they were.
 */
void
capture_rows(TableState *state, Layout *layout, Relation rel, Tuplestorestate *old_rows, Tuplestorestate *new_rows)
{
	Tuplestorestate *olds = old_rows;
	Tuplestorestate *news = new_rows;

	state->last_start = state->log.end;
	begin_rows(layout, rel, state->generation);
	rewind_rows(old_rows);
	rewind_rows(new_rows);
	for (;;)
	{
		bool left = next_row(&olds, layout->old_row);
		bool entered = next_row(&news, layout->new_row);

		if (!left && !entered)
			break;
		CHECK_FOR_INTERRUPTS();
		if (left && entered && same_columns(layout, RelationGetDescr(rel), layout->old_row, layout->new_row))
			continue;
		if (left)
			add_row(&store->pool, &state->log, layout, -1, layout->old_row, Stored::all, nullptr);
		if (entered)
			add_row(&store->pool, &state->log, layout, +1, layout->new_row, left ? Stored::as_in_old : Stored::none,
					left ? layout->old_row : nullptr);
	}
	if (layout->repeats && old_rows && new_rows)
		state->last_start = state->log.end;
	end_rows(layout);
	rewind_rows(old_rows);
	rewind_rows(new_rows);
}

inline int64
rows_in(Tuplestorestate *rows)
{
	return rows == nullptr ? 0 : tuplestore_tuple_count(rows);
}

/* Is each transition table there that the event comes with? A trigger made by hand may lack them. */
bool
has_rows(TriggerEvent event, Tuplestorestate *old_rows, Tuplestorestate *new_rows)
{
	if (TRIGGER_FIRED_BY_INSERT(event))
		return new_rows != nullptr;
	if (TRIGGER_FIRED_BY_DELETE(event))
		return old_rows != nullptr;
	if (TRIGGER_FIRED_BY_UPDATE(event))
		return old_rows != nullptr && new_rows != nullptr;
	return false;
}

} // namespace

void
statement_begins(Relation rel)
{
	TableState *state = get_table(RelationGetRelid(rel));

	about_to_change(state);
	state->open++;
	store->open++;
}

void
statement_ends(Relation rel, TriggerEvent event, Tuplestorestate *old_rows, Tuplestorestate *new_rows)
{
	Oid table = RelationGetRelid(rel);
	TableState *state = get_table(table);
	bool begun = state->open > 0;

	if (begun)
	{
		about_to_change(state);
		state->open--;
		store->open--;
	}

	uint64 generation = catalog::generation();
	const catalog::Table *info = catalog::table(table);
	if (info == nullptr)
		return;
	if (!begun || !has_rows(event, old_rows, new_rows))
	{
		append_unknown(table);
		return;
	}
	if (rows_in(old_rows) == 0 && rows_in(new_rows) == 0)
		return;
	if (info->captured)
	{
		about_to_change(state);
		Layout *layout = layout_for_append(state, rel, info, generation);
		uint64 end = state->log.end;
		if (layout != nullptr)
			capture_rows(state, layout, rel, old_rows, new_rows);
		if (info->on_statement && (layout == nullptr || state->log.end > end))
			store->statement_views = true;
	}
	note_change(state, info);
}

void
append(Relation rel, int sign, TupleTableSlot *slot)
{
	Oid table = RelationGetRelid(rel);
	uint64 generation = catalog::generation();
	const catalog::Table *info = catalog::table(table);

	if (info == nullptr)
		return;

	TableState *state = get_table(table);
	if (info->captured)
	{
		about_to_change(state);
		Layout *layout = layout_for_append(state, rel, info, generation);
		if (layout != nullptr)
			add_row(&store->pool, &state->log, layout, sign, slot, Stored::none, nullptr);
		state->last_start = state->log.end;
		store->statement_views |= info->on_statement;
	}
	note_change(state, info);
}

void
append_unknown(Oid table)
{
	const catalog::Table *info = catalog::table(table);

	if (info == nullptr)
		return;

	TableState *state = get_table(table);
	if (info->captured)
	{
		about_to_change(state);
		add_unknown(state);
		store->statement_views |= info->on_statement;
	}
	note_change(state, info);
}

void
close_cut_statements()
{
	for (int i = 0; store != nullptr && store->open > 0 && i < store->tables.n; i++)
	{
		TableState *state = store->tables[i];
		if (state->open == 0)
			continue;
		about_to_change(state);
		store->open -= state->open;
		state->open = 0;
		append_unknown(state->table);
	}
}

} // namespace dv::capture
