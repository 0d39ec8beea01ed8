#include "analyze/cut.hpp"
#include "analyze/rewrite_steps.hpp"

namespace dv::analyze {

/* DISTINCT over groups, windows or set-returning functions: DISTINCT over a subquery of these. */
Query *
rewrite_distinct(const Query *query)
{
	bool computes = is_grouped(query) || query->hasWindowFuncs || query->hasTargetSRFs;
	return query->distinctClause != NIL && computes && !is_limited(query) ? raise_clauses(query, true) : nullptr;
}

} // namespace dv::analyze
