#include "analyze/internal.hpp"
#include "analyze/parts.hpp"

extern "C" {
#include "catalog/pg_am.h"
#include "catalog/pg_index.h"
#include "optimizer/optimizer.h"
#include "parser/parsetree.h"
}

namespace dv::analyze {

namespace {

bool
is_constant(Node *limit)
{
	return limit == nullptr || IsA(eval_const_expressions(nullptr, static_cast<Node *>(copyObjectImpl(limit))), Const);
}

/* "column", "column DESC", with NULLS where it is not the default; nullptr if no plain index has this order. */
const char *
index_column(const SortGroupClause *clause, const TargetEntry *entry, Oid table)
{
	const Node *expr = reinterpret_cast<const Node *>(entry->expr);
	/* A numeric of more than 5,000 digits would be too long as well; sums are numeric. */
	if (!IsA(expr, Var) || reinterpret_cast<const Var *>(expr)->varattno <= 0 ||
		!(bounded_type(exprType(expr), exprTypmod(expr)) || getBaseType(exprType(expr)) == NUMERICOID))
		return nullptr;
	TypeCacheEntry *type = lookup_type_cache(exprType(expr), TYPECACHE_LT_OPR | TYPECACHE_GT_OPR);
	bool descending = clause->sortop == type->gt_opr;
	if (!OidIsValid(clause->sortop) || (!descending && clause->sortop != type->lt_opr))
		return nullptr;
	const char *nulls = clause->nulls_first == descending ? "" : clause->nulls_first ? " NULLS FIRST" : " NULLS LAST";
	return psprintf("%s%s%s", column_text(table, reinterpret_cast<const Var *>(expr)->varattno),
					descending ? " DESC" : "", nulls);
}

} // namespace

bool
reads_first_rows(const Query *query, FirstRows *rows)
{
	if (query->limitCount == nullptr || !is_constant(query->limitCount) || !is_constant(query->limitOffset) ||
		query->sortClause == NIL || query->setOperations || query->groupClause != NIL || query->groupingSets != NIL ||
		query->hasAggs || query->hasWindowFuncs || query->distinctClause != NIL || query->hasTargetSRFs ||
		query->hasSubLinks || query->havingQual || query->cteList != NIL || query->jointree->quals ||
		list_length(query->jointree->fromlist) != 1 || !IsA(linitial(query->jointree->fromlist), RangeTblRef))
		return false;
	const RangeTblEntry *rte = rt_fetch(linitial_node(RangeTblRef, query->jointree->fromlist)->rtindex, query->rtable);
	if (rte->rtekind != RTE_RELATION || rte->tablesample)
		return false;

	StringInfoData columns;
	ListCell *lc;
	initStringInfo(&columns);
	foreach (lc, query->sortClause)
	{
		const SortGroupClause *clause = lfirst_node(SortGroupClause, lc);
		const TargetEntry *entry = get_sortgroupclause_tle(const_cast<SortGroupClause *>(clause), query->targetList);
		const char *column = index_column(clause, entry, rte->relid);
		if (column == nullptr)
			break;
		if (columns.len == 0)
		{
			rows->leading = reinterpret_cast<Var *>(entry->expr)->varattno;
			rows->descending =
				clause->sortop ==
				lookup_type_cache(exprType(reinterpret_cast<Node *>(entry->expr)), TYPECACHE_GT_OPR)->gt_opr;
			rows->nulls_first = clause->nulls_first;
		}
		appendStringInfo(&columns, "%s%s", columns.len > 0 ? ", " : "", column);
	}
	rows->table = rte->relid;
	rows->index_columns = columns.data;
	return columns.len > 0;
}

bool
has_index_for(const FirstRows &rows)
{
	bool found = false;
	Relation rel = table_open(rows.table, AccessShareLock);
	ListCell *lc;
	foreach (lc, RelationGetIndexList(rel))
	{
		Relation index = index_open(lfirst_oid(lc), AccessShareLock);
		bool descending = (index->rd_indoption[0] & INDOPTION_DESC) != 0;
		bool nulls_first = (index->rd_indoption[0] & INDOPTION_NULLS_FIRST) != 0;
		/* forwards or backwards */
		if (index->rd_rel->relam == BTREE_AM_OID && index->rd_index->indisvalid &&
			index->rd_index->indkey.values[0] == rows.leading && RelationGetIndexPredicate(index) == NIL &&
			(descending == rows.descending) == (nulls_first == rows.nulls_first))
			found = true;
		index_close(index, NoLock);
	}
	table_close(rel, NoLock);
	return found;
}

} // namespace dv::analyze
