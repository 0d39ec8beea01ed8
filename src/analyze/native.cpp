#include "analyze/internal.hpp"
#include "pg/compat.hpp"

extern "C" {
#include "nodes/nodeFuncs.h"
#include "parser/parsetree.h"
}

namespace dv::analyze {

namespace {

struct Numbering
{
	const Branch *branch;
	bool reads_row; /* as a whole: such a row is one of the table's type, which a row of the delta is not */
};

/* Entries of the range table become occurrences of the block. */
Node *
to_occurrence(Node *node, void *context)
{
	Numbering *numbering = static_cast<Numbering *>(context);
	if (node == nullptr)
		return nullptr;
	if (!IsA(node, Var))
		return pg::mutate_expression(node, to_occurrence, context);
	Var *var = static_cast<Var *>(copyObjectImpl(node));
	numbering->reads_row = numbering->reads_row || var->varattno <= 0;
	for (int i = 0; i < numbering->branch->rtindex.n; i++)
		if (numbering->branch->rtindex[i] == static_cast<int>(as<Var>(node)->varno))
			var->varno = i + 1;
	return reinterpret_cast<Node *>(var);
}

List *
over_occurrences(List *expressions, Numbering *numbering)
{
	return static_cast<List *>(static_cast<void *>(to_occurrence(reinterpret_cast<Node *>(expressions), numbering)));
}

/* ANDs within ANDs, as the joins and the WHERE have left them, in one list. */
List *
conditions_in(Node *qual)
{
	List *conditions = NIL;
	ListCell *lc;
	if (!is_andclause(qual))
		return list_make1(qual);
	foreach (lc, as<BoolExpr>(qual)->args)
		conditions = list_concat(conditions, conditions_in(static_cast<Node *>(lfirst(lc))));
	return conditions;
}

} // namespace

const Native *
native_of(const Branch *branch, List *outputs)
{
	const FromExpr *from = branch->query->jointree;
	if (list_length(from->fromlist) != branch->rtindex.n || branch->query->hasTargetSRFs || branch->query->hasSubLinks)
		return nullptr;
	List *expressions = NIL;
	ListCell *lc;
	foreach (lc, outputs)
		if (!lfirst_node(TargetEntry, lc)->resjunk)
			expressions = lappend(expressions, lfirst_node(TargetEntry, lc)->expr);
	Native *native = static_cast<Native *>(palloc0(sizeof(Native)));
	Oid *tables = static_cast<Oid *>(palloc(sizeof(Oid) * (branch->rtindex.n + 1)));
	for (int i = 0; i < branch->rtindex.n; i++)
		tables[i] = rt_fetch(branch->rtindex[i], branch->query->rtable)->relid;
	Numbering numbering{branch, false};
	native->ntables = branch->rtindex.n;
	native->tables = tables;
	native->quals = over_occurrences(from->quals ? conditions_in(from->quals) : NIL, &numbering);
	native->outputs = over_occurrences(expressions, &numbering);
	return numbering.reads_row ? nullptr : native;
}

} // namespace dv::analyze
