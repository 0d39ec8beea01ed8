#include "engine/flush.hpp"

#include "engine/affected.hpp"
#include "engine/lock_steps.hpp"
#include "engine/session.hpp"
#include "engine/stats.hpp"
#include "pg/identity.hpp"

extern "C" {
#include "portability/instr_time.h"
#include "utils/portal.h"
}

namespace dv::engine {

namespace {

/* Triggers on views may write base tables, which is the next round; a cycle must end somewhere. */
constexpr int most_rounds = 100;

/* The roles that own what is flushed. */
struct Owners
{
	Oid one;
	bool several;

	void add(Oid owner)
	{
		several = several || (OidIsValid(one) && one != owner);
		one = owner;
	}
};

void
compute_and_apply(Step *step, void *context)
{
	PushActiveSnapshot(GetLatestSnapshot());
	*static_cast<Outcome *>(context) = maintain(step);
	PopActiveSnapshot();
}

uint64
process_step(Step *step)
{
	instr_time began;
	instr_time took;
	Outcome outcome{};
	INSTR_TIME_SET_CURRENT(began);
	with_step(step, compute_and_apply, &outcome);
	CommandCounterIncrement();
	INSTR_TIME_SET_CURRENT(took);
	INSTR_TIME_SUBTRACT(took, began);

	Counters counters{};
	counters.flushes = 1;
	counters.incremental = !outcome.complete;
	counters.complete = outcome.complete;
	counters.rows_in = step->rows_in;
	counters.rows_out = static_cast<int64>(outcome.rows_out);
	counters.usec = static_cast<int64>(INSTR_TIME_GET_MICROSEC(took));
	count(step->info->view, counters);
	return outcome.rows_out;
}

/* What a flush has come to. */
struct Flushed
{
	bool triggers; /* views have AFTER triggers, so that there may be more to do */
	Owners owners;
};

/* Views of one rank and owner: all locks, then all rows. True if some have AFTER triggers. */
bool
flush_group(const pg::Vec<Affected> &views, int from, int to, When when)
{
	pg::Vec<Step *> steps;
	bool triggers = false;
	for (int i = from; i < to; i++)
	{
		/* A trigger on a view may have dropped it. */
		if (catalog::view(views[i].view->view) == nullptr)
			continue;
		Step *step = begin_step(views[i].view, false, when != When::commit);
		if (step == nullptr)
			continue;
		steps.push(step);
		triggers = triggers || step->has_triggers;
	}
	lock_steps(steps);
	for (Step *step : steps)
	{
		(void) process_step(step);
		end_step(step);
	}
	return triggers;
}

/* True if triggers may have changed base tables. */
bool
flush_round(When when, Flushed *flushed)
{
	CommandCounterIncrement();
	pg::Vec<Affected> views = lock_affected(when);

	Oid owner = InvalidOid;
	bool fired = false;
	bool triggers = false; /* at this level */
	for (int from = 0, to = 0; from < views.n; from = to)
	{
		while (to < views.n && same_group(views[from], views[to]))
			to++;
		/* Triggers on views fire together, once all are applied, as far as one role owns them. */
		Oid next = views[from].owner;
		if (OidIsValid(owner) && next != owner)
		{
			end_trigger_level(owner, triggers);
			triggers = false;
		}
		if (next != owner)
			begin_trigger_level();
		owner = next;
		flushed->owners.add(owner);
		triggers = flush_group(views, from, to, when) || triggers;
		fired = fired || triggers;
	}
	if (OidIsValid(owner))
		end_trigger_level(owner, triggers);
	flushed->triggers = flushed->triggers || fired;
	return fired;
}

Flushed
flush_rounds(When when)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "deltaview flush", ALLOCSET_DEFAULT_SIZES);
	MemoryContext before = MemoryContextSwitchTo(context);
	Session session = begin_session();
	Flushed flushed{};
	for (int round = 0; flush_round(when, &flushed); round++)
	{
		if (round == most_rounds)
			ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
							errmsg("maintenance did not come to rest after %d rounds", most_rounds),
							errdetail("Triggers on views change base tables of those views again and again.")));
		MemoryContextReset(context);
	}
	end_session(session);
	MemoryContextSwitchTo(before);
	MemoryContextDelete(context);
	return flushed;
}

/*
 * Deferred triggers of what the flush at the commit wrote; the server has fired its own before.  As the owner of the
 * views, like those that are not deferred; as the writer if several own them.
 */
void
fire_deferred(const Owners &owners)
{
	pg::Identity identity{};
	if (!owners.several)
		identity = pg::assume(owners.one, SECURITY_LOCAL_USERID_CHANGE);
	do
		AfterTriggerFireDeferred();
	while (PreCommit_Portals(false));
	if (!owners.several)
		pg::resume(identity);
}

[[noreturn]] void
refuse_inside_statement(const char *what)
{
	ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
					errmsg("%s cannot be called while a statement on a base table is running", what),
					errhint("Call it as a statement of its own.")));
	pg_unreachable();
}

} // namespace

void
flush_now()
{
	if (in_session() || capture::open_statements() > 0)
		refuse_inside_statement("deltaview.flush()");
	if (capture::active())
		(void) flush_rounds(When::now);
}

void
flush_before_ddl()
{
	if (capture::active() && !in_session() && capture::open_statements() == 0)
		(void) flush_rounds(When::now);
}

void
flush_statement()
{
	if (!in_session() && capture::open_statements() == 0)
		(void) flush_rounds(When::statement);
}

void
flush_transaction()
{
	if (!capture::active())
		return;
	capture::close_cut_statements();
	if (!capture::any_changed())
		return;
	for (int round = 0;; round++)
	{
		if (round == most_rounds)
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("maintenance did not come to rest after %d rounds of deferred triggers", most_rounds)));
		Flushed flushed = flush_rounds(When::commit);
		if (!flushed.triggers)
			return;
		fire_deferred(flushed.owners);
		capture::close_cut_statements();
		if (affected_views(When::commit).empty())
			return;
	}
}

uint64
recompute(Oid view)
{
	if (in_session() || capture::open_statements() > 0)
		refuse_inside_statement("a refresh");
	const catalog::View *info = catalog::view(view);
	if (info == nullptr)
		elog(ERROR, "relation %u is not a maintained view", view);
	Session session = begin_session();
	CommandCounterIncrement();
	lock_relations(info);
	begin_trigger_level();
	Step *step = begin_step(info, true, true);
	pg::Vec<Step *> steps;
	steps.push(step);
	lock_steps(steps);
	uint64 rows = process_step(step);
	Oid owner = step->owner;
	bool triggers = step->has_triggers;
	end_step(step);
	end_trigger_level(owner, triggers);
	end_session(session);
	return rows;
}

} // namespace dv::engine
