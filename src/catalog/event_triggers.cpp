#include "catalog/event_triggers.hpp"

#include "capture/transaction.hpp"
#include "catalog/attach.hpp"
#include "catalog/build.hpp"
#include "catalog/ddl.hpp"
#include "catalog/drop.hpp"
#include "catalog/relations.hpp"
#include "catalog/rows.hpp"
#include "catalog/statements.hpp"
#include "catalog/whole_row.hpp"
#include "engine/flush.hpp"
#include "pg/compat.hpp"
#include "pg/identity.hpp"
#include "pg/spi.hpp"

extern "C" {
#include "commands/tablecmds.h"
}

namespace dv::catalog {

namespace {

bool
begins(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

struct Remembered
{
	Oid view;
	bool fits;           /* its analysis */
	const char *ordered; /* its query, every order completed */
};

/*
 * Between the start and the end of a command: the relation of ours that it
 * names, its key, and the views on it as they were before.
 */
struct Pending
{
	Node *parsetree;
	LocalTransactionId transaction;
	Oid relation;
	Oid key;
	int nviews;
	Remembered *views;
};

Pending pending;

/* The views on the relation, or the relation itself, where it is ours. */
pg::Vec<const View *>
views_of(Oid relation)
{
	pg::Vec<const View *> views;
	const View *itself = view(relation);

	if (itself != nullptr)
		views.push(itself);
	for (const View *candidate : all_views())
	{
		for (int i = 0; i < candidate->ntables; i++)
		{
			if (candidate->tables[i] == relation)
				views.push(candidate);
		}
	}
	return views;
}

char *
ordered_query(const View *view)
{
	Oid definition = OidIsValid(view->part_of) ? view->part_of : view->definition;
	return analyze::text_of(analyze::complete_orders(analyze::stored_query(definition)));
}

/* Kept to the end of the command, in TopTransactionContext. */
void
remember(Node *parsetree, Oid relation)
{
	pg::Vec<const View *> views = views_of(relation);

	pending = {parsetree, pg::local_transaction(), relation, InvalidOid, 0, nullptr};
	if (views.empty())
		return;
	pending.key = analyze::key_index(relation);
	pending.views = static_cast<Remembered *>(MemoryContextAlloc(TopTransactionContext, sizeof(Remembered) * views.n));
	for (const View *candidate : views)
	{
		bool fits = fitting_analysis(candidate) != nullptr;
		const char *ordered =
			OidIsValid(pending.key) ? MemoryContextStrdup(TopTransactionContext, ordered_query(candidate)) : nullptr;
		pending.views[pending.nviews++] = {candidate->view, fits, ordered};
	}
}

bool
is_whole(const View *view)
{
	return SearchSysCacheExists1(RELOID, ObjectIdGetDatum(view->view)) &&
		   SearchSysCacheExists1(RELOID, ObjectIdGetDatum(view->definition)) &&
		   SearchSysCacheExists1(RELOID, ObjectIdGetDatum(view->maintained));
}

/* Rows of the table have changed, and it is not known which. */
void
note_unknown(const Table *changed)
{
	note_stale(changed->table);
	if (changed->captured)
		capture::append_unknown(changed->table);
}

/* REFRESH MATERIALIZED VIEW, SET EXPRESSION: which rows of it have changed is not known. */
void
note_computed_anew(Oid relation)
{
	const Table *computed = OidIsValid(relation) ? table(relation) : nullptr;

	if (computed != nullptr)
		note_unknown(computed);
}

/* A command that changes how a view must be kept would leave it without the columns or the index for it. */
void
check_remembered(Node *parsetree)
{
	if (pending.parsetree != parsetree || pending.transaction != pg::local_transaction())
		return;

	Pending done = pending;
	pending.parsetree = nullptr;
	if (const char *trigger =
			SearchSysCacheExists1(RELOID, ObjectIdGetDatum(done.relation)) && !views_of(done.relation).empty()
				? disabled_trigger(done.relation)
				: nullptr)
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("trigger \"%s\" on \"%s\" must fire always", trigger, get_rel_name(done.relation)),
						errdetail("Without it, views would silently become wrong."),
						errhint("Use deltaview.pause() for the views on this table.")));
	for (int i = 0; i < done.nviews; i++)
	{
		const Remembered &before = done.views[i];
		const View *candidate = view(before.view);

		if (candidate == nullptr || !is_whole(candidate))
			continue;
		bool misfits = before.fits && fitting_analysis(candidate) == nullptr;
		bool disordered = before.ordered && analyze::key_index(done.relation) != done.key &&
						  strcmp(ordered_query(candidate), before.ordered) != 0;
		if (!misfits && !disordered)
			continue;
		ereport(ERROR, (errcode(ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST),
						errmsg("view \"%s\" could not be maintained after this command", get_rel_name(candidate->view)),
						misfits ? errdetail("It needs a key or an index that the command changes.")
								: errdetail("A key that the command changes completes its order."),
						errhint("Drop the view, and make it anew afterwards.")));
	}
}

bool
has(const pg::Vec<Oid> &oids, Oid oid)
{
	for (Oid known : oids)
	{
		if (known == oid)
			return true;
	}
	return false;
}

/* Rights may come later, so this is no error; without them, writers fail. */
void
warn_of_missing_rights(const View *view, const pg::Vec<Oid> &tables, Oid owner)
{
	for (Oid table : tables)
	{
		if (pg_class_aclcheck(table, owner, ACL_SELECT) != ACLCHECK_OK)
			ereport(WARNING, (errmsg("role \"%s\", who owns view \"%s\" now, cannot read table \"%s\"",
									 GetUserNameFromId(owner, false), get_rel_name(view->view), get_rel_name(table)),
							  errhint("GRANT SELECT on the table: changes of the view's tables fail without it.")));
	}
}

void
give(Oid relation, Oid owner)
{
	ATExecChangeOwner(relation, owner, true, AccessExclusiveLock);
	CommandCounterIncrement();
}

void
give_all(const View *view, Oid owner)
{
	pg::Vec<Oid> tables;
	auto add_tables = [&tables](const View *reader) {
		for (int i = 0; i < reader->ntables; i++)
		{
			if (!has(tables, reader->tables[i]))
				tables.push(reader->tables[i]);
		}
	};

	give(view->definition, owner);
	if (view->maintained != view->definition)
		give(view->maintained, owner);
	add_tables(view);
	for (const View *part : parts_of(view))
	{
		give(part->view, owner);
		give(part->definition, owner);
		add_tables(part);
	}
	warn_of_missing_rights(view, tables, owner);
}

void
rename_hidden(Oid relation, Oid schema, const char *base, const char *suffix)
{
	LockRelationOid(relation, AccessExclusiveLock);
	RenameRelationInternal(relation, hidden_name(schema, base, suffix), true, false);
	CommandCounterIncrement();
}

/* What is hidden goes by the name of its view, and has the same owner. */
void
follow_view(const View *view)
{
	Oid owner = owner_of(view->view);
	Oid schema = get_rel_namespace(view->view);

	if (OidIsValid(view->part_of))
		return;
	if (owner_of(view->definition) != owner)
		give_all(view, owner);

	/* A suffix _1, _2, ... makes it unique; then the cut may be earlier. */
	char *base = hidden_base_name(get_namespace_name(schema), get_rel_name(view->view));
	if (strncmp(get_rel_name(view->definition), base, Min(strlen(base), NAMEDATALEN - 12)) == 0)
		return;
	rename_hidden(view->definition, schema, base, "");
	if (view->maintained != view->definition)
		rename_hidden(view->maintained, schema, base, "_query");
	int n = 0;
	for (const View *part : parts_of(view))
	{
		n++;
		rename_hidden(part->view, schema, base, psprintf("_part%d", n));
		rename_hidden(part->definition, schema, base, psprintf("_part%d_query", n));
	}
}

/* A new, changed or renamed column changes what to_jsonb gives of a row: such views are computed anew. */
void
note_changed_rows(Oid relation)
{
	pg::Vec<Oid> noted;

	for (const View *reader : OidIsValid(relation) ? all_views() : pg::Vec<const View *>())
	{
		for (int i = 0; i < reader->ntables && reader->state != State::paused; i++)
		{
			Oid base = reader->tables[i];

			if (has(noted, base) ||
				!(base == relation ? reads_whole_row(reader->maintained, base) : holds_rows_of(base, relation)))
				continue;
			noted.push(base);
			note_unknown(table(base));
		}
	}
}

void
check_everything()
{
	for (const View *candidate : all_views())
	{
		if (!is_whole(candidate))
			continue;
		check_view_table(candidate);
		follow_view(candidate);
	}
	for (const View *candidate : all_views())
	{
		if (!is_whole(candidate) || candidate->refresh == Refresh::on_demand)
			continue;
		for (int i = 0; i < candidate->ntables; i++)
		{
			if (SearchSysCacheExists1(RELOID, ObjectIdGetDatum(candidate->tables[i])) &&
				view(candidate->tables[i]) == nullptr)
				check_base_table(candidate->tables[i], owner_of(candidate->view));
		}
	}
}

/* A writer locks the parts of a view before the view. */
void
lock_parts_first(Node *parsetree)
{
	Oid relid = view_whose_parts_follow(parsetree);

	if (!OidIsValid(relid) || !pg::owns_relation(relid, GetUserId()))
		return;
	for (const View *part : parts_of(view(relid)))
		LockRelationOid(part->view, AccessExclusiveLock);
}

/* What a drop names: a trigger of ours on a table that still needs it may not go. */
void
check_dropped_triggers()
{
	pg::Identity me = pg::assume(GetUserId(), 0);
	SPI_connect();
	(void) pg::query("SELECT object_name, address_names[1], address_names[2], address_names[3] "
					 "FROM pg_catalog.pg_event_trigger_dropped_objects() "
					 "WHERE object_type = 'trigger' AND address_names[3] LIKE '\\_\\_dv\\_%'",
					 GetTransactionSnapshot());
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		HeapTuple tuple = SPI_tuptable->vals[i];
		TupleDesc desc = SPI_tuptable->tupdesc;
		char *schema = SPI_getvalue(tuple, desc, 2);
		char *name = SPI_getvalue(tuple, desc, 3);
		char *trigger = SPI_getvalue(tuple, desc, 4);
		Oid nsp = schema ? get_namespace_oid(schema, true) : InvalidOid;
		Oid relation = OidIsValid(nsp) && name ? get_relname_relid(name, nsp) : InvalidOid;

		if (!OidIsValid(relation))
			continue;
		pg::Vec<const View *> views = views_of(relation);
		if (views.empty())
			continue;
		ereport(ERROR, (errcode(ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST),
						errmsg("cannot drop trigger \"%s\" on \"%s\"", trigger, name),
						errdetail("View \"%s\" needs it.", get_rel_name(views[0]->view)),
						errhint("Use deltaview.drop_view() to drop the view.")));
	}
	SPI_finish();
	pg::resume(me);
}

} // namespace

void
ddl_command_start(Node *parsetree, const char *tag)
{
	if (in_own_ddl())
		return;
	/* What makes something new and looks at no table of ours need not wait for a flush. */
	if (capture::active() && !begins(tag, "CREATE TABLE") && !begins(tag, "SELECT INTO") && !begins(tag, "COMMENT") &&
		!begins(tag, "GRANT") && !begins(tag, "CREATE SEQUENCE") && !begins(tag, "CREATE TYPE"))
		engine::flush_before_ddl();
	if (all_views().empty())
		return;
	refuse_statement(parsetree);
	lock_before_drop(parsetree);
	lock_parts_first(parsetree);

	Oid relation = relation_whose_shape_changes(parsetree);
	if (OidIsValid(relation))
		remember(parsetree, relation);
}

void
ddl_command_end(Node *parsetree, const char *tag)
{
	if (in_own_ddl() || all_views().empty())
		return;
	check_remembered(parsetree);
	note_changed_rows(relation_whose_columns_change(parsetree));
	note_computed_anew(relation_computed_anew(parsetree));
	if (begins(tag, "ALTER TABLE") || begins(tag, "CREATE TABLE") || begins(tag, "CREATE FOREIGN TABLE") ||
		begins(tag, "ALTER FOREIGN TABLE") || begins(tag, "ALTER SCHEMA") || begins(tag, "REASSIGN OWNED") ||
		begins(tag, "CREATE SUBSCRIPTION") || begins(tag, "ALTER SUBSCRIPTION"))
		check_everything();
}

void
sql_drop(Node *parsetree, const char *)
{
	if (all_views().empty())
		return;
	clean_up_after_drop(drop_behavior(parsetree));
	if (!all_views().empty())
	{
		check_dropped_triggers();
		check_remembered(parsetree);
	}
}

} // namespace dv::catalog
