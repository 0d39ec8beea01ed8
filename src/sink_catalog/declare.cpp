#include "sink_catalog/declare.hpp"

#include "catalog/relations.hpp"
#include "catalog/rows.hpp"
#include "pg/compat.hpp"
#include "sink_catalog/follow.hpp"
#include "sink_catalog/launch.hpp"
#include "sink_catalog/options.hpp"
#include "sink_catalog/server.hpp"

extern "C" {
#include "access/xlog.h"
#include "catalog/pg_foreign_server.h"
#include "common/hashfn.h"
}

namespace dv::sink_catalog {

namespace {

constexpr size_t longest_namespace = 255 - sizeof(".deltaview_copy_2147483647");
constexpr const char *positions_collection = "deltaview_positions";

/* The columns of the view's key, or of the primary key that somebody has given it; null where there is none. */
bool
find_key(Relation rel, Bitmapset **columns)
{
	catalog::Key key = {};

	(void) catalog::find_role(RelationGetRelid(rel), &key);
	for (int i = 0; i < key.ncolumns; i++)
		*columns = bms_add_member(*columns, key.columns[i] - FirstLowInvalidHeapAttributeNumber);
	if (!key.exists)
		*columns = RelationGetIndexAttrBitmap(rel, INDEX_ATTR_BITMAP_PRIMARY_KEY);
	return key.exists || *columns != nullptr;
}

void
check_view(Oid view)
{
	const catalog::View *found = catalog::owned_view(view);
	const char *name = get_rel_name(view);
	Bitmapset *columns = nullptr;

	if (OidIsValid(found->part_of))
		ereport(ERROR, (errcode(ERRCODE_WRONG_OBJECT_TYPE), errmsg("\"%s\" is a hidden part of a view", name)));
	Relation rel = table_open(view, AccessShareLock);
	if (!find_key(rel, &columns))
		ereport(
			ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE), errmsg("view \"%s\" has no visible key", name),
			 errdetail("The _id of a document is made of its row's key."),
			 errhint("Make a primary key on columns of the view that are unique: ALTER TABLE %s ADD PRIMARY KEY (...).",
					 quote_identifier(name))));
	if (rel->rd_rel->relreplident != REPLICA_IDENTITY_FULL &&
		!bms_is_subset(columns, RelationGetIndexAttrBitmap(rel, INDEX_ATTR_BITMAP_IDENTITY_KEY)))
		ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
						errmsg("the replica identity of view \"%s\" lacks its key", name),
						errdetail("What the log says of a deleted row would not tell which document goes."),
						errhint("Use ALTER TABLE %s REPLICA IDENTITY FULL.", quote_identifier(name))));
	table_close(rel, NoLock);
}

[[noreturn]] void
refuse_name(const char *what, const char *name, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_NAME), errmsg("invalid name of a %s: \"%s\"", what, name), errhint("%s", hint)));
	pg_unreachable();
}

void
check_target(const char *database, const char *collection)
{
	if (*database == '\0' || strlen(database) > 63 || strpbrk(database, "/\\. \"$*<>:|?") != nullptr)
		refuse_name("MongoDB database", database, "It has 1 to 63 bytes, and none of these: /\\. \"$*<>:|?");
	if (*collection == '\0' || strchr(collection, '$') != nullptr || strncmp(collection, "system.", 7) == 0 ||
		collection[0] == '.' || collection[strlen(collection) - 1] == '.')
		refuse_name("collection", collection,
					"It must not be empty, begin or end with a dot, begin with \"system.\", or have a \"$\".");
	if (strlen(database) + strlen(collection) > longest_namespace)
		refuse_name("collection", collection,
					psprintf("With the database's name it may have %zu bytes.", longest_namespace));
	if (strcmp(collection, positions_collection) == 0)
		refuse_name("collection", collection, "Sinks keep their positions there.");
}

/* No other sink has this name or writes there. */
void
check_is_new(const Sink &sink)
{
	for (const Sink &other : read_sinks())
	{
		if (strcmp(other.name, sink.name) == 0)
			ereport(ERROR, (errcode(ERRCODE_DUPLICATE_OBJECT), errmsg("sink \"%s\" already exists", sink.name),
							is_going(other) ? errdetail("It is being dropped.") : 0,
							is_going(other) ? 0 : errhint("Give this one another name with option \"name\".")));
		if (strcmp(other.server, sink.server) == 0 && strcmp(other.database, sink.database) == 0 &&
			strcmp(other.collection, sink.collection) == 0)
			ereport(ERROR, (errcode(ERRCODE_DUPLICATE_OBJECT),
							errmsg("sink \"%s\" already writes to collection \"%s\"", other.name, sink.collection)));
	}
}

void
check_name(const char *name)
{
	if (*name == '\0' || strlen(name) >= NAMEDATALEN)
		refuse_name("sink", name, psprintf("It has 1 to %d bytes; option \"name\" sets it.", NAMEDATALEN - 1));
}

/* Slots are named in lower-case letters, digits and underscores, and are those of all databases. */
const char *
slot_name(const char *sink)
{
	char name[21];
	bool whole = strlen(sink) < sizeof(name);

	pg::copy_text(name, sink);
	for (char *c = name; *c != '\0'; c++)
	{
		if ((*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9') || *c == '_')
			continue;
		*c = *c >= 'A' && *c <= 'Z' ? static_cast<char>(*c - 'A' + 'a') : '_';
		whole = false;
	}
	if (whole)
		return psprintf("deltaview_%u_%s", MyDatabaseId, name);
	uint32 hash = hash_bytes(reinterpret_cast<const unsigned char *>(sink), static_cast<int>(strlen(sink)));
	return psprintf("deltaview_%u_%s_%08x", MyDatabaseId, name, hash);
}

void
warn_of_restart(const char *sink)
{
	const char *preloaded = GetConfigOption("shared_preload_libraries", true, false);

	if (preloaded == nullptr || strstr(preloaded, module_name) == nullptr)
		ereport(WARNING,
				(errmsg("sink \"%s\" will not go on by itself after a restart of the server", sink),
				 errhint("Set shared_preload_libraries = '%s', which starts the sinks with the server, or call "
						 "deltaview.start_sink() then.",
						 module_name)));
}

Sink
changeable_sink(const char *name)
{
	lock_sinks();
	Sink sink = owned_sink(name);

	if (is_going(sink))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE), errmsg("sink \"%s\" is being dropped", name)));
	return sink;
}

void
start(const Sink &sink)
{
	if (has_worker(sink) && !runs(sink.name))
		start_worker(sink.name, ERROR);
}

} // namespace

const char *
create_sink(Oid view, const char *server, const char *database, const char *collection, Jsonb *options)
{
	need_module();
	if (wal_level < WAL_LEVEL_LOGICAL)
		ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE), errmsg("a sink needs wal_level = logical"),
						errhint("Set it in postgresql.conf, and restart the server.")));
	lock_sinks();
	check_view(view);
	/* A drop of it that comes meanwhile waits, and then sees the sink. */
	LockDatabaseObject(ForeignServerRelationId, usable_server(server, GetUserId())->serverid, 0, AccessShareLock);
	AcceptInvalidationMessages();
	(void) usable_server(server, GetUserId());
	check_target(database, collection);

	Chosen chosen = parse_options(options, view);
	Sink sink = {};
	sink.name = chosen.name ? chosen.name : collection;
	sink.view = view;
	sink.server = server;
	sink.database = database;
	sink.collection = collection;
	sink.owner = catalog::owner_of(view);
	sink.options = chosen.kept;
	sink.wanted = chosen.start ? Wanted::run : Wanted::stop;
	sink.generation = 1;
	check_name(sink.name);
	sink.slot = slot_name(sink.name);
	(void) usable_server(server, sink.owner);
	check_is_new(sink);
	add_sink(sink);
	if (chosen.start)
		start(sink);
	if (chosen.start && has_worker(sink))
		warn_of_restart(sink.name);
	return sink.name;
}

void
start_sink(const char *name)
{
	Sink sink = changeable_sink(name);
	bool wanted = sink.wanted == Wanted::run;

	need_module();
	sink.wanted = Wanted::run;
	update_sink(sink);
	/* One that is about to stop still holds its lock: the new worker waits for it. */
	if (wanted)
		start(sink);
	else if (has_worker(sink))
		start_worker(sink.name, ERROR);
}

void
stop_sink(const char *name)
{
	Sink sink = changeable_sink(name);

	sink.wanted = Wanted::stop;
	update_sink(sink);
}

void
reset_sink(const char *name)
{
	Sink sink = changeable_sink(name);

	sink.generation++;
	update_sink(sink);
	if (sink.wanted == Wanted::run)
		start(sink);
}

void
drop_sink(const char *name, bool drop_collection)
{
	lock_sinks();
	Sink sink = owned_sink(name);

	sink.wanted = drop_collection ? Wanted::drop_with_collection : Wanted::drop;
	let_go(sink, ERROR);
}

bool
start_sinks()
{
	bool all = true;

	for (const Sink &sink : read_sinks())
	{
		if ((is_going(sink) || (sink.wanted == Wanted::run && has_worker(sink))) && !runs(sink.name))
			all = start_worker(sink.name, WARNING) && all;
	}
	return all;
}

int32
next_generation(const char *name, int32 generation)
{
	lock_sinks();
	Sink sink = owned_sink(name);

	if (sink.generation == generation)
	{
		sink.generation++;
		update_sink(sink);
	}
	return sink.generation;
}

void
dropped(const char *name)
{
	lock_sinks();
	Sink sink = owned_sink(name);

	if (!is_going(sink))
		ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
						errmsg("sink \"%s\" is not being dropped", name), errhint("Call deltaview.drop_sink().")));
	remove_sink(name);
}

} // namespace dv::sink_catalog
