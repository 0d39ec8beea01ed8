/*
 * What SQL calls for sinks.
 */
#include "entry.hpp"
#include "publish/documents.hpp"
#include "sink_catalog/declare.hpp"
#include "sink_catalog/follow.hpp"
#include "sink_catalog/launch.hpp"
#include "sink_catalog/server.hpp"
#include "sink_catalog/settings.hpp"
#include "sink_catalog/verify.hpp"

extern "C" {
EXPORT(dv_sink_row);
EXPORT(dv_preview_sink);
EXPORT(dv_mongo_validator);
EXPORT(dv_create_sink);
EXPORT(dv_start_sink);
EXPORT(dv_stop_sink);
EXPORT(dv_reset_sink);
EXPORT(dv_drop_sink);
EXPORT(dv_start_sinks);
EXPORT(dv_verify_sink);
EXPORT(dv_sink_settings);
EXPORT(dv_sink_next_generation);
EXPORT(dv_sink_dropped);
EXPORT(dv_sink_runs);
EXPORT(dv_owns_sink);
}

using namespace dv;

Datum
dv_sink_row(PG_FUNCTION_ARGS)
{
	need_argument(fcinfo, 0, "v");
	need_argument(fcinfo, 1, "options");
	return publish::sink_row(fcinfo, PG_GETARG_DATUM(0), PG_GETARG_JSONB_P(1));
}

Datum
dv_preview_sink(PG_FUNCTION_ARGS)
{
	need_argument(fcinfo, 0, "view");
	need_argument(fcinfo, 1, "options");
	publish::preview_sink(fcinfo, PG_GETARG_OID(0), PG_GETARG_JSONB_P(1));
	return static_cast<Datum>(0);
}

Datum
dv_mongo_validator(PG_FUNCTION_ARGS)
{
	sink_catalog::check_options(PG_GETARG_DATUM(0), PG_GETARG_OID(1));
	PG_RETURN_VOID();
}

Datum
dv_create_sink(PG_FUNCTION_ARGS)
{
	need_argument(fcinfo, 0, "view");
	need_argument(fcinfo, 4, "options");
	const char *server = text_argument(fcinfo, 1, "server");
	const char *database = text_argument(fcinfo, 2, "database");
	const char *collection = text_argument(fcinfo, 3, "collection");
	const char *name = sink_catalog::create_sink(PG_GETARG_OID(0), server, database, collection, PG_GETARG_JSONB_P(4));

	publish::check_documents(PG_GETARG_OID(0), PG_GETARG_JSONB_P(4));
	PG_RETURN_TEXT_P(cstring_to_text(name));
}

Datum
dv_start_sink(PG_FUNCTION_ARGS)
{
	sink_catalog::start_sink(text_argument(fcinfo, 0, "sink"));
	PG_RETURN_VOID();
}

Datum
dv_stop_sink(PG_FUNCTION_ARGS)
{
	sink_catalog::stop_sink(text_argument(fcinfo, 0, "sink"));
	PG_RETURN_VOID();
}

Datum
dv_reset_sink(PG_FUNCTION_ARGS)
{
	sink_catalog::reset_sink(text_argument(fcinfo, 0, "sink"));
	PG_RETURN_VOID();
}

Datum
dv_drop_sink(PG_FUNCTION_ARGS)
{
	const char *name = text_argument(fcinfo, 0, "sink");

	sink_catalog::drop_sink(name, bool_argument(fcinfo, 1, "drop_collection"));
	PG_RETURN_VOID();
}

Datum
dv_start_sinks(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(sink_catalog::start_sinks());
}

Datum
dv_verify_sink(PG_FUNCTION_ARGS)
{
	sink_catalog::verify_sink(fcinfo, text_argument(fcinfo, 0, "sink"));
	return static_cast<Datum>(0);
}

Datum
dv_sink_settings(PG_FUNCTION_ARGS)
{
	sink_catalog::sink_settings(fcinfo, text_argument(fcinfo, 0, "sink"));
	return static_cast<Datum>(0);
}

Datum
dv_sink_next_generation(PG_FUNCTION_ARGS)
{
	const char *name = text_argument(fcinfo, 0, "sink");

	need_argument(fcinfo, 1, "generation");
	PG_RETURN_INT32(sink_catalog::next_generation(name, PG_GETARG_INT32(1)));
}

Datum
dv_sink_dropped(PG_FUNCTION_ARGS)
{
	sink_catalog::dropped(text_argument(fcinfo, 0, "sink"));
	PG_RETURN_VOID();
}

Datum
dv_sink_runs(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(sink_catalog::runs(text_argument(fcinfo, 0, "sink")));
}

Datum
dv_owns_sink(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(sink_catalog::owns_sink(text_argument(fcinfo, 0, "sink")));
}
