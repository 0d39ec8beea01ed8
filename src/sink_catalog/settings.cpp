#include "sink_catalog/settings.hpp"

#include "catalog/rows.hpp"
#include "pg/compat.hpp"
#include "pg/spi.hpp"
#include "sink_catalog/launch.hpp"
#include "sink_catalog/options.hpp"
#include "sink_catalog/server.hpp"

extern "C" {
#include "utils/pg_lsn.h"
}

namespace dv::sink_catalog {

namespace {

enum Column : int {
	view_oid,
	view,
	owner,
	server,
	server_options_column,
	user_options,
	database,
	collection,
	options,
	slot,
	wanted,
	generation,
	hold,
	hold_upto,
	ncolumns
};

struct Row
{
	Datum values[ncolumns] = {};
	bool nulls[ncolumns] = {};

	void set(Column column, Datum value) { values[column] = value; }
	void set_text(Column column, const char *text)
	{
		nulls[column] = text == nullptr;
		if (text)
			set(column, CStringGetTextDatum(text));
	}
	void set_json(Column column, Jsonb *json)
	{
		nulls[column] = json == nullptr;
		if (json)
			set(column, JsonbPGetDatum(json));
	}
};

/* Of deltaview.sink_hold, while its holder is there. */
void
set_hold(Row *row, const char *name)
{
	Relation rel = catalog::open_catalog("sink_hold", AccessShareLock);
	SysScanDesc rows = systable_beginscan(rel, InvalidOid, false, nullptr, 0, nullptr);

	row->set(hold, BoolGetDatum(false));
	row->nulls[hold_upto] = true;
	while (HeapTuple tuple = systable_getnext(rows))
	{
		bool null;
		const char *sink = TextDatumGetCString(heap_getattr(tuple, 1, RelationGetDescr(rel), &null));

		if (strcmp(sink, name) != 0 || !is_held(name))
			continue;
		row->set(hold, BoolGetDatum(true));
		Datum upto = heap_getattr(tuple, 2, RelationGetDescr(rel), &null);
		row->nulls[hold_upto] = null;
		row->set(hold_upto, null ? static_cast<Datum>(0) : LSNGetDatum(DatumGetLSN(upto)));
	}
	systable_endscan(rows);
	table_close(rel, AccessShareLock);
}

} // namespace

void
sink_settings(FunctionCallInfo fcinfo, const char *name)
{
	ReturnSetInfo *result = reinterpret_cast<ReturnSetInfo *>(fcinfo->resultinfo);
	Sink sink = {};
	Row row;

	InitMaterializedSRF(fcinfo, 0);
	if (!find_sink(name, &sink))
		return;
	sink = owned_sink(name);
	bool there = SearchSysCacheExists1(RELOID, ObjectIdGetDatum(sink.view));
	Oid server_id = get_foreign_server_oid(sink.server, true);
	row.nulls[view_oid] = !there;
	row.set(view_oid, ObjectIdGetDatum(sink.view));
	row.set_text(view, there ? pg::qualified_name(sink.view) : nullptr);
	row.set_text(owner, GetUserNameFromId(sink.owner, true));
	row.set_text(server, sink.server);
	row.nulls[server_options_column] = row.nulls[user_options] = true;
	/* Who has lost the right to use it may still stop and drop the sink. */
	if (OidIsValid(server_id) && (sink.wanted == Wanted::run || pg::may_use_server(server_id, sink.owner)))
	{
		ForeignServer *foreign = usable_server(sink.server, sink.owner);

		row.set_json(server_options_column, server_options(foreign));
		row.set_json(user_options, mapping_options(foreign, sink.owner));
	}
	row.set_text(database, sink.database);
	row.set_text(collection, sink.collection);
	row.set_json(options, complete_options(sink));
	row.set_text(slot, sink.slot);
	row.set_text(wanted, name_of(sink.wanted));
	row.set(generation, Int32GetDatum(sink.generation));
	set_hold(&row, name);
	tuplestore_putvalues(result->setResult, result->setDesc, row.values, row.nulls);
}

bool
owns_sink(const char *name)
{
	Sink sink = {};

	return find_sink(name, &sink) && has_privs_of_role(GetUserId(), sink.owner);
}

} // namespace dv::sink_catalog
