#include "engine/flush.hpp"

#include "engine/affected.hpp"
#include "engine/locks.hpp"
#include "engine/maintain.hpp"
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

bool
has_after_triggers(Relation rel)
{
	const TriggerDesc *triggers = rel->trigdesc;
	return triggers && (triggers->trig_insert_after_row || triggers->trig_insert_after_statement ||
						triggers->trig_update_after_row || triggers->trig_update_after_statement ||
						triggers->trig_delete_after_row || triggers->trig_delete_after_statement);
}

/* The deltas of the view's tables, frozen and marked as taken in. False: some rows are not known. */
bool
take_deltas(Step *step, pg::Vec<Named> *named)
{
	Program *program = step->program;
	const analyze::Analysis *analysis = program->analysis;
	bool known = analysis->ntables <= most_tables;
	step->deltas = static_cast<capture::Delta **>(palloc0(sizeof(capture::Delta *) * (analysis->ntables + 1)));
	step->ndeltas = analysis->ntables;
	for (int i = 0; i < analysis->ntables; i++)
	{
		Oid table = analysis->tables[i].table;
		uint64 from = capture::flushed_position(program->view, table);
		uint64 to = capture::end_position(table);
		if (from >= to)
			continue;
		capture::set_flushed_position(program->view, table, to);
		known = known && !capture::unknown_between(table, from, to);
		if (!known)
			continue;
		capture::Delta *delta = static_cast<capture::Delta *>(palloc(sizeof(capture::Delta)));
		*delta = capture::materialize(table, from, to);
		if (delta->nrows == 0)
			continue;
		step->deltas[i] = delta;
		step->mask |= UINT64CONST(1) << i;
		step->rows_in += delta->nrows;

		Named &entry = named->push(Named{});
		snprintf(entry.name, NAMEDATALEN, "__dv_delta_%d", i);
		entry.rows = delta->rows;
		entry.desc = delta->desc;
		entry.nrows = delta->nrows;
	}
	return known;
}

/* Prepared queries know the columns of a delta by number: another layout wants other queries. */
void
check_layouts(Step *step)
{
	Program *program = step->program;
	for (int i = 0; i < step->ndeltas; i++)
	{
		if (step->deltas[i] == nullptr)
			continue;
		TupleDesc known = program->delta_descs[i];
		if (known && equalTupleDescs(known, step->deltas[i]->desc))
			continue;
		if (known)
			forget_prepared(program);
		MemoryContext before = MemoryContextSwitchTo(program->context);
		program->delta_descs[i] = CreateTupleDescCopy(step->deltas[i]->desc);
		MemoryContextSwitchTo(before);
	}
}

/* Deltas come to the view without a look at their table: a right to read it that was taken away counts all the same. */
void
check_rights(const Step *step)
{
	const analyze::Analysis *analysis = step->program->analysis;
	for (int i = 0; i < analysis->ntables; i++)
	{
		Oid table = analysis->tables[i].table;
		if (step->deltas[i] && pg_class_aclcheck(table, step->owner, ACL_SELECT) != ACLCHECK_OK)
			aclcheck_error(ACLCHECK_NO_PRIV, OBJECT_TABLE, get_rel_name(table));
	}
}

Outcome
maintain_view(const Locked &locked, bool whole, When when)
{
	const catalog::View *view = locked.view;
	Step step{};
	Relation rel = table_open(view->view, RowExclusiveLock);
	step.program = pin_program(view->view);
	step.info = view;
	step.owner = rel->rd_rel->relowner;
	step.feeds_views = feeds_views(view->view);
	step.exclusive = locked.exclusive;
	bool looked_at = when != When::commit || has_after_triggers(rel);
	table_close(rel, NoLock);

	int late_waits = locks_suffice(locked, step.program) ? 0 : make_exclusive(&step);
	PushActiveSnapshot(GetLatestSnapshot());
	if (IsolationUsesXactSnapshot() && looked_at)
		step.crosscheck = GetTransactionSnapshot();

	pg::Vec<Named> named;
	bool known = take_deltas(&step, &named);
	Outcome outcome{};
	if (whole || !known || (step.rows_in > 0 && view->method == catalog::Method::complete))
		outcome = recompute_all(&step);
	else if (step.rows_in > 0)
	{
		check_rights(&step);
		check_layouts(&step);
		for (const Named &entry : named)
			register_named(entry);
		outcome = maintain(&step);
		for (const Named &entry : named)
			unregister_named(entry);
	}
	for (const Named &entry : named)
		tuplestore_end(entry.rows);
	PopActiveSnapshot();
	unpin_program(step.program);

	if (whole || step.rows_in > 0 || outcome.complete)
	{
		Counters counters{};
		counters.flushes = 1;
		counters.incremental = !outcome.complete;
		counters.complete = outcome.complete;
		counters.rows_in = step.rows_in;
		counters.rows_out = static_cast<int64>(outcome.rows_out);
		counters.lock_waits = outcome.lock_waits + late_waits;
		count(view->view, counters);
	}
	return outcome;
}

void
name_view(void *context)
{
	errcontext("maintenance of view \"%s\"", static_cast<const char *>(context));
}

/* One view with its memory, its SPI connection, and an error that names it. */
uint64
process_view(const Locked &locked, bool whole, When when)
{
	const catalog::View *view = locked.view;
	instr_time began;
	INSTR_TIME_SET_CURRENT(began);
	ErrorContextCallback named{error_context_stack, name_view, get_rel_name(view->view)};
	volatile uint64 rows_out = 0;
	PG_TRY();
	{
		error_context_stack = &named;
		if (SPI_connect() != SPI_OK_CONNECT)
			elog(ERROR, "SPI_connect failed");
		rows_out = maintain_view(locked, whole, when).rows_out;
		SPI_finish();
		error_context_stack = named.previous;
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(TopTransactionContext);
		ErrorData *error = CopyErrorData();
		record_error(view->view, error->message ? error->message : "");
		PG_RE_THROW();
	}
	PG_END_TRY();
	CommandCounterIncrement();

	instr_time took;
	INSTR_TIME_SET_CURRENT(took);
	INSTR_TIME_SUBTRACT(took, began);
	Counters counters{};
	counters.usec = static_cast<int64>(INSTR_TIME_GET_MICROSEC(took));
	count(view->view, counters);
	return rows_out;
}

Oid
owner_of(Oid view)
{
	HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(view));
	if (!HeapTupleIsValid(tuple))
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_TABLE), errmsg("a maintained view was dropped meanwhile")));
	Oid owner = reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple))->relowner;
	ReleaseSysCache(tuple);
	return owner;
}

/* True if there was something to do. Adds the owners of the views. */
bool
flush_round(When when, Owners *owners)
{
	CommandCounterIncrement();
	pg::Vec<Locked> views = lock_views(when);

	Oid owner = InvalidOid;
	for (const Locked &locked : views)
	{
		/* A trigger on a view may have dropped it. */
		if (catalog::view(locked.view->view) == nullptr)
			continue;
		/* Triggers on views fire together, once all are applied, as far as one role owns them. */
		Oid next = owner_of(locked.view->view);
		if (OidIsValid(owner) && next != owner)
			end_trigger_level(owner);
		if (next != owner)
			begin_trigger_level();
		owner = next;
		owners->add(owner);
		(void) process_view(locked, false, when);
	}
	if (OidIsValid(owner))
		end_trigger_level(owner);
	return !views.empty();
}

/* Returns who owns the views that were flushed, if that is one role. */
Oid
flush_rounds(When when)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "deltaview flush", ALLOCSET_DEFAULT_SIZES);
	MemoryContext before = MemoryContextSwitchTo(context);
	Session session = begin_session();
	Owners owners{};
	for (int round = 0; flush_round(when, &owners); round++)
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
	return owners.several ? InvalidOid : owners.one;
}

/*
 * Deferred triggers of what the flush at the commit wrote; the server has fired its own before.  As the owner of the
 * views, like those that are not deferred; as the writer if several own them.
 */
void
fire_deferred(Oid owner)
{
	pg::Identity identity{};
	if (OidIsValid(owner))
		identity = pg::assume(owner, SECURITY_LOCAL_USERID_CHANGE);
	do
		AfterTriggerFireDeferred();
	while (PreCommit_Portals(false));
	if (OidIsValid(owner))
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
	for (int round = 0;; round++)
	{
		if (round == most_rounds)
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("maintenance did not come to rest after %d rounds of deferred triggers", most_rounds)));
		fire_deferred(flush_rounds(When::commit));
		capture::close_cut_statements();
		if (affected_views(When::commit).empty())
			return;
	}
}

int
make_exclusive(Step *step)
{
	if (step->exclusive)
		return 0;
	step->exclusive = true;
	bool *changed = static_cast<bool *>(palloc0(sizeof(bool) * (step->program->analysis->ntables + 1)));
	return lock_view(step->program, changed, Sharing::exclusive);
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
	Program *program = pin_program(view);
	bool *changed = static_cast<bool *>(palloc0(sizeof(bool) * (program->analysis->ntables + 1)));
	(void) lock_view(program, changed, Sharing::exclusive);
	Locked locked{info, true, program->analysis->ntables, changed};
	unpin_program(program);

	begin_trigger_level();
	uint64 rows = process_view(locked, true, When::now);
	end_trigger_level(owner_of(view));
	end_session(session);
	return rows;
}

} // namespace dv::engine
