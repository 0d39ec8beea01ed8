#include "analyze/internal.hpp"
#include "pg/compat.hpp"

extern "C" {
#include "optimizer/optimizer.h"
#include "parser/parsetree.h"
#include "rewrite/rewriteManip.h"
}

namespace dv::analyze {

/* The stored query remembers the columns that the table had when the view was made. */
List *
current_columns(Oid relid, List *aliases)
{
	List *names = NIL;
	Relation rel = relation_open(relid, NoLock);
	TupleDesc desc = RelationGetDescr(rel);
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);
		if (i < list_length(aliases))
			names = lappend(names, list_nth(aliases, i));
		else
			names = lappend(names, makeString(att->attisdropped ? pstrdup("") : pstrdup(NameStr(att->attname))));
	}
	relation_close(rel, NoLock);
	return names;
}

namespace {

struct WholeRow
{
	Query *query;
	Index level; /* how far below the query */
};

/* A reference to a whole row names its columns: the row's delta has but some of them, under a type of its own. */
Node *
expand_whole_rows(Node *node, void *context)
{
	WholeRow *state = static_cast<WholeRow *>(context);
	if (node == nullptr)
		return nullptr;
	if (IsA(node, Var) && as<Var>(node)->varattno == InvalidAttrNumber && as<Var>(node)->varlevelsup == state->level)
	{
		Var *var = as<Var>(node);
		RangeTblEntry *rte = rt_fetch(var->varno, state->query->rtable);
		if (rte->rtekind != RTE_RELATION)
			return node;
		Relation rel = relation_open(rte->relid, AccessShareLock);
		TupleDesc desc = RelationGetDescr(rel);
		RowExpr *row = makeNode(RowExpr);
		row->row_typeid = var->vartype;
		row->row_format = COERCE_EXPLICIT_CAST;
		row->location = -1;
		for (int i = 0; i < desc->natts; i++)
		{
			Form_pg_attribute att = TupleDescAttr(desc, i);
			Node *field = att->attisdropped
							  ? reinterpret_cast<Node *>(makeNullConst(INT4OID, -1, InvalidOid))
							  : reinterpret_cast<Node *>(makeVar(var->varno, att->attnum, att->atttypid, att->atttypmod,
																 att->attcollation, state->level));
			row->args = lappend(row->args, field);
			row->colnames = lappend(row->colnames, makeString(pstrdup(NameStr(att->attname))));
		}
		relation_close(rel, NoLock);
		return reinterpret_cast<Node *>(row);
	}
	return pg::mutate_expression(node, expand_whole_rows, context);
}

template <class T>
void
expand_in(Query *query, T *&part, Index level = 0)
{
	WholeRow state{query, level};
	part = reinterpret_cast<T *>(expand_whole_rows(reinterpret_cast<Node *>(part), &state));
}

/* A copy with these outputs; base tables as slots, or as they are. */
Query *
with_outputs(const Query *flat, List *target_list, List *group_clause)
{
	Query *query = static_cast<Query *>(copyObjectImpl(flat));
	query->targetList = static_cast<List *>(copyObjectImpl(target_list));
	query->groupClause = static_cast<List *>(copyObjectImpl(group_clause));
	query->sortClause = NIL;
	query->distinctClause = NIL;
	query->havingQual = nullptr;
	query->hasAggs = contain_aggs_of_level(reinterpret_cast<Node *>(query->targetList), 0);
	query->hasWindowFuncs = false;
	query->windowClause = NIL;
	return query;
}

/* What is read of base tables comes from slots. */
void
make_slots(Query *query, const Branch *branch)
{
	expand_in(query, query->targetList);
	expand_in(query, query->jointree);
	ListCell *lc;
	foreach (lc, query->rtable)
	{
		RangeTblEntry *rte = lfirst_node(RangeTblEntry, lc);
		expand_in(query, rte->functions);
		expand_in(query, rte->values_lists);
		expand_in(query, rte->tablefunc);
		if (rte->rtekind == RTE_SUBQUERY)
			expand_in(query, rte->subquery->targetList, 1);
	}
	for (int i = 0; i < branch->rtindex.n; i++)
	{
		RangeTblEntry *rte = rt_fetch(branch->rtindex[i], query->rtable);
		/* A list of column aliases would count columns that a delta lacks. */
		rte->alias->colnames = NIL;
		rte->eref->colnames = current_columns(rte->relid, NIL);
		rte->rtekind = RTE_CTE;
		rte->ctename = psprintf("__dv_slot_%d", branch->first + i);
		rte->relid = InvalidOid;
		rte->relkind = 0;
		rte->inh = false;
	}
}

} // namespace

const char *
slotted_body(const Branch *branch, List *target_list)
{
	Query *query = with_outputs(branch->query, target_list, NIL);
	make_slots(query, branch);
	char *text = text_of(query);
	char *select = strstr(text, "SELECT");
	if (select == nullptr)
		elog(ERROR, "unexpected text of a join block: %s", text);
	return select + strlen("SELECT");
}

char *
deparse_flat(const Flat *flat, List *target_list, List *group_clause)
{
	return text_of(with_outputs(flat->query, target_list, group_clause));
}

} // namespace dv::analyze
