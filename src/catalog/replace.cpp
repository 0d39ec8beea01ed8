#include "catalog/replace.hpp"

#include "catalog/create.hpp"
#include "catalog/drop.hpp"
#include "catalog/relations.hpp"
#include "catalog/rows.hpp"
#include "engine/flush.hpp"

namespace dv::catalog {

namespace {

/* Does the relation, a view of ours, read `base`, also by way of others? */
bool
reads(Oid relation, Oid base)
{
	if (relation == base)
		return true;
	const View *reader = view(relation);
	for (int i = 0; reader && i < reader->ntables; i++)
	{
		if (reads(reader->tables[i], base))
			return true;
	}
	return false;
}

void
check_circle(Oid relid, const analyze::Analysis *analysis)
{
	for (int i = 0; i < analysis->ntables; i++)
	{
		if (!reads(analysis->tables[i].table, relid))
			continue;
		ereport(ERROR, (errcode(ERRCODE_INVALID_OBJECT_DEFINITION),
						errmsg("view \"%s\" cannot read itself", get_rel_name(relid)),
						analysis->tables[i].table == relid
							? 0
							: errdetail("It is read by \"%s\".", get_rel_name(analysis->tables[i].table))));
	}
}

Request
request_of(const View *view)
{
	Request request = {};

	request.schema = get_rel_namespace(view->view);
	request.schema_name = get_namespace_name(request.schema);
	request.name = get_rel_name(view->view);
	request.qualified = quote_qualified_identifier(request.schema_name, request.name);
	request.refresh = view->refresh;
	request.method = view->method;
	request.with_data = view->state != State::paused;
	return request;
}

/*
 * Writers of what the view reads and will read have ended, and have flushed into it: they lock their tables first, the views at
 * their commit.
 */
const View *
lock_for_replacement(const Request &request, Oid relid, const analyze::Analysis *analysis)
{
	pg::Vec<Oid> tables;
	pg::Vec<const View *> readers = parts_of(view(relid));

	readers.push(view(relid));
	for (const View *reader : readers)
	{
		for (int i = 0; i < reader->ntables; i++)
			tables.push(reader->tables[i]);
	}
	for (int i = 0; i < analysis->ntables; i++)
		tables.push(analysis->tables[i].table);
	qsort(tables.data, tables.n, sizeof(Oid), oid_cmp);
	for (Oid table : tables)
	{
		const View *below = view(table);
		if (get_rel_relkind(table) != RELKIND_FOREIGN_TABLE && (below == nullptr || !OidIsValid(below->part_of)))
			LockRelationOid(table, ShareRowExclusiveLock);
	}
	check_and_lock(request, analysis);
	for (const View *part : parts_of(owned_view(relid)))
		LockRelationOid(part->view, ShareRowExclusiveLock);
	LockRelationOid(relid, ShareRowExclusiveLock);
	engine::flush_now();
	return owned_view(relid);
}

/* The visible columns of the query are those of the table. */
void
check_columns(Oid relid, Oid definition)
{
	Relation table = relation_open(relid, AccessShareLock);
	Relation query = relation_open(definition, AccessShareLock);
	int n = RelationGetNumberOfAttributes(query);
	bool same = n <= RelationGetNumberOfAttributes(table);

	for (int i = 0; i < n && same; i++)
	{
		Form_pg_attribute have = TupleDescAttr(RelationGetDescr(table), i);
		Form_pg_attribute want = TupleDescAttr(RelationGetDescr(query), i);

		same = have->atttypid == want->atttypid && have->atttypmod == want->atttypmod &&
			   have->attcollation == want->attcollation && strcmp(NameStr(have->attname), NameStr(want->attname)) == 0;
	}
	relation_close(query, NoLock);
	relation_close(table, NoLock);
	if (!same)
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("the new query of view \"%s\" has other columns", get_rel_name(relid)),
						errhint("Drop the view, and make it anew.")));
}

/* Those who read a view have a higher rank than it. */
void
raise_readers(Oid relid, int rank)
{
	for (const View *reader : all_views())
	{
		for (int i = 0; i < reader->ntables; i++)
		{
			if (reader->tables[i] != relid || reader->rank > rank)
				continue;
			set_rank(reader->view, rank + 1);
			raise_readers(reader->view, rank + 1);
		}
	}
}

} // namespace

void
replace_query(Oid relid, Query *query, Jsonb *document_types)
{
	engine::flush_before_ddl();
	refuse_inside_statement("changed");

	/* One at a time, while those who write to it go on. */
	LockRelationOid(relid, ShareUpdateExclusiveLock);
	Request request = request_of(owned_view(relid));
	analyze::Analysis *first = analyze::analyze(query);
	check_circle(relid, first);
	const View *before = lock_for_replacement(request, relid, first);
	request = request_of(before);
	const pg::Vec<const View *> former_parts = parts_of(before);

	Definitions made = {};
	make_definitions(request, query, &made);
	check_columns(relid, made.definition);
	add_triggers(made.analysis);
	int rank = rank_of(made.analysis);
	set_query(relid, made.definition, made.maintained, rank, document_types);
	add_tables(request, relid, made.analysis);
	raise_readers(relid, rank);
	if (fitting_analysis(view(relid)) == nullptr)
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("the rows of view \"%s\" would be told apart by another key", request.name),
						errhint("Drop the view, and make it anew.")));
	hide_parts(&made.parts);
	if (request.with_data)
	{
		set_state(relid, State::fresh);
		(void) engine::recompute(relid);
	}
	/* last, since it locks readers out of tables that lose our triggers */
	drop_former(before, former_parts);
	advise(request, made);
}

} // namespace dv::catalog
