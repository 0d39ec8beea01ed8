/*
 * What SQL and the server call: nothing else.
 */
#include "entry.hpp"
#include "capture/triggers.hpp"
#include "catalog/create.hpp"
#include "catalog/event_triggers.hpp"
#include "catalog/lifecycle.hpp"
#include "catalog/registry.hpp"
#include "catalog/report.hpp"
#include "document/declare.hpp"
#include "document/follow.hpp"
#include "document/types.hpp"
#include "engine/flush.hpp"
#include "engine/locks.hpp"
#include "engine/test_break.hpp"
#include "engine/verify.hpp"
#include "publish/plugin.hpp"
#include "sink_catalog/declare.hpp"
#include "sink_catalog/follow.hpp"
#include "sink_catalog/launch.hpp"

extern "C" {
#include "commands/event_trigger.h"
#include "tcop/cmdtag.h"

PG_MODULE_MAGIC;

PGDLLEXPORT void _PG_init(void);
PGDLLEXPORT void _PG_output_plugin_init(OutputPluginCallbacks *callbacks);

EXPORT(dv_catalog_changed);
EXPORT(dv_capture);
EXPORT(dv_protect);
EXPORT(dv_create_view);
EXPORT(dv_drop_view);
EXPORT(dv_drop_by_name);
EXPORT(dv_create_document_view);
EXPORT(dv_embed);
EXPORT(dv_unembed);
EXPORT(dv_start);
EXPORT(dv_refresh);
EXPORT(dv_flush);
EXPORT(dv_pause);
EXPORT(dv_resume);
EXPORT(dv_explain);
EXPORT(dv_explain_query);
EXPORT(dv_verify);
EXPORT(dv_verify_state);
EXPORT(dv_rewritten);
EXPORT(dv_read_stats);
EXPORT(dv_ddl_command_start);
EXPORT(dv_ddl_command_end);
EXPORT(dv_sql_drop);
}

using namespace dv;

namespace {

EventTriggerData *
event_of(FunctionCallInfo fcinfo)
{
	if (!CALLED_AS_EVENT_TRIGGER(fcinfo))
		ereport(ERROR, (errcode(ERRCODE_E_R_I_E_EVENT_TRIGGER_PROTOCOL_VIOLATED),
						errmsg("this function must be called as an event trigger")));
	return reinterpret_cast<EventTriggerData *>(fcinfo->context);
}

} // namespace

void
_PG_init(void)
{
	catalog::install_registry();
	engine::install_callbacks();
	engine::define_lock_setting();
	engine::define_test_setting();
}

void
_PG_output_plugin_init(OutputPluginCallbacks *callbacks)
{
	publish::fill_callbacks(callbacks);
}

Datum
dv_catalog_changed(PG_FUNCTION_ARGS)
{
	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR, (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
						errmsg("this function must be called as a trigger")));
	catalog::catalog_changed();
	return PointerGetDatum(nullptr);
}

Datum
dv_capture(PG_FUNCTION_ARGS)
{
	return capture::capture_trigger(fcinfo);
}

Datum
dv_protect(PG_FUNCTION_ARGS)
{
	return capture::protect_trigger(fcinfo);
}

Datum
dv_create_view(PG_FUNCTION_ARGS)
{
	const char *name = text_argument(fcinfo, 0, "name");
	const char *query = text_argument(fcinfo, 1, "query");
	const char *refresh = text_argument(fcinfo, 2, "refresh");
	const char *method = text_argument(fcinfo, 3, "method");

	PG_RETURN_OID(catalog::create_view(name, query, refresh, method, bool_argument(fcinfo, 4, "with_data")));
}

Datum
dv_drop_view(PG_FUNCTION_ARGS)
{
	catalog::drop_view(relation_argument(fcinfo), bool_argument(fcinfo, 1, "cascade"));
	PG_RETURN_VOID();
}

Datum
dv_drop_by_name(PG_FUNCTION_ARGS)
{
	const char *name = text_argument(fcinfo, 0, "name");

	document::drop_by_name(name, bool_argument(fcinfo, 1, "cascade"));
	PG_RETURN_VOID();
}

Datum
dv_create_document_view(PG_FUNCTION_ARGS)
{
	const char *name = text_argument(fcinfo, 0, "name");

	need_argument(fcinfo, 1, "root");
	document::create_document_view(name, PG_GETARG_OID(1), optional_array(fcinfo, 2), optional_text(fcinfo, 3),
								   text_argument(fcinfo, 4, "refresh"));
	PG_RETURN_VOID();
}

Datum
dv_embed(PG_FUNCTION_ARGS)
{
	const char *name = text_argument(fcinfo, 0, "name");
	document::EmbedRequest request = {};

	need_argument(fcinfo, 1, "child");
	need_argument(fcinfo, 4, "relation");
	request.child = PG_GETARG_OID(1);
	request.path = text_argument(fcinfo, 2, "path");
	request.type = text_argument(fcinfo, 3, "type");
	request.relation = PG_GETARG_ARRAYTYPE_P(4);
	request.columns = optional_array(fcinfo, 5);
	request.filter = optional_text(fcinfo, 6);
	request.order_by = optional_text(fcinfo, 7);
	document::embed(name, request);
	PG_RETURN_VOID();
}

Datum
dv_unembed(PG_FUNCTION_ARGS)
{
	const char *name = text_argument(fcinfo, 0, "name");

	document::unembed(name, text_argument(fcinfo, 1, "path"));
	PG_RETURN_VOID();
}

Datum
dv_start(PG_FUNCTION_ARGS)
{
	PG_RETURN_OID(document::start(text_argument(fcinfo, 0, "name")));
}

Datum
dv_refresh(PG_FUNCTION_ARGS)
{
	Oid view = relation_argument(fcinfo);

	PG_RETURN_INT64(static_cast<int64>(catalog::refresh(view, text_argument(fcinfo, 1, "method"))));
}

Datum
dv_flush(PG_FUNCTION_ARGS)
{
	engine::flush_now();
	PG_RETURN_VOID();
}

Datum
dv_pause(PG_FUNCTION_ARGS)
{
	catalog::pause(relation_argument(fcinfo));
	PG_RETURN_VOID();
}

Datum
dv_resume(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(static_cast<int64>(catalog::resume(relation_argument(fcinfo))));
}

Datum
dv_explain(PG_FUNCTION_ARGS)
{
	catalog::explain_view(fcinfo, relation_argument(fcinfo));
	return static_cast<Datum>(0);
}

Datum
dv_explain_query(PG_FUNCTION_ARGS)
{
	catalog::explain_query(fcinfo, text_argument(fcinfo, 0, "query"));
	return static_cast<Datum>(0);
}

Datum
dv_verify(PG_FUNCTION_ARGS)
{
	engine::verify(fcinfo, relation_argument(fcinfo), false);
	return static_cast<Datum>(0);
}

Datum
dv_verify_state(PG_FUNCTION_ARGS)
{
	engine::verify(fcinfo, relation_argument(fcinfo), true);
	return static_cast<Datum>(0);
}

Datum
dv_rewritten(PG_FUNCTION_ARGS)
{
	const char *query = text_argument(fcinfo, 0, "query");
	const char *step = PG_ARGISNULL(1) ? nullptr : text_argument(fcinfo, 1, "step");
	const char *result = catalog::rewritten(query, step);

	if (result == nullptr)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(result));
}

Datum
dv_read_stats(PG_FUNCTION_ARGS)
{
	return catalog::read_stats(fcinfo, relation_argument(fcinfo));
}

Datum
dv_ddl_command_start(PG_FUNCTION_ARGS)
{
	EventTriggerData *event = event_of(fcinfo);

	sink_catalog::ddl_command_start(event->parsetree);
	catalog::ddl_command_start(event->parsetree, GetCommandTagName(event->tag));
	return static_cast<Datum>(0);
}

Datum
dv_ddl_command_end(PG_FUNCTION_ARGS)
{
	EventTriggerData *event = event_of(fcinfo);

	catalog::ddl_command_end(event->parsetree, GetCommandTagName(event->tag));
	document::follow_rename(event->parsetree);
	for (Oid view : document::follow_types(event->parsetree))
		sink_catalog::copy_anew(view, "A column in its documents has another type.");
	sink_catalog::ddl_command_end(event->parsetree);
	return static_cast<Datum>(0);
}

Datum
dv_sql_drop(PG_FUNCTION_ARGS)
{
	EventTriggerData *event = event_of(fcinfo);

	catalog::sql_drop(event->parsetree, GetCommandTagName(event->tag));
	document::forget_dropped();
	sink_catalog::sql_drop(event->parsetree);
	return static_cast<Datum>(0);
}
