#include "analyze/internal.hpp"
#include "pg/compat.hpp"

extern "C" {
#include "optimizer/optimizer.h"
#include "parser/parsetree.h"
#include "rewrite/rewriteManip.h"
}

namespace dv::analyze {

namespace {

/* Nothing but FROM, WHERE and a select list without aggregates. */
bool
is_plain(const Query *query)
{
	return query->commandType == CMD_SELECT && query->setOperations == nullptr && query->groupClause == NIL &&
		   query->groupingSets == NIL && query->havingQual == nullptr && query->distinctClause == NIL &&
		   query->windowClause == NIL && !query->hasAggs && !query->hasWindowFuncs && !query->hasTargetSRFs &&
		   !query->hasSubLinks && query->limitCount == nullptr && query->limitOffset == nullptr &&
		   query->cteList == NIL && query->rowMarks == NIL;
}

/* The leaves and conditions of a jointree of inner joins. */
bool
gather(Node *node, pg::Vec<int> *leaves, List **quals)
{
	ListCell *lc;
	if (node == nullptr)
		return true;
	if (IsA(node, FromExpr))
	{
		FromExpr *from = as<FromExpr>(node);
		if (from->quals)
			*quals = lappend(*quals, from->quals);
		foreach (lc, from->fromlist)
			if (!gather(static_cast<Node *>(lfirst(lc)), leaves, quals))
				return false;
		return true;
	}
	if (IsA(node, JoinExpr))
	{
		JoinExpr *join = as<JoinExpr>(node);
		if (join->jointype != JOIN_INNER)
			return false;
		if (join->quals)
			*quals = lappend(*quals, join->quals);
		return gather(join->larg, leaves, quals) && gather(join->rarg, leaves, quals);
	}
	leaves->push(as<RangeTblRef>(node)->rtindex);
	return true;
}

/* The leaves on top of the others, the first one topmost. */
bool
stack_leaves(Node *node, pg::Vec<int> *stack, List **quals)
{
	pg::Vec<int> leaves;
	if (!gather(node, &leaves, quals))
		return false;
	for (int i = leaves.n; i > 0; i--)
		stack->push(leaves[i - 1]);
	return true;
}

/* Takes a plain subquery's FROM into the outer query's, and its outputs for the outer query's references to it. */
bool
pull_up(Query *query, int rtindex, pg::Vec<int> *stack, List **quals)
{
	RangeTblEntry *rte = rt_fetch(rtindex, query->rtable);
	Query *sub = rte->subquery;
	/* What a lateral one refers to would need an order of substitution of its own. */
	if (rte->lateral || !is_plain(sub))
		return false;
	OffsetVarNodes(reinterpret_cast<Node *>(sub), list_length(query->rtable), 0);
	RangeTblEntry *target = static_cast<RangeTblEntry *>(copyObjectImpl(rte));
	query->rtable = list_concat(query->rtable, sub->rtable);

	auto substitute = [&](auto *&part) {
		part = reinterpret_cast<std::remove_reference_t<decltype(part)>>(
			ReplaceVarsFromTargetList(reinterpret_cast<Node *>(part), rtindex, 0, target, sub->targetList,
									  REPLACEVARS_REPORT_ERROR, 0, &query->hasSubLinks));
	};
	substitute(query->targetList);
	substitute(query->havingQual);
	substitute(*quals);
	ListCell *lc;
	foreach (lc, query->rtable)
	{
		RangeTblEntry *entry = lfirst_node(RangeTblEntry, lc);
		if (entry->rtekind == RTE_FUNCTION)
			substitute(entry->functions);
		else if (entry->rtekind == RTE_VALUES)
			substitute(entry->values_lists);
	}
	return stack_leaves(reinterpret_cast<Node *>(sub->jointree), stack, quals);
}

/* All leaves down to what cannot be flattened further; false if something there is no inner join. */
bool
flatten_from(Query *query, List **items, List **quals)
{
	pg::Vec<int> stack; /* in the order of FROM: a function there may refer to what comes before it */
	if (!stack_leaves(reinterpret_cast<Node *>(query->jointree), &stack, quals))
		return false;
	while (!stack.empty())
	{
		int rtindex = stack.back();
		RangeTblEntry *rte = rt_fetch(rtindex, query->rtable);
		stack.truncate(stack.n - 1);
		switch (rte->rtekind)
		{
		case RTE_SUBQUERY:
			if (!pull_up(query, rtindex, &stack, quals))
				return false;
			break;
		case RTE_RELATION:
			if (rte->tablesample != nullptr)
				return false;
			[[fallthrough]];
		case RTE_FUNCTION:
		case RTE_VALUES:
		{
			RangeTblRef *ref = makeNode(RangeTblRef);
			ref->rtindex = rtindex;
			*items = lappend(*items, ref);
			break;
		}
		case RTE_RESULT:
			break;
		default:
			return false;
		}
	}
	return true;
}

struct WholeRow
{
	Query *query;
	bool failed;
};

/* A reference to a whole row names its columns: the row's delta has but some of them, under a type of its own. */
Node *
expand_whole_rows(Node *node, void *context)
{
	WholeRow *state = static_cast<WholeRow *>(context);
	if (node == nullptr)
		return nullptr;
	if (IsA(node, Var) && as<Var>(node)->varattno == InvalidAttrNumber)
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
			Node *field = att->attisdropped ? reinterpret_cast<Node *>(makeNullConst(INT4OID, -1, InvalidOid))
											: reinterpret_cast<Node *>(makeVar(var->varno, att->attnum, att->atttypid,
																			   att->atttypmod, att->attcollation, 0));
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
expand_in(Query *query, T *&part)
{
	WholeRow state{query, false};
	part = reinterpret_cast<T *>(expand_whole_rows(reinterpret_cast<Node *>(part), &state));
}

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

void
rename_entry(RangeTblEntry *rte, const char *name)
{
	rte->alias = makeAlias(name, rte->alias ? rte->alias->colnames : NIL);
	rte->eref = makeAlias(name, rte->rtekind == RTE_RELATION ? current_columns(rte->relid, rte->alias->colnames)
															 : rte->eref->colnames);
}

/* A copy with these outputs; base tables as slots, or as they are. */
Query *
with_outputs(const Flat *flat, List *target_list, List *group_clause, bool slots)
{
	Query *query = static_cast<Query *>(copyObjectImpl(flat->query));
	query->targetList = static_cast<List *>(copyObjectImpl(target_list));
	query->groupClause = static_cast<List *>(copyObjectImpl(group_clause));
	query->sortClause = NIL;
	query->distinctClause = NIL;
	query->havingQual = nullptr;
	query->hasAggs = contain_aggs_of_level(reinterpret_cast<Node *>(query->targetList), 0);
	query->hasWindowFuncs = false;
	query->windowClause = NIL;
	if (!slots)
		return query;

	expand_in(query, query->targetList);
	expand_in(query, query->jointree);
	ListCell *lc;
	foreach (lc, query->rtable)
		if (lfirst_node(RangeTblEntry, lc)->rtekind == RTE_FUNCTION)
			expand_in(query, lfirst_node(RangeTblEntry, lc)->functions);
	for (int i = 0; i < flat->rtindex.n; i++)
	{
		RangeTblEntry *rte = rt_fetch(flat->rtindex[i], query->rtable);
		/* A list of column aliases would count columns that a delta lacks. */
		rte->alias->colnames = NIL;
		rte->eref->colnames = current_columns(rte->relid, NIL);
		rte->rtekind = RTE_CTE;
		rte->ctename = psprintf("__dv_slot_%d", i);
		rte->relid = InvalidOid;
		rte->relkind = 0;
		rte->inh = false;
	}
	return query;
}

} // namespace

Flat *
flatten(const Query *normalized)
{
	if (normalized->hasSubLinks || normalized->setOperations || normalized->cteList != NIL ||
		normalized->rowMarks != NIL || normalized->hasTargetSRFs)
		return nullptr;
	Query *query = static_cast<Query *>(copyObjectImpl(normalized));
	List *items = NIL;
	List *quals = NIL;
	if (!flatten_from(query, &items, &quals) || query->hasSubLinks)
		return nullptr;

	Flat *flat = static_cast<Flat *>(palloc0(sizeof(Flat)));
	flat->query = query;
	query->jointree = makeFromExpr(items, quals == NIL ? nullptr : reinterpret_cast<Node *>(make_ands_explicit(quals)));

	Bitmapset *used = nullptr;
	ListCell *lc;
	foreach (lc, items)
	{
		int rtindex = lfirst_node(RangeTblRef, lc)->rtindex;
		RangeTblEntry *rte = rt_fetch(rtindex, query->rtable);
		used = bms_add_member(used, rtindex);
		if (rte->rtekind == RTE_RELATION)
		{
			rename_entry(rte, psprintf("r%d", flat->rtindex.n));
			flat->rtindex.push(rtindex);
		}
		else
		{
			rename_entry(rte, psprintf("x%d", rtindex));
			flat->multiplies = true;
		}
	}
	/* Entries of flattened joins and subqueries stay in the range table, for the numbers' sake. */
	for (int rtindex = 1; rtindex <= list_length(query->rtable); rtindex++)
	{
		RangeTblEntry *rte = rt_fetch(rtindex, query->rtable);
		if (bms_is_member(rtindex, used))
			continue;
		rte->rtekind = RTE_RESULT;
		rte->relid = InvalidOid;
		rte->subquery = nullptr;
		rte->joinaliasvars = NIL;
		rte->joinleftcols = NIL;
		rte->joinrightcols = NIL;
		rte->alias = nullptr;
		rte->eref = makeAlias(psprintf("unread_%d", rtindex), NIL);
	}
	return flat->rtindex.empty() ? nullptr : flat;
}

const char *
slotted_body(const Flat *flat, List *target_list)
{
	char *text = text_of(with_outputs(flat, target_list, NIL, true));
	char *select = strstr(text, "SELECT");
	if (select == nullptr)
		elog(ERROR, "unexpected text of a join block: %s", text);
	return select + strlen("SELECT");
}

void
locate_column(const Flat *flat, Node *expr, int *occurrence, core::Text *column)
{
	expr = strip_relabel(expr);
	if (!IsA(expr, Var) || as<Var>(expr)->varattno <= 0)
		return;
	for (int i = 0; i < flat->rtindex.n; i++)
		if (flat->rtindex[i] == static_cast<int>(as<Var>(expr)->varno))
		{
			*occurrence = i;
			*column =
				text(column_text(rt_fetch(flat->rtindex[i], flat->query->rtable)->relid, as<Var>(expr)->varattno));
		}
}

char *
deparse_flat(const Flat *flat, List *target_list, List *group_clause)
{
	return text_of(with_outputs(flat, target_list, group_clause, false));
}

} // namespace dv::analyze
