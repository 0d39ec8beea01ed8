#include "capture/triggers.hpp"

#include "capture/store.hpp"
#include "engine/flush.hpp"

namespace dv::capture {

namespace {

const TriggerData *
trigger_data(FunctionCallInfo fcinfo, const char *function)
{
	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("function %s can be called as a trigger only", function)));
	return reinterpret_cast<const TriggerData *>(fcinfo->context);
}

const char *
operation_name(TriggerEvent event)
{
	if (TRIGGER_FIRED_BY_INSERT(event))
		return "INSERT";
	if (TRIGGER_FIRED_BY_UPDATE(event))
		return "UPDATE";
	if (TRIGGER_FIRED_BY_DELETE(event))
		return "DELETE";
	return "TRUNCATE";
}

} // namespace

Datum
capture_trigger(PG_FUNCTION_ARGS)
{
	const TriggerData *trigger = trigger_data(fcinfo, "deltaview.capture()");
	TriggerEvent event = trigger->tg_event;

	if (!TRIGGER_FIRED_FOR_STATEMENT(event))
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("trigger \"%s\" on table \"%s\" must be a statement trigger",
							   trigger->tg_trigger->tgname, RelationGetRelationName(trigger->tg_relation)),
						errdetail("deltaview.capture() takes whole statements.")));
	if (TRIGGER_FIRED_BEFORE(event))
	{
		statement_begins(trigger->tg_relation);
		PG_RETURN_POINTER(nullptr);
	}

	statement_ends(trigger->tg_relation, event, trigger->tg_oldtable, trigger->tg_newtable);
	if (store->open == 0 && store->statement_views)
	{
		engine::flush_statement();
		if (store != nullptr)
			store->statement_views = false;
	}
	PG_RETURN_POINTER(nullptr);
}

Datum
protect_trigger(PG_FUNCTION_ARGS)
{
	const TriggerData *trigger = trigger_data(fcinfo, "deltaview.protect()");

	ereport(ERROR,
			(errcode(ERRCODE_WRONG_OBJECT_TYPE),
			 errmsg("cannot change view \"%s\" directly", RelationGetRelationName(trigger->tg_relation)),
			 errdetail("%s is not possible on a view that deltaview maintains.", operation_name(trigger->tg_event)),
			 errhint("Change the tables that the view reads.")));
	PG_RETURN_POINTER(nullptr);
}

} // namespace dv::capture
