#include "engine/affected.hpp"
#include "engine/maintain.hpp"
#include "engine/stats.hpp"

namespace dv::engine {

namespace {

/* The deltas of the view's tables, marked as taken in. False: some rows are not known. */
bool
take_deltas(Step *step)
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
		{
			capture::end_delta(delta);
			continue;
		}
		step->deltas[i] = delta;
		step->mask |= UINT64CONST(1) << i;
		step->rows_in += delta->nrows;
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
		if (step->deltas[i] == nullptr || step->deltas[i]->layout == program->layouts[i])
			continue;
		TupleDesc known = program->delta_descs[i];
		if (known == nullptr || !equalTupleDescs(known, step->deltas[i]->desc))
		{
			if (known)
				forget_prepared(program);
			MemoryContext before = MemoryContextSwitchTo(program->context);
			program->delta_descs[i] = CreateTupleDescCopy(step->deltas[i]->desc);
			MemoryContextSwitchTo(before);
		}
		program->layouts[i] = step->deltas[i]->layout;
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

/* Is there a rule for these changes? */
bool
is_incremental(const Step *step)
{
	const analyze::Analysis *analysis = step->program->analysis;
	if (step->info->method == catalog::Method::complete || analysis->ir->kind == core::Kind::complete)
		return false;
	for (int i = 0; i < analysis->ntables; i++)
		if (step->deltas[i] && !analysis->tables[i].incremental)
			return false;
	return true;
}

void
name_view(void *context)
{
	errcontext("maintenance of view \"%s\"", static_cast<const char *>(context));
}

} // namespace

Step *
begin_step(const catalog::View *view, bool by_hand, bool looked_at)
{
	Step *step = static_cast<Step *>(palloc0(sizeof(Step)));
	step->rel = table_open(view->view, NoLock);
	step->program = pin_program(view->view);
	step->info = view;
	step->owner = step->rel->rd_rel->relowner;
	step->feeds_views = feeds_views(view->view);
	step->has_triggers = has_after_triggers(step->rel);
	if (IsolationUsesXactSnapshot() && (looked_at || step->has_triggers))
		step->crosscheck = GetTransactionSnapshot();

	step->whole = !take_deltas(step) || by_hand;
	if (!step->whole && step->rows_in == 0)
	{
		end_step(step);
		return nullptr;
	}
	if (!step->whole)
	{
		check_layouts(step);
		step->whole = !is_incremental(step);
	}
	return step;
}

void
end_step(Step *step)
{
	for (int i = 0; i < step->ndeltas; i++)
		if (step->deltas[i])
			capture::end_delta(step->deltas[i]);
	unpin_program(step->program);
	table_close(step->rel, NoLock);
}

AttrNumber
delta_column(TupleDesc delta, const char *name)
{
	for (int i = 0; i < delta->natts; i++)
		if (strcmp(quote_identifier(NameStr(TupleDescAttr(delta, i)->attname)), name) == 0)
			return TupleDescAttr(delta, i)->attnum;
	elog(ERROR, "a delta lacks the column %s", name);
	pg_unreachable();
}

pg::Identity
act_as_owner(const Step *step)
{
	/* To set the path is dear: see to it only where something may look a name up. Queries see to it themselves. */
	pg::Identity before = pg::act_as(step->owner, SECURITY_LOCAL_USERID_CHANGE);
	if (step->program->names_matter || step->has_triggers)
		pg::pin_search_path();
	if (step->program->analysis->surroundings.settings)
		pg::set_locally(step->info->nsettings, step->info->settings);
	return before;
}

namespace {

Named
named_delta(const Step *step, int i)
{
	Named named{};
	snprintf(named.name, NAMEDATALEN, "__dv_delta_%d", i);
	named.desc = step->deltas[i]->desc;
	named.nrows = step->deltas[i]->nrows;
	return named;
}

} // namespace

void
connect(Step *step)
{
	if (step->connected)
		return;
	pg::pin_search_path();
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	step->named = static_cast<EphemeralNamedRelation *>(palloc(sizeof(EphemeralNamedRelation) * (step->ndeltas + 1)));
	for (int i = 0; i < step->ndeltas; i++)
		if (step->deltas[i])
			step->named[i] = register_named(named_delta(step, i));
	step->connected = true;
}

void
run_on_deltas(const Step *step, SPIPlanPtr plan, Take take, void *context)
{
	for (int i = 0; i < step->ndeltas; i++)
		if (step->deltas[i])
			step->named[i]->reldata = capture::delta_store(step->deltas[i]);
	run_plan(plan, take, context);
}

namespace {

void
disconnect(Step *step)
{
	if (!step->connected)
		return;
	for (int i = 0; i < step->ndeltas; i++)
		if (step->deltas[i])
			unregister_named(named_delta(step, i));
	SPI_finish();
	step->connected = false;
}

} // namespace

void
with_step(Step *step, void (*work)(Step *step, void *context), void *context)
{
	Oid view = step->info->view;
	ErrorContextCallback named{error_context_stack, name_view, RelationGetRelationName(step->rel)};
	PG_TRY();
	{
		error_context_stack = &named;
		if (!step->whole)
			check_rights(step);
		pg::Identity before = act_as_owner(step);
		work(step, context);
		disconnect(step);
		pg::resume(before);
		error_context_stack = named.previous;
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(TopTransactionContext);
		ErrorData *error = CopyErrorData();
		record_error(view, error->message ? error->message : "");
		PG_RE_THROW();
	}
	PG_END_TRY();
}

} // namespace dv::engine
