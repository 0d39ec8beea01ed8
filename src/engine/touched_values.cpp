#include "engine/touched_values.hpp"

#include "core/touches.hpp"
#include "engine/test_break.hpp"
#include "pg/border.hpp"

extern "C" {
#include "common/hashfn.h"
}

namespace dv::engine {

namespace {

void
add_tag(const Step *step, const ValueSource &source, Datum value, pg::Vec<Tag> *tags)
{
	FmgrInfo *hash = const_cast<FmgrInfo *>(&source.hash);
	uint32 hashed = DatumGetUInt32(FunctionCall1Coll(hash, source.collation, value));
	tags->push(Tag{step->program->view, TagKind::value, hash_combine(murmurhash32(source.access + 1), hashed),
				   source.writes ? RowExclusiveLock : ShareLock});
}

struct Taking
{
	const Step *step;
	const ValueSource *source;
	pg::Vec<Tag> *tags;
};

void
take_value(TupleTableSlot *slot, void *context)
{
	Taking *taking = static_cast<Taking *>(context);
	bool isnull;
	Datum value = slot_getattr(slot, 1, &isnull);
	if (!isnull)
		add_tag(taking->step, *taking->source, value, taking->tags);
}

/* One pass over the changed rows of a table, for all that is read off them. */
void
add_from_delta(const Step *step, const LockPlan *plan, int table, pg::Vec<Tag> *tags)
{
	const capture::Delta *delta = step->deltas[table];
	bool any = false;
	for (const ValueSource &source : plan->sources)
		any = any || (source.table == table && source.column > 0);
	if (!any)
		return;
	capture::DeltaReader reader = capture::begin_delta(delta);
	ExprContext *row = step->program->expressions;
	NullableDatum *last =
		static_cast<NullableDatum *>(palloc(sizeof(NullableDatum) * static_cast<Size>(plan->sources.n)));
	for (int i = 0; i < plan->sources.n; i++)
		last[i].isnull = true;
	while (capture::next_row(&reader))
	{
		ResetExprContext(row);
		MemoryContext before = MemoryContextSwitchTo(row->ecxt_per_tuple_memory);
		for (int i = 0; i < plan->sources.n; i++)
		{
			const ValueSource &source = plan->sources[i];
			if (source.table != table || source.column == 0)
				continue;
			bool isnull;
			Datum value = slot_getattr(reader.slot, source.column, &isnull);
			/* An update's old row and its new one mostly agree, neighbours often. */
			if (isnull || (!last[i].isnull && value == last[i].value))
				continue;
			add_tag(step, source, value, tags);
			last[i] = NullableDatum{value, !TupleDescAttr(delta->desc, source.column - 1)->attbyval};
		}
		MemoryContextSwitchTo(before);
	}
	capture::end_reading(&reader);
}

/* What src/core says of a touch, as far as it is no query. */
struct Found
{
	int edge;
	bool writes;
	bool deep;
	int table;
	core::Text column;
};

pg::Vec<Found>
find_touches(const core::View *ir, uint64 mask, bool *tables)
{
	pg::Vec<Found> all;
	all.grow(2 * ir->occurrences.n * ir->occurrences.n + 1);
	pg::outbound([&] {
		core::Touches touches = core::touches(*ir, core::changed_by(*ir, mask));
		for (const core::Touch &touch : touches.values)
			all.data[all.n++] = Found{touch.edge, touch.writes, touch.deep, touch.table, touch.column};
		for (int i = 0; i < ir->tables.n; i++)
			tables[i] = touches.tables[static_cast<size_t>(i)];
	});
	return all;
}

} // namespace

const LockPlan *
lock_plan(Program *program, uint64 mask)
{
	for (const LockPlan *plan : program->lock_plans)
		if (plan->mask == mask)
			return plan;

	const analyze::Analysis *analysis = program->analysis;
	MemoryContext before = MemoryContextSwitchTo(program->context);
	LockPlan *plan = static_cast<LockPlan *>(palloc0(sizeof(LockPlan)));
	plan->mask = mask;
	plan->tables = static_cast<bool *>(palloc0(sizeof(bool) * (analysis->ntables + 1)));
	for (const Found &found : find_touches(analysis->ir, mask, plan->tables))
	{
		const analyze::EdgeHash &hash = analysis->edge_hashes[found.edge];
		ValueSource source{};
		source.table = found.table;
		source.writes = found.writes;
		source.deep = found.deep;
		source.access = static_cast<uint32>(analysis->ir->edges[found.edge].access);
		source.collation = hash.collation;
		fmgr_info(found.writes ? hash.to : hash.from, &source.hash);
		if (!found.column.empty())
			source.column = delta_column(program->delta_descs[found.table], found.column.data());
		plan->queries = plan->queries || source.column == 0;
		plan->deep = plan->deep || source.deep;
		plan->sources.push(source);
	}
	program->lock_plans.push(plan);
	MemoryContextSwitchTo(before);
	return plan;
}

void
add_value_tags(Step *step, const LockPlan *plan, pg::Vec<Tag> *tags)
{
	if (is_broken(Rule::locks))
		return;
	for (int i = 0; i < step->ndeltas; i++)
		if (step->deltas[i])
			add_from_delta(step, plan, i, tags);
	if (!plan->queries)
		return;
	connect(step);
	int before = restrict_operation();
	Prepared queries = prepare(step->program, Purpose::values, step->mask, step->rows_in);
	int next = 0;
	for (const ValueSource &source : plan->sources)
	{
		if (source.column > 0)
			continue;
		Taking taking{step, &source, tags};
		run_on_deltas(step, queries.plans[next++], take_value, &taking);
	}
	pg::restore_context(before);
}

} // namespace dv::engine
