#include "analyze/rewrite_steps.hpp"

namespace dv::analyze {

const RewriteStep rewrite_steps[] = {
	{"limit", rewrite_limit},
	{"set_operation", rewrite_set_operation},
	{"grouping_sets", rewrite_grouping_sets},
	{"distinct", rewrite_distinct},
	{"windows", rewrite_windows},
	{"having", rewrite_having},
	{"membership", rewrite_membership},
	{"uncorrelated", rewrite_uncorrelated},
	{"full_join", rewrite_full_join},
	{"distinct_aggregates", rewrite_distinct_aggregates},
	{"bool_aggregates", rewrite_bool_aggregates},
	{"ungrouped", rewrite_ungrouped},
	{nullptr, nullptr},
};
const int rewrite_step_count = lengthof(rewrite_steps) - 1;

Query *
rewrite(const Query *query, const char *step)
{
	for (int i = 0; i < rewrite_step_count; i++)
	{
		if (step != nullptr && strcmp(step, rewrite_steps[i].name) != 0)
			continue;
		if (Query *rewritten = rewrite_steps[i].apply(query))
			return rewritten;
	}
	return nullptr;
}

Query *
rewrite_normalized(Query *query, const char *step)
{
	return rewrite(normalize(query), step);
}

Query *
select_from(Query *inner)
{
	Query *query = makeNode(Query);
	RangeTblEntry *rte = makeNode(RangeTblEntry);
	RangeTblRef *ref = makeNode(RangeTblRef);
	List *names = NIL;
	ListCell *lc;

	query->commandType = CMD_SELECT;
	query->canSetTag = true;
	rte->rtekind = RTE_SUBQUERY;
	rte->subquery = inner;
	rte->inFromCl = true;
	foreach (lc, inner->targetList)
	{
		TargetEntry *entry = lfirst_node(TargetEntry, lc);
		if (entry->resjunk)
			continue;
		names = lappend(names, makeString(pstrdup(entry->resname)));
		TargetEntry *output = makeTargetEntry(reinterpret_cast<Expr *>(makeVarFromTargetEntry(1, entry)),
											  list_length(query->targetList) + 1, pstrdup(entry->resname), false);
		query->targetList = lappend(query->targetList, output);
	}
	rte->alias = makeAlias("part", NIL);
	rte->eref = makeAlias("part", names);
	query->rtable = list_make1(rte);
	ref->rtindex = 1;
	query->jointree = makeFromExpr(list_make1(ref), nullptr);
	return query;
}

} // namespace dv::analyze
