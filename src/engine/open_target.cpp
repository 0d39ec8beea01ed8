/*
 * A view's table, open for writing, and kept open between flushes as far as that can be.
 */
#include "engine/row_access.hpp"
#include "pg/compat.hpp"

extern "C" {
#include "nodes/execnodes.h"
}

namespace dv::engine {

bool
has_after_triggers(Relation rel)
{
	const TriggerDesc *triggers = rel->trigdesc;
	return triggers && (triggers->trig_insert_after_row || triggers->trig_insert_after_statement ||
						triggers->trig_update_after_row || triggers->trig_update_after_statement ||
						triggers->trig_delete_after_row || triggers->trig_delete_after_statement);
}

namespace {

void
refuse_row_triggers(Relation rel)
{
	TriggerDesc *triggers = rel->trigdesc;

	for (int i = 0; triggers != nullptr && i < triggers->numtriggers; i++)
	{
		const Trigger *trigger = &triggers->triggers[i];

		if (!TRIGGER_FOR_ROW(trigger->tgtype) || TRIGGER_FOR_AFTER(trigger->tgtype) ||
			trigger->tgenabled == TRIGGER_DISABLED)
			continue;
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("view \"%s\" cannot be maintained while it has the row trigger \"%s\"",
							   RelationGetRelationName(rel), trigger->tgname),
						errdetail("A BEFORE or INSTEAD OF trigger for each row could change what maintenance writes."),
						errhint("Make it an AFTER trigger, or drop it.")));
	}
}

/* The columns that an update counts as set, for UPDATE OF triggers: all but those that an update never changes. */
Bitmapset *
updated_columns(Relation rel, const Shape &shape)
{
	Bitmapset *columns = nullptr;

	for (int i = 1; i <= RelationGetDescr(rel)->natts; i++)
		if (i != shape.hash && !TupleDescAttr(RelationGetDescr(rel), i - 1)->attisdropped)
			columns = bms_add_member(columns, i - FirstLowInvalidHeapAttributeNumber);
	for (int i = 0; i < shape.nkeys; i++)
		columns = bms_del_member(columns, shape.keys[i] - FirstLowInvalidHeapAttributeNumber);
	return columns;
}

/*
 * May a target outlive its transaction?  Triggers, constraints and expressions of indexes bring state with them that does
 * not; where there are none, what a target refers to is the relation, and its indexes, which are opened anew.
 */
bool
can_be_kept(Relation rel)
{
	const TupleConstr *constraints = RelationGetDescr(rel)->constr;
	if (has_after_triggers(rel) || (constraints != nullptr && constraints->num_check > 0))
		return false;
	ListCell *lc;
	foreach (lc, RelationGetIndexList(rel))
	{
		Relation index = index_open(lfirst_oid(lc), RowExclusiveLock);
		bool plain = heap_attisnull(index->rd_indextuple, Anum_pg_index_indexprs, nullptr) &&
					 heap_attisnull(index->rd_indextuple, Anum_pg_index_indpred, nullptr) &&
					 !index->rd_index->indisexclusion;
		index_close(index, NoLock);
		if (!plain)
			return false;
	}
	return true;
}

Target *
make_target(TargetKeeper *keeper, Relation rel, const Shape &shape)
{
	bool kept = can_be_kept(rel);
	MemoryContext old = CurrentMemoryContext;
	if (kept)
	{
		if (keeper->made != nullptr)
			MemoryContextDelete(keeper->made);
		keeper->made = nullptr;
		MemoryContextSwitchTo(keeper->context);
	}
	EState *estate = CreateExecutorState();
	if (kept)
		keeper->made = estate->es_query_cxt;
	MemoryContextSwitchTo(estate->es_query_cxt);
	Target *target = static_cast<Target *>(palloc0(sizeof(Target)));
	RangeTblEntry *rte = makeNode(RangeTblEntry);

	target->rel = rel;
	target->keeper = kept ? keeper : nullptr;
	target->estate = estate;

	rte->rtekind = RTE_RELATION;
	rte->relid = RelationGetRelid(rel);
	rte->relkind = target->rel->rd_rel->relkind;
	rte->rellockmode = RowExclusiveLock;
	pg::init_range_table(estate, rte, updated_columns(target->rel, shape));

	target->rri = makeNode(ResultRelInfo);
	InitResultRelInfo(target->rri, target->rel, 1, nullptr, 0);
	estate->es_opened_result_relations = lappend(estate->es_opened_result_relations, target->rri);

	target->on_insert = MakeTransitionCaptureState(target->rri->ri_TrigDesc, rte->relid, CMD_INSERT);
	target->on_update = MakeTransitionCaptureState(target->rri->ri_TrigDesc, rte->relid, CMD_UPDATE);
	target->on_delete = MakeTransitionCaptureState(target->rri->ri_TrigDesc, rte->relid, CMD_DELETE);

	/* The relation's own descriptor is pinned by the transaction. */
	target->found = kept ? MakeTupleTableSlot(keeper->desc, table_slot_callbacks(rel))
						 : table_slot_create(target->rel, &estate->es_tupleTable);
	prepare_finding(target, shape);
	MemoryContextSwitchTo(old);
	return target;
}

} // namespace

Target *
open_target(TargetKeeper *keeper, Relation rel, const Shape &shape, bool feeds_views)
{
	Target *target = keeper->closed;
	keeper->closed = nullptr;
	if (target == nullptr)
	{
		refuse_row_triggers(rel);
		target = make_target(keeper, rel, shape);
	}
	target->rel = target->rri->ri_RelationDesc = rel;
	target->context = CurrentMemoryContext;
	target->feeds_views = feeds_views;
	target->crosscheck = InvalidSnapshot;
	target->inserted = target->updated = target->deleted = 0;
	target->estate->es_output_cid = GetCurrentCommandId(true);
	begin_finding(target);
	return target;
}

void
close_target(Target *target)
{
	EState *estate = target->estate;

	end_finding(target);
	if (target->keeper != nullptr)
	{
		if (target->rri->ri_NumIndices > 0)
			ExecCloseIndices(target->rri);
		target->rri->ri_NumIndices = 0;
		target->rri->ri_IndexRelationDescs = nullptr; /* or 18 takes it for open */
		ExecClearTuple(target->found);
		ResetPerTupleExprContext(estate);
		target->keeper->closed = target;
		return;
	}
	if (target->inserted > 0)
		ExecASInsertTriggers(estate, target->rri, target->on_insert);
	if (target->updated > 0)
		ExecASUpdateTriggers(estate, target->rri, target->on_update);
	if (target->deleted > 0)
		ExecASDeleteTriggers(estate, target->rri, target->on_delete);
	ExecCloseIndices(target->rri);
	ExecResetTupleTable(estate->es_tupleTable, false);
	FreeExecutorState(estate);
}

} // namespace dv::engine
