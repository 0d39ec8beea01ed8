#include "analyze/parts.hpp"

#include "analyze/blocks.hpp"
#include "analyze/cut.hpp"
#include "analyze/rewrite_build.hpp"
#include "analyze/states.hpp"
#include "analyze/work.hpp"
#include "pg/compat.hpp"

extern "C" {
#include "optimizer/optimizer.h"
#include "optimizer/tlist.h"
#include "parser/parsetree.h"
}

namespace dv::analyze {

namespace {

/* A part that was made, and of what: what is read twice is kept once. */
struct Made
{
	Query *query;
	Oid table;
};

struct Cutter
{
	PartMaker maker;
	pg::Vec<Made> made;
	bool rewritten;
};

Query *keepable(Query *query, Cutter *cutter);

Oid
part_for(Query *query, Cutter *cutter)
{
	for (const Made &made : cutter->made)
		if (equal(made.query, query))
			return made.table;
	Query *original = static_cast<Query *>(copyObjectImpl(query));
	name_apart(query);
	Oid table = cutter->maker.make(cutter->maker.context, keepable(query, cutter));
	cutter->made.push(Made{original, table});
	return table;
}

/* The entry reads the part's table instead. */
void
become_part(RangeTblEntry *rte, Oid table)
{
	Relation rel = relation_open(table, AccessShareLock);
	TupleDesc desc = RelationGetDescr(rel);
	int ncolumns = count_columns(rte->subquery->targetList);
	List *names = NIL;
	/* Joins number the columns that they know: hidden ones are as if they had been added later. */
	for (int i = 0; i < ncolumns; i++)
		names = lappend(names, makeString(pstrdup(NameStr(TupleDescAttr(desc, i)->attname))));
	relation_close(rel, NoLock);

	rte->rtekind = RTE_RELATION;
	rte->relid = table;
	rte->relkind = RELKIND_RELATION;
	rte->rellockmode = AccessShareLock;
	rte->inh = true;
	rte->lateral = false;
	rte->subquery = nullptr;
	rte->alias = makeAlias(rte->eref->aliasname, NIL);
	rte->eref = makeAlias(rte->eref->aliasname, names);
}

bool cut_level(Query *query, Cutter *cutter);

/* A `fixed` entry stays a query, of the part. */
bool
cut_entry(RangeTblEntry *rte, bool fixed, Cutter *cutter)
{
	if (!pulls_up(rte->subquery) && is_closed(rte->subquery))
	{
		/* A union of joins needs no part: so first its branches alone. */
		if (rte->subquery->setOperations && cut_level(rte->subquery, cutter))
			return true;
		Query *sub = static_cast<Query *>(copyObjectImpl(rte->subquery));
		if (storable(sub))
		{
			if (fixed)
			{
				List *names = column_names(rte->subquery);
				rte->subquery = select_from(sub);
				name_columns(rte->subquery, names);
				rte = linitial_node(RangeTblEntry, rte->subquery->rtable);
			}
			become_part(rte, part_for(sub, cutter));
			return true;
		}
	}
	return cut_level(rte->subquery, cutter);
}

struct Cuts
{
	Cutter *cutter;
	bool any;
};

bool
cut_sublink(Node *node, void *context)
{
	Cuts *cuts = static_cast<Cuts *>(context);
	if (node == nullptr || IsA(node, Query))
		return false;
	if (IsA(node, SubLink))
		cuts->any = cut_level(as<Query>(as<SubLink>(node)->subselect), cuts->cutter) || cuts->any;
	return pg::walk_expression(node, cut_sublink, context);
}

/* Makes parts of the subqueries in FROM, here and below, that are more than inner joins and refer to nothing outside. */
bool
cut_level(Query *query, Cutter *cutter)
{
	ListCell *lc;
	Cuts cuts{cutter, false};
	check_stack_depth();
	foreach (lc, query->rtable)
		if (lfirst_node(RangeTblEntry, lc)->rtekind == RTE_SUBQUERY)
		{
			/* a branch of a set operation; or its row is read as a whole, in which hidden columns would show */
			bool fixed = query->setOperations || reads_row_of(query, foreach_current_index(lc) + 1);
			drop_unread(query, foreach_current_index(lc) + 1);
			cuts.any = cut_entry(lfirst_node(RangeTblEntry, lc), fixed, cutter) || cuts.any;
		}
	(void) pg::walk_query(query, cut_sublink, &cuts,
						  QTW_IGNORE_RT_SUBQUERIES | QTW_IGNORE_CTE_SUBQUERIES | QTW_IGNORE_JOINALIASES);
	return cuts.any;
}

/* A subquery that stands for a value or a set, and concerns every row: then it should change as seldom as it can. */
bool
cut_uncorrelated(Node *node, void *context)
{
	Cuts *cuts = static_cast<Cuts *>(context);
	if (node == nullptr || IsA(node, Query))
		return false;
	if (IsA(node, SubLink) && IsA(as<SubLink>(node)->subselect, Query))
	{
		SubLink *link = as<SubLink>(node);
		Query *sub = static_cast<Query *>(copyObjectImpl(link->subselect));
		bool plain_set = link->subLinkType == ANY_SUBLINK && pulls_up(sub);
		bool is_part = list_length(sub->rtable) == 1 &&
					   linitial_node(RangeTblEntry, sub->rtable)->rtekind == RTE_RELATION && pulls_up(sub) &&
					   sub->jointree->quals == nullptr;
		if (!plain_set && !is_part && link->subLinkType != EXISTS_SUBLINK && link->subLinkType != ARRAY_SUBLINK &&
			is_closed(sub) && storable(sub))
		{
			Query *reader = select_from(sub);
			become_part(linitial_node(RangeTblEntry, reader->rtable), part_for(sub, cuts->cutter));
			link->subselect = reinterpret_cast<Node *>(reader);
			cuts->any = true;
		}
	}
	return pg::walk_expression(node, cut_uncorrelated, context);
}

/*
 * The last resort: inner joins in FROM whose rows no table at the top stands for, beside an outer join, a subquery or
 * LIMIT.  As a part they are such a table.
 */
bool
cut_joins(Query *query, Cutter *cutter)
{
	ListCell *lc;
	bool any = false;
	if (query->setOperations || query->groupClause != NIL || query->groupingSets != NIL || query->hasAggs ||
		query->hasWindowFuncs || query->distinctClause != NIL || query->hasTargetSRFs)
		return false;
	foreach (lc, query->rtable)
	{
		RangeTblEntry *rte = lfirst_node(RangeTblEntry, lc);
		if (rte->rtekind != RTE_SUBQUERY || !pulls_up(rte->subquery) || !is_closed(rte->subquery) ||
			tables_of(rte->subquery).empty() || reads_row_of(query, foreach_current_index(lc) + 1))
			continue;
		drop_unread(query, foreach_current_index(lc) + 1);
		Query *sub = static_cast<Query *>(copyObjectImpl(rte->subquery));
		if (!storable(sub))
			continue;
		become_part(rte, part_for(sub, cutter));
		any = true;
	}
	return any;
}

/* A set that is more than a filter of joins: its own changes are fewer than those of what it reads. */
bool
finds_nested_set(Node *node, void *)
{
	if (node == nullptr || IsA(node, Query))
		return false;
	if (IsA(node, SubLink) && as<SubLink>(node)->subLinkType == ANY_SUBLINK)
	{
		Query *sub = as<Query>(as<SubLink>(node)->subselect);
		if (sub->hasSubLinks && sub->groupClause == NIL && !sub->hasAggs && is_closed(sub) && storable(sub))
			return true;
	}
	return pg::walk_expression(node, finds_nested_set, nullptr);
}

/* Do the keys hold the primary key of a table, so that each stands for few rows? */
bool
has_narrow_key(const core::View *ir, const Analysis *analysis)
{
	for (int o = 0; o < ir->occurrences.n; o++)
	{
		Oid table = analysis->tables[ir->occurrences[o].table].table;
		TableKey key = primary_key(table);
		int found = 0;
		for (int i = 0; i < key.ncolumns; i++)
			for (const core::KeyColumn &column : ir->keys)
				if (column.occurrence == o && column.column == core::Text(column_text(table, key.columns[i])))
				{
					found++;
					break;
				}
		if (key.ncolumns > 0 && found == key.ncolumns)
			return true;
	}
	return false;
}

/* Would its aggregates fold, over a FROM that is flat? */
bool
folds(const Query *query)
{
	Folds found{};
	for (const char *step : {"distinct_aggregates", "bool_aggregates"})
		if (rewrite(query, step) != nullptr)
			return true;
	return (query->hasAggs || query->groupClause != NIL) && query->groupingSets == NIL && query->windowClause == NIL &&
		   collect_folds(query->targetList, &found);
}

/* What the server shows for a constant among grouping sets depends on the plan: such a query stays in one piece. */
bool
groups_by_constant(Node *node, void *)
{
	if (node == nullptr)
		return false;
	if (!IsA(node, Query))
		return pg::walk_expression(node, groups_by_constant, nullptr);
	Query *query = as<Query>(node);
	ListCell *lc;
	if (query->groupingSets != NIL)
		foreach (lc, query->groupClause)
			if (!contain_var_clause(get_sortgroupclause_expr(lfirst_node(SortGroupClause, lc), query->targetList)))
				return true;
	return pg::walk_query(query, groups_by_constant, nullptr, QTW_IGNORE_JOINALIASES);
}

/* Is the query kept well as it stands? */
bool
serves(Query *query)
{
	FirstRows rows;
	if (reads_first_rows(query, &rows))
		return true;
	Analysis *analysis = analyze(static_cast<Query *>(copyObjectImpl(query)));
	const core::View *ir = analysis->ir;
	if (ir->kind == core::Kind::linear || ir->kind == core::Kind::aggregate)
		return true;
	for (int i = 0; i < analysis->ntables; i++)
		if (!analysis->tables[i].incremental && get_rel_relkind(analysis->tables[i].table) != RELKIND_MATVIEW)
			return false;
	if (ir->kind != core::Kind::keyed)
		return analysis->ntables == 0;
	if (!ir->has_block && !pushed_down(query, ir))
		return false;
	if (pg::walk_query(query, finds_nested_set, nullptr,
					   QTW_IGNORE_RT_SUBQUERIES | QTW_IGNORE_CTE_SUBQUERIES | QTW_IGNORE_JOINALIASES))
		return false;
	/* The group is computed anew: where its aggregates would fold, that may be far more than the change. */
	return !folds(query) || has_narrow_key(ir, analysis);
}

Query *
keepable(Query *query, Cutter *cutter)
{
	constexpr int most_steps = 32;
	drop_needless_order(query);
	for (int step = 0; step < most_steps && !serves(query); step++)
	{
		if (cut_level(query, cutter))
			continue;
		Query *rewritten = rewrite(query);
		if (rewritten == nullptr)
		{
			Cuts cuts{cutter, false};
			(void) pg::walk_query(query, cut_uncorrelated, &cuts,
								  QTW_IGNORE_RT_SUBQUERIES | QTW_IGNORE_CTE_SUBQUERIES | QTW_IGNORE_JOINALIASES);
			if (!cuts.any && !cut_joins(query, cutter))
				break;
			continue;
		}
		query = rewritten;
		cutter->rewritten = true;
	}
	return query;
}

} // namespace

bool
needs_no_parts(Query *stored)
{
	Query *query = normalize(stored);
	return groups_by_constant(reinterpret_cast<Node *>(query), nullptr) || serves(query);
}

Query *
with_parts(Query *stored, PartMaker maker)
{
	Cutter cutter{maker, {}, false};
	Query *query = normalize(stored);
	if (groups_by_constant(reinterpret_cast<Node *>(query), nullptr))
		return nullptr;
	Query *kept = keepable(query, &cutter);
	return !cutter.made.empty() || (cutter.rewritten && serves(kept)) ? kept : nullptr;
}

} // namespace dv::analyze
