#include "sink_catalog/server.hpp"

#include "pg/compat.hpp"
#include "pg/jsonb.hpp"

extern "C" {
#include "access/reloptions.h"
#include "catalog/pg_foreign_server.h"
#include "catalog/pg_user_mapping.h"
#include "commands/defrem.h"
}

namespace dv::sink_catalog {

namespace {

Jsonb *
as_object(List *options)
{
	JsonbParseState *state = nullptr;
	ListCell *cell;

	(void) pushJsonbValue(&state, WJB_BEGIN_OBJECT, nullptr);
	foreach (cell, options)
	{
		DefElem *option = lfirst_node(DefElem, cell);
		JsonbValue key = pg::json_string(option->defname);
		JsonbValue value = pg::json_string(defGetString(option));

		(void) pushJsonbValue(&state, WJB_KEY, &key);
		(void) pushJsonbValue(&state, WJB_VALUE, &value);
	}
	return JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_OBJECT, nullptr));
}

} // namespace

ForeignServer *
usable_server(const char *name, Oid role)
{
	ForeignServer *server = GetForeignServerByName(name, false);
	ForeignDataWrapper *wrapper = GetForeignDataWrapper(server->fdwid);

	if (strcmp(wrapper->fdwname, wrapper_name) != 0)
		ereport(ERROR, (errcode(ERRCODE_WRONG_OBJECT_TYPE), errmsg("server \"%s\" is not one of MongoDB", name),
						errdetail("Its foreign-data wrapper is \"%s\".", wrapper->fdwname),
						errhint("Make one with CREATE SERVER ... FOREIGN DATA WRAPPER %s.", wrapper_name)));
	if (!pg::may_use_server(server->serverid, role))
		aclcheck_error(ACLCHECK_NO_PRIV, OBJECT_FOREIGN_SERVER, name);
	return server;
}

Jsonb *
server_options(const ForeignServer *server)
{
	return as_object(server->options);
}

Jsonb *
mapping_options(const ForeignServer *server, Oid role)
{
	HeapTuple tuple =
		SearchSysCache2(USERMAPPINGUSERSERVER, ObjectIdGetDatum(role), ObjectIdGetDatum(server->serverid));
	bool none;

	if (!HeapTupleIsValid(tuple))
		tuple =
			SearchSysCache2(USERMAPPINGUSERSERVER, ObjectIdGetDatum(InvalidOid), ObjectIdGetDatum(server->serverid));
	if (!HeapTupleIsValid(tuple))
		return nullptr;
	Datum options = SysCacheGetAttr(USERMAPPINGUSERSERVER, tuple, Anum_pg_user_mapping_umoptions, &none);
	Jsonb *object = as_object(none ? NIL : untransformRelOptions(options));
	ReleaseSysCache(tuple);
	return object;
}

} // namespace dv::sink_catalog
