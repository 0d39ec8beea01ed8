#include "engine/lock_steps.hpp"

#include "engine/stats.hpp"
#include "engine/test_break.hpp"
#include "engine/touched_values.hpp"
#include "pg/compat.hpp"

namespace dv::engine {

namespace {

/* How often locking begins anew for values found late, before it gives up to lock by values. */
constexpr int most_attempts = 3;

/* From so many rows on, the delta's cost is asked for: to plan the whole costs more than a small delta ever does. */
constexpr int64 many_rows = 1000;

/* A delta of so many rows per tag at hand is not even looked through for its values. */
constexpr int64 rows_per_tag = 16;

bool
is_keyed(const Step *step)
{
	return step->program->analysis->ir->kind == core::Kind::keyed;
}

/* All values of a step are one lock; for what recomputes by keys, that is all of the view. */
void
escalate(Step *step)
{
	Counters counters{};
	counters.escalations = 1;
	count(step->info->view, counters);
	step->footing = is_keyed(step) ? Footing::exclusive : Footing::tables;
}

void
ask_for_cost(Step *step, void *)
{
	PushActiveSnapshot(GetLatestSnapshot());
	step->whole = terms_cost_more(step);
	PopActiveSnapshot();
}

void
choose_footing(Step *step)
{
	if (!step->whole && !is_keyed(step) && step->rows_in > many_rows)
		with_step(step, ask_for_cost, nullptr);
	if (step->whole)
		step->footing = Footing::exclusive;
	else if (step->rows_in > rows_per_tag * tags_left() &&
			 (is_keyed(step) || !lock_plan(step->program, step->mask)->sources.empty()))
		escalate(step);
}

int
readings(const Step *step, int table)
{
	int n = 0;
	for (const core::Occurrence &occurrence : step->program->analysis->ir->occurrences)
		n += occurrence.table == table;
	return n;
}

/* Is the table read in another way than by values that are locked? */
bool
reads_table(const Step *step, int table)
{
	bool changed = step->deltas[table] != nullptr;
	switch (step->footing)
	{
	case Footing::values:
		return lock_plan(step->program, step->mask)->tables[table];
	case Footing::tables:
		return !changed || (step->mask & (step->mask - 1)) != 0 || readings(step, table) > 1;
	case Footing::exclusive:
		break;
	}
	return true;
}

void
add_table_tags(const Step *step, pg::Vec<Tag> *tags)
{
	const analyze::Analysis *analysis = step->program->analysis;
	for (int i = 0; i < analysis->ntables; i++)
	{
		bool writes = step->deltas[i] != nullptr || step->footing == Footing::exclusive;
		bool reads = reads_table(step, i);
		if (writes || reads)
			tags->push(Tag{step->info->view, TagKind::table, analysis->tables[i].table,
						   writes && reads ? ShareRowExclusiveLock
						   : writes        ? RowExclusiveLock
										   : ShareLock});
	}
}

/* The tags on values of the steps that lock by them. */
struct Values
{
	pg::Vec<Tag> *of; /* per step */
	bool deep;        /* some lie in rows found on the way */
};

void
find_values(Step *step, void *context)
{
	PushActiveSnapshot(GetLatestSnapshot());
	add_value_tags(step, lock_plan(step->program, step->mask), static_cast<pg::Vec<Tag> *>(context));
	PopActiveSnapshot();
}

Values
values_of(const pg::Vec<Step *> &steps)
{
	Values values{static_cast<pg::Vec<Tag> *>(palloc0(sizeof(pg::Vec<Tag>) * (steps.n + 1))), false};
	for (int i = 0; i < steps.n; i++)
	{
		Step *step = steps[i];
		if (step->footing != Footing::values)
			continue;
		values.of[i].context = CurrentMemoryContext;
		const LockPlan *plan = lock_plan(step->program, step->mask);
		if (plan->queries)
			with_step(step, find_values, &values.of[i]);
		else
			add_value_tags(step, plan, &values.of[i]);
		sort_tags(&values.of[i]);
		values.deep = values.deep || plan->deep;
	}
	return values;
}

/* The locking of a group of steps. */
struct Locking
{
	const pg::Vec<Step *> &steps;
	int limit;             /* of tags on values and keys */
	pg::Vec<Tag> acquired; /* as they were */
	pg::Vec<Tag> late;     /* found, of rows on the way, after the first tags */
};

/* Escalates, those with the most values first, until the others' may be taken. */
void
keep_to_limit(const Locking *locking, Values *values)
{
	const pg::Vec<Step *> &steps = locking->steps;
	for (;;)
	{
		int all = 0;
		int most = -1;
		for (int i = 0; i < steps.n; i++)
		{
			all += values->of[i].n;
			if (values->of[i].n > 0 && (most < 0 || values->of[i].n > values->of[most].n))
				most = i;
		}
		if (most < 0 || all <= locking->limit)
			return;
		escalate(steps[most]);
		values->of[most].clear();
	}
}

void
append(pg::Vec<Tag> *to, const pg::Vec<Tag> &tags)
{
	for (const Tag &tag : tags)
		to->push(tag);
}

pg::Vec<Tag>
tables_and_values(const Locking *locking, bool *deep)
{
	pg::Vec<Tag> tags;
	Values values = values_of(locking->steps);
	keep_to_limit(locking, &values);
	for (int i = 0; i < locking->steps.n; i++)
	{
		add_table_tags(locking->steps[i], &tags);
		append(&tags, values.of[i]);
	}
	*deep = values.deep;
	return tags;
}

/* What is held by now covers these. */
pg::Vec<Tag>
held_tags(const Locking *locking)
{
	pg::Vec<Tag> held;
	append(&held, locking->acquired);
	sort_tags(&held);
	return held;
}

/*
 * Tags on tables and values, so that a snapshot taken now shows the rows that they were found in.  False if some that
 * came up late are another's: then they are among the first the next time.
 */
bool
lock_tables_and_values(Locking *locking)
{
	bool deep;
	uint64 seen = pg::completed_transactions();
	pg::Vec<Tag> tags = tables_and_values(locking, &deep);
	append(&tags, locking->late);
	sort_tags(&tags);
	acquire_tags(tags);
	append(&locking->acquired, tags);
	while (deep && seen != pg::completed_transactions())
	{
		CHECK_FOR_INTERRUPTS();
		seen = pg::completed_transactions();
		pg::Vec<Tag> wanted = tables_and_values(locking, &deep);
		sort_tags(&wanted);
		pg::Vec<Tag> missing = missing_tags(wanted, held_tags(locking));
		if (missing.empty())
			return true;
		append(&locking->late, missing);
		if (!try_tags(missing))
			return false;
		append(&locking->acquired, missing);
	}
	return true;
}

void
find_keys(Step *step, void *)
{
	PushActiveSnapshot(GetLatestSnapshot());
	trace_keys(step);
	step->whole = keys_cost_more(step);
	PopActiveSnapshot();
}

/* False if a view turns out to be better locked as a whole. */
bool
lock_keys(Locking *locking)
{
	pg::Vec<Tag> tags;
	for (Step *step : locking->steps)
	{
		if (!is_keyed(step) || step->footing != Footing::values)
			continue;
		step->keys = begin_keys(step);
		with_step(step, find_keys, nullptr);
		if (step->whole)
			step->footing = Footing::exclusive;
		else if (count_keys(step->keys) + tags.n > tags_left())
			escalate(step);
		if (step->footing != Footing::values)
			return false;
		if (!is_broken(Rule::locks))
			add_key_tags(step->keys, &tags);
	}
	sort_tags(&tags);
	acquire_tags(tags);
	return true;
}

void
begin_anew(Locking *locking)
{
	for (Step *step : locking->steps)
	{
		if (step->keys)
			end_keys(step->keys);
		step->keys = nullptr;
	}
	release_tags(locking->acquired);
	locking->acquired.clear();
}

} // namespace

void
lock_steps(const pg::Vec<Step *> &steps)
{
	Locking locking{steps, tags_left(), {}, {}};
	for (Step *step : steps)
		choose_footing(step);
	for (int attempt = 0; !lock_tables_and_values(&locking) || !lock_keys(&locking); attempt++)
	{
		begin_anew(&locking);
		for (Step *step : steps)
			if (attempt == most_attempts && step->footing == Footing::values)
				escalate(step);
	}
}

void
exclude_others(Step *step)
{
	pg::Vec<Tag> tags;
	if (step->footing == Footing::exclusive)
		return;
	step->footing = Footing::exclusive;
	add_table_tags(step, &tags);
	sort_tags(&tags);
	acquire_tags(tags);
}

} // namespace dv::engine
