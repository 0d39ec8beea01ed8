#include "catalog/plain_views.hpp"

#include "analyze/analysis.hpp"
#include "pg/compat.hpp"

namespace dv::catalog {

namespace {

struct Search
{
	Oid definition; /* the rule of a view lists the view itself in its range table, up to 15 */
	Oid view;
};

bool
walk(Node *node, void *context)
{
	const Search *search = static_cast<const Search *>(context);

	if (node == nullptr)
		return false;
	if (IsA(node, RangeTblEntry))
	{
		RangeTblEntry *rte = reinterpret_cast<RangeTblEntry *>(node);

		if (rte->rtekind != RTE_RELATION || rte->relkind != RELKIND_VIEW || rte->relid == search->definition)
			return false;
		return rte->relid == search->view || reads_plain_view(rte->relid, search->view);
	}
	if (IsA(node, Query))
		return pg::walk_query(reinterpret_cast<Query *>(node), walk, context, QTW_EXAMINE_RTES_BEFORE);
	return pg::walk_expression(node, walk, context);
}

} // namespace

bool
reads_plain_view(Oid definition, Oid view)
{
	Search search = {definition, view};

	check_stack_depth();
	return walk(reinterpret_cast<Node *>(analyze::stored_query(definition)), &search);
}

bool
is_placeholder(Oid view)
{
	return analyze::stored_query(view)->jointree->fromlist == NIL;
}

} // namespace dv::catalog
