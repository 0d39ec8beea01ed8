#include "analyze/internal.hpp"
#include "pg/compat.hpp"

extern "C" {
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "parser/parsetree.h"
#include "rewrite/rewriteManip.h"
}

namespace dv::analyze {

namespace {

/* A row as a whole is one of the table's type: a row of the delta is not. */
bool
reads_whole_row(Node *node, void *context)
{
	if (node == nullptr)
		return false;
	if (IsA(node, Var))
		return as<Var>(node)->varattno <= 0;
	return pg::walk_expression(node, reads_whole_row, context);
}

List *
over_first_entry(List *expressions, int rtindex)
{
	List *copy = static_cast<List *>(copyObjectImpl(expressions));
	ChangeVarNodes(reinterpret_cast<Node *>(copy), rtindex, 1, 0);
	return copy;
}

} // namespace

const Native *
native_of(const Branch *branch, List *outputs)
{
	const FromExpr *from = branch->query->jointree;
	if (branch->rtindex.n != 1 || list_length(from->fromlist) != 1 || branch->query->hasTargetSRFs)
		return nullptr;
	List *expressions = NIL;
	ListCell *lc;
	foreach (lc, outputs)
		if (!lfirst_node(TargetEntry, lc)->resjunk)
			expressions = lappend(expressions, lfirst_node(TargetEntry, lc)->expr);
	int rtindex = branch->rtindex[0];
	Native *native = static_cast<Native *>(palloc0(sizeof(Native)));
	native->table = rt_fetch(rtindex, branch->query->rtable)->relid;
	native->quals = over_first_entry(make_ands_implicit(as<Expr>(from->quals)), rtindex);
	native->outputs = over_first_entry(expressions, rtindex);
	bool whole = reads_whole_row(reinterpret_cast<Node *>(native->quals), nullptr) ||
				 reads_whole_row(reinterpret_cast<Node *>(native->outputs), nullptr);
	return whole ? nullptr : native;
}

} // namespace dv::analyze
