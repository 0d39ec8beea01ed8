#include "analyze/parts.hpp"
#include "analyze/work.hpp"

#include <new>

namespace dv::analyze {

namespace {

void
analyze_complete(Work *work)
{
	Analysis *analysis = work->analysis;
	work->ir->kind = core::Kind::complete;
	work->ir->keys = {};
	work->ir->edges = {};
	work->occurrences.clear();
	analysis->content_sql = text_of(work->query);
	analysis->ncolumns = analysis->nvisible;
	analysis->shape.identity = engine::Identity::content;
	analysis->shape.nvisible = analysis->nvisible;
	analysis->shape.nkeys = 0;
	analysis->shape.keys = nullptr;
	analysis->hash_name = "__dv_image";
	analysis->index_unique = false;
	analysis->keys_not_null = false;

	FirstRows rows;
	if (reads_first_rows(work->query, &rows))
	{
		work->ir->first_rows = has_index_for(rows);
		analysis->advice = work->ir->first_rows
							   ? nullptr
							   : psprintf("CREATE INDEX ON %s (%s);", relation_text(rows.table), rows.index_columns);
	}
}

bool
is_simple(const Query *query)
{
	return query->groupClause == NIL && query->groupingSets == NIL && !query->hasAggs && !query->hasWindowFuncs &&
		   query->distinctClause == NIL && query->limitCount == nullptr && query->limitOffset == nullptr &&
		   query->havingQual == nullptr;
}

void
refuse_reserved_names(Query *query)
{
	ListCell *lc;
	foreach (lc, query->targetList)
	{
		TargetEntry *entry = lfirst_node(TargetEntry, lc);
		if (!entry->resjunk && strncmp(entry->resname, "__dv_", 5) == 0)
			ereport(ERROR, (errcode(ERRCODE_RESERVED_NAME), errmsg("column name \"%s\" is reserved", entry->resname),
							errdetail("Names that begin with \"__dv_\" are those of maintenance columns.")));
	}
}

} // namespace

void
drop_needless_order(Query *query)
{
	if (query->limitCount == nullptr && query->limitOffset == nullptr && !query->hasDistinctOn && !query->hasTargetSRFs)
		query->sortClause = NIL;
}

Analysis *
analyze(Query *stored, Oid view, bool use_keys, bool is_part)
{
	Analysis *analysis = static_cast<Analysis *>(palloc0(sizeof(Analysis)));
	core::View *ir = new (palloc(sizeof(core::View))) core::View();
	Work *work = new (palloc(sizeof(Work))) Work{analysis, ir, normalize(stored), {}, {}, {}, use_keys, view};
	Query *query = work->query;

	refuse_reserved_names(query);
	analysis->surroundings = refuse_what_cannot_be(query);
	drop_needless_order(query);
	analysis->ir = ir;
	analysis->nvisible = count_columns(query->targetList);
	work->tables = tables_of(query);
	if (OidIsValid(view))
		ir->name = text(relation_text(view));
	describe_tables(work); /* key search needs the tables; the columns may grow */

	Flat *flat = flatten(query);
	List *entries = NIL;
	engine::Identity identity = engine::Identity::group;
	if (flat && is_simple(query))
	{
		occurrences_of(work, flat);
		analyze_linear(work, flat);
		edges_of_blocks(work, flat);
	}
	else if (flat && analyze_aggregate(analysis, ir, query, flat, is_part))
	{
		occurrences_of(work, flat);
		edges_of_blocks(work, flat);
	}
	else
	{
		analysis->finals = nullptr;
		bool keyed = key_entries(query, &entries, &identity) &&
					 (entries != NIL ? analyze_by_clause(work, flat, entries, identity) : analyze_by_root(work));
		if (!keyed)
			analyze_complete(work);
		else if (ir->has_block)
			edges_of_blocks(work, flat);
	}
	describe_tables(work);
	if (ir->kind == core::Kind::keyed && count_incremental(ir) == 0)
	{
		work->query = normalize(stored);
		drop_needless_order(work->query);
		analyze_complete(work);
		describe_tables(work);
	}
	if (analysis->hash_name)
	{
		analysis->shape.hash = analysis->ncolumns + 1;
		ir->hash_column = ir->kind == core::Kind::complete ? core::Text() : text(analysis->hash_name);
	}
	ir->content = text(analysis->content_sql);
	describe_uses(work);
	return analysis;
}

} // namespace dv::analyze
