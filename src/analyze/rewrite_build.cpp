#include "analyze/rewrite_build.hpp"
#include "pg/compat.hpp"

extern "C" {
#include "catalog/pg_aggregate.h"
#include "optimizer/clauses.h"
#include "optimizer/optimizer.h"
#include "parser/parsetree.h"
#include "rewrite/rewriteManip.h"
#include "utils/fmgroids.h"
}

namespace dv::analyze {

namespace {

bool
is_taken(List *names, const char *name)
{
	ListCell *lc;
	foreach (lc, names)
		if (strcmp(strVal(lfirst(lc)), name) == 0)
			return true;
	return false;
}

char *
free_name(List *taken, const char *name)
{
	char *variant = pstrdup(name);
	for (int i = 2; is_taken(taken, variant); i++)
		variant = psprintf("%s_%d", name, i);
	return variant;
}

RangeTblRef *
reference_to(int rtindex)
{
	RangeTblRef *ref = makeNode(RangeTblRef);
	ref->rtindex = rtindex;
	return ref;
}

} // namespace

Query *
empty_block()
{
	Query *block = makeNode(Query);
	block->commandType = CMD_SELECT;
	block->canSetTag = true;
	block->jointree = makeFromExpr(NIL, nullptr);
	return block;
}

TargetEntry *
add_column(Query *block, Node *expr, const char *name)
{
	TargetEntry *entry = makeTargetEntry(as<Expr>(expr), list_length(block->targetList) + 1,
										 free_name(column_names(block), name), false);
	block->targetList = lappend(block->targetList, entry);
	return entry;
}

int
add_entry(Query *block, Query *sub, const char *alias)
{
	RangeTblEntry *rte = makeNode(RangeTblEntry);
	rte->rtekind = RTE_SUBQUERY;
	rte->subquery = sub;
	rte->inFromCl = true;
	rte->alias = makeAlias(alias, NIL);
	rte->eref = makeAlias(alias, column_names(sub));
	block->rtable = lappend(block->rtable, rte);
	return list_length(block->rtable);
}

int
add_to_from(Query *block, Query *sub, const char *alias)
{
	int rtindex = add_entry(block, sub, alias);
	block->jointree->fromlist = lappend(block->jointree->fromlist, reference_to(rtindex));
	return rtindex;
}

Node *
column_of(const Query *block, int rtindex, int k)
{
	TargetEntry *entry = get_tle_by_resno(rt_fetch(rtindex, block->rtable)->subquery->targetList, k);
	return reinterpret_cast<Node *>(makeVarFromTargetEntry(rtindex, entry));
}

Query *
open_columns(Query *block)
{
	bool open = block->setOperations == nullptr && block->distinctClause == NIL && block->groupClause == NIL &&
				block->groupingSets == NIL && !block->hasAggs && block->havingQual == nullptr &&
				!block->hasWindowFuncs && !block->hasTargetSRFs && block->sortClause == NIL &&
				block->limitCount == nullptr && block->limitOffset == nullptr && block->cteList == NIL;
	return open ? block : select_from(block);
}

List *
column_names(const Query *query)
{
	List *names = NIL;
	ListCell *lc;
	foreach (lc, query->targetList)
		if (!lfirst_node(TargetEntry, lc)->resjunk)
			names = lappend(names, makeString(pstrdup(lfirst_node(TargetEntry, lc)->resname)));
	return names;
}

void
name_columns(Query *query, List *names)
{
	Node *leaf = query->setOperations;
	ListCell *lc;
	ListCell *name;
	forboth(lc, query->targetList, name, names) lfirst_node(TargetEntry, lc)->resname = pstrdup(strVal(lfirst(name)));
	if (leaf == nullptr)
		return;
	while (IsA(leaf, SetOperationStmt))
		leaf = as<SetOperationStmt>(leaf)->larg;
	RangeTblEntry *rte = rt_fetch(as<RangeTblRef>(leaf)->rtindex, query->rtable);
	name_columns(rte->subquery, names);
	rte->eref->colnames = column_names(rte->subquery);
}

List *
distinct_names(List *names)
{
	List *result = NIL;
	ListCell *lc;
	foreach (lc, names)
		result = lappend(result, makeString(free_name(result, strVal(lfirst(lc)))));
	return result;
}

Query *
union_all(List *blocks)
{
	if (list_length(blocks) == 1)
		return linitial_node(Query, blocks);
	Query *query = empty_block();
	Node *tree = nullptr;
	List *types = NIL;
	List *typmods = NIL;
	List *collations = NIL;
	ListCell *lc;
	foreach (lc, linitial_node(Query, blocks)->targetList)
	{
		TargetEntry *entry = lfirst_node(TargetEntry, lc);
		Node *expr = reinterpret_cast<Node *>(entry->expr);
		int32 typmod = exprTypmod(expr);
		ListCell *other;
		if (entry->resjunk)
			continue;
		foreach (other, blocks)
		{
			TargetEntry *beside = get_tle_by_resno(lfirst_node(Query, other)->targetList, entry->resno);
			if (exprTypmod(reinterpret_cast<Node *>(beside->expr)) != typmod)
				typmod = -1;
		}
		types = lappend_oid(types, exprType(expr));
		typmods = lappend_int(typmods, typmod);
		collations = lappend_oid(collations, exprCollation(expr));
		Var *var = makeVar(1, entry->resno, exprType(expr), typmod, exprCollation(expr), 0);
		(void) add_column(query, reinterpret_cast<Node *>(var), entry->resname);
		llast_node(TargetEntry, query->targetList)->resname = pstrdup(entry->resname);
	}
	foreach (lc, blocks)
	{
		int rtindex = add_entry(query, lfirst_node(Query, lc), psprintf("branch_%d", foreach_current_index(lc) + 1));
		Node *ref = reinterpret_cast<Node *>(reference_to(rtindex));
		rt_fetch(rtindex, query->rtable)->inFromCl = false;
		if (tree == nullptr)
		{
			tree = ref;
			continue;
		}
		SetOperationStmt *op = makeNode(SetOperationStmt);
		op->op = SETOP_UNION;
		op->all = true;
		op->larg = tree;
		op->rarg = ref;
		op->colTypes = list_copy(types);
		op->colTypmods = list_copy(typmods);
		op->colCollations = list_copy(collations);
		tree = reinterpret_cast<Node *>(op);
	}
	query->setOperations = tree;
	return query;
}

Node *
count_rows(Node *filter)
{
	Aggref *agg = makeNode(Aggref);
	agg->aggfnoid = F_COUNT_;
	agg->aggtype = INT8OID;
	agg->aggstar = true;
	agg->aggfilter = as<Expr>(filter);
	agg->aggkind = AGGKIND_NORMAL;
	agg->aggsplit = AGGSPLIT_SIMPLE;
	agg->aggno = -1;
	agg->aggtransno = -1;
	agg->location = -1;
	return reinterpret_cast<Node *>(agg);
}

Node *
integer(int64 value, Oid type)
{
	bool small = type == INT4OID;
	Datum datum = small ? Int32GetDatum(static_cast<int32>(value)) : Int64GetDatum(value);
	return reinterpret_cast<Node *>(
		makeConst(type, -1, InvalidOid, small ? sizeof(int32) : sizeof(int64), datum, false, small || FLOAT8PASSBYVAL));
}

Node *
call_operator(const char *name, Node *left, Node *right)
{
	List *qualified = list_make2(makeString(pstrdup("pg_catalog")), makeString(pstrdup(name)));
	Oid op = OpernameGetOprid(qualified, exprType(left), exprType(right));
	if (!OidIsValid(op))
		elog(ERROR, "operator %s does not exist", name);
	Expr *call = make_opclause(op, get_op_rettype(op), false, as<Expr>(left), as<Expr>(right), InvalidOid, InvalidOid);
	set_opfuncid(reinterpret_cast<OpExpr *>(call));
	return reinterpret_cast<Node *>(call);
}

List *
conjuncts_of(Node *quals)
{
	List *conjuncts = NIL;
	ListCell *lc;
	if (quals == nullptr)
		return NIL;
	if (!is_andclause(quals))
		return list_make1(quals);
	foreach (lc, as<BoolExpr>(quals)->args)
		conjuncts = list_concat(conjuncts, conjuncts_of(static_cast<Node *>(lfirst(lc))));
	return conjuncts;
}

Node *
all_of(List *conjuncts)
{
	return conjuncts == NIL ? nullptr : reinterpret_cast<Node *>(make_ands_explicit(conjuncts));
}

void
note_sublinks(Query *block)
{
	block->hasSubLinks = checkExprHasSubLink(reinterpret_cast<Node *>(block));
}

Bitmapset *
entries_used(Node *expr)
{
	return pull_varnos_of_level(nullptr, expr, 0);
}

} // namespace dv::analyze
