#include "analyze/internal.hpp"
#include "pg/compat.hpp"

extern "C" {
#include "parser/parsetree.h"
}

namespace dv::analyze {

namespace {

bool
has_virtual(TupleDesc desc)
{
	for (int i = 0; i < desc->natts; i++)
		if (pg::is_virtual(TupleDescAttr(desc, i)))
			return true;
	return false;
}

/* Numbers are those of the table: what was dropped keeps its place. */
TargetEntry *
column_of(Relation rel, AttrNumber number)
{
	Form_pg_attribute att = TupleDescAttr(RelationGetDescr(rel), number - 1);
	Node *value = nullptr;
	if (att->attisdropped)
		value = reinterpret_cast<Node *>(makeNullConst(INT4OID, -1, InvalidOid));
	else if (pg::is_virtual(att))
		value = pg::virtual_value(rel, number);
	else
		value = reinterpret_cast<Node *>(makeVar(1, number, att->atttypid, att->atttypmod, att->attcollation, 0));
	return makeTargetEntry(as<Expr>(value), number, pstrdup(NameStr(att->attname)), false);
}

} // namespace

bool
compute_virtual_columns(Query *query, int rtindex)
{
	RangeTblEntry *rte = rt_fetch(rtindex, query->rtable);
	Relation rel = relation_open(rte->relid, AccessShareLock);
	bool computed = has_virtual(RelationGetDescr(rel));
	if (computed)
	{
		if (reads_row_of(query, rtindex))
			ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
							errmsg("relation \"%s\" cannot be read by a maintained view", RelationGetRelationName(rel)),
							errdetail("The query reads its rows as a whole, and it has virtual generated columns."),
							errhint("Name the columns.")));
		Query *body = makeNode(Query);
		RangeTblRef *ref = makeNode(RangeTblRef);
		List *names = NIL;
		ref->rtindex = 1;
		body->commandType = CMD_SELECT;
		body->canSetTag = true;
		body->rtable = list_make1(copyObjectImpl(rte));
		body->jointree = makeFromExpr(list_make1(ref), nullptr);
		/* Columns that were added later the query does not know. */
		for (int i = 1; i <= list_length(rte->eref->colnames); i++)
		{
			body->targetList = lappend(body->targetList, column_of(rel, i));
			bool dropped = TupleDescAttr(RelationGetDescr(rel), i - 1)->attisdropped;
			names = lappend(names, dropped ? makeString(pstrdup(llast_node(TargetEntry, body->targetList)->resname))
										   : list_nth(rte->eref->colnames, i - 1));
		}
		rte->eref->colnames = names;
		rte->tablesample = nullptr;
		become_subquery(rte, body);
	}
	relation_close(rel, NoLock);
	return computed;
}

} // namespace dv::analyze
