#include "sink_catalog/follow.hpp"

#include "catalog/relations.hpp"
#include "catalog/rows.hpp"
#include "catalog/statements.hpp"
#include "sink_catalog/launch.hpp"

extern "C" {
#include "foreign/foreign.h"
}

namespace dv::sink_catalog {

namespace {

bool
exists(Oid view)
{
	return SearchSysCacheExists1(RELOID, ObjectIdGetDatum(view));
}

/* The key of a view that has none of its own: the documents have another _id. */
bool
makes_key(const AlterTableStmt *stmt, Oid altered)
{
	catalog::Key key = {};
	ListCell *cell;

	if (catalog::find_role(altered, &key) != catalog::Role::view || key.exists)
		return false;
	foreach (cell, stmt->cmds)
	{
		const AlterTableCmd *command = lfirst_node(AlterTableCmd, cell);

		if (command->subtype == AT_AddConstraint &&
			reinterpret_cast<const Constraint *>(command->def)->contype == CONSTR_PRIMARY)
			return true;
	}
	return false;
}

/* The row has the owner, for when the view is gone. */
void
follow_view(const AlterTableStmt *stmt)
{
	Oid altered = RangeVarGetRelid(stmt->relation, NoLock, true);

	for (const Sink &sink : read_sinks())
	{
		if (sink.view == altered && !is_going(sink))
			update_sink(sink);
	}
	if (OidIsValid(altered) && makes_key(stmt, altered))
		copy_anew(altered, "The key of its rows is another.");
}

void
rename_server(const RenameStmt *stmt)
{
	for (Sink &sink : read_sinks())
	{
		if (strcmp(sink.server, strVal(stmt->object)) != 0)
			continue;
		sink.server = stmt->newname;
		update_sink(sink);
	}
}

/* Where to write or as whom may have changed. */
void
notify_sinks(const char *server)
{
	for (const Sink &sink : read_sinks())
	{
		if (strcmp(sink.server, server) == 0)
			notify(sink.name);
	}
}

bool
is_our_extension(const Node *parsetree)
{
	const DropStmt *stmt = reinterpret_cast<const DropStmt *>(parsetree);
	ListCell *cell;

	if (!IsA(parsetree, DropStmt) || stmt->removeType != OBJECT_EXTENSION)
		return false;
	foreach (cell, stmt->objects)
	{
		if (strcmp(strVal(lfirst(cell)), "pg_deltaview") == 0)
			return true;
	}
	return false;
}

} // namespace

void
let_go(const Sink &sink, int elevel)
{
	if (never_ran(sink.name) && !runs(sink.name))
	{
		remove_sink(sink.name);
		return;
	}
	if (!module_exists())
	{
		remove_sink(sink.name);
		ereport(WARNING,
				(errmsg("the replication slot of sink \"%s\" is left behind", sink.name),
				 errdetail("This build of pg_deltaview has no MongoDB sink, which would drop it."),
				 errhint("Look for \"%s_*\" in pg_replication_slots, and use pg_drop_replication_slot().", sink.slot)));
		return;
	}
	update_sink(sink);
	if (!runs(sink.name))
		start_worker(sink.name, elevel);
}

void
copy_anew(Oid view, const char *reason)
{
	for (Sink &sink : read_sinks())
	{
		if (sink.view != view || is_going(sink))
			continue;
		ereport(NOTICE, (errmsg("sink \"%s\" copies its view anew", sink.name), errdetail_internal("%s", reason)));
		sink.generation++;
		update_sink(sink);
	}
}

/* The slots would stay, and keep the log. */
void
ddl_command_start(Node *parsetree)
{
	if (parsetree == nullptr || !is_our_extension(parsetree))
		return;
	pg::Vec<Sink> sinks = read_sinks();
	if (!sinks.empty())
		ereport(ERROR,
				(errcode(ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST),
				 errmsg("cannot drop extension \"pg_deltaview\" while there is a sink"),
				 is_going(sinks[0]) ? errdetail("Sink \"%s\" is being dropped.", sinks[0].name)
									: errdetail("Sink \"%s\" has a replication slot.", sinks[0].name),
				 errhint("Use deltaview.drop_sink(), and wait until the sink is gone from deltaview.sink_stats.")));
}

void
ddl_command_end(Node *parsetree)
{
	if (parsetree == nullptr)
		return;
	switch (nodeTag(parsetree))
	{
	case T_AlterTableStmt:
		follow_view(reinterpret_cast<AlterTableStmt *>(parsetree));
		break;
	case T_RenameStmt:
		if (reinterpret_cast<RenameStmt *>(parsetree)->renameType == OBJECT_FOREIGN_SERVER)
			rename_server(reinterpret_cast<RenameStmt *>(parsetree));
		break;
	case T_AlterForeignServerStmt:
		notify_sinks(reinterpret_cast<AlterForeignServerStmt *>(parsetree)->servername);
		break;
	case T_CreateUserMappingStmt:
		notify_sinks(reinterpret_cast<CreateUserMappingStmt *>(parsetree)->servername);
		break;
	case T_AlterUserMappingStmt:
		notify_sinks(reinterpret_cast<AlterUserMappingStmt *>(parsetree)->servername);
		break;
	case T_DropUserMappingStmt:
		notify_sinks(reinterpret_cast<DropUserMappingStmt *>(parsetree)->servername);
		break;
	default:
		break;
	}
}

void
sql_drop(Node *parsetree)
{
	for (Sink &sink : read_sinks())
	{
		bool server_gone = !OidIsValid(get_foreign_server_oid(sink.server, true));

		if (is_going(sink) || (exists(sink.view) && !server_gone))
			continue;
		if (exists(sink.view) && catalog::drop_behavior(parsetree) != DROP_CASCADE)
			ereport(ERROR, (errcode(ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST),
							errmsg("cannot drop server \"%s\" because a sink depends on it", sink.server),
							errdetail("Sink \"%s\" writes there.", sink.name),
							errhint("Use deltaview.drop_sink() first, or DROP ... CASCADE to drop the sink too.")));
		ereport(NOTICE, (errmsg("drop cascades to sink \"%s\"", sink.name)));
		sink.wanted = Wanted::drop;
		let_go(sink, WARNING);
	}
}

} // namespace dv::sink_catalog
