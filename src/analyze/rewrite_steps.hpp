#pragma once

/*
 * The steps, each in a file of its own.
 */
#include "analyze/rewrite_build.hpp"

namespace dv::analyze {

/* ORDER BY and LIMIT over a subquery with the rest. */
Query *rewrite_limit(const Query *query);
/* DISTINCT over a subquery that groups, ranks or expands. */
Query *rewrite_distinct(const Query *query);
/* Windows over a subquery that groups, or that has those of another partition. */
Query *rewrite_windows(const Query *query);
/* HAVING as WHERE over a subquery that groups. */
Query *rewrite_having(const Query *query);
/* Aggregates with DISTINCT as plain ones over a subquery that groups by their argument, too. */
Query *rewrite_distinct_aggregates(const Query *query);
/* bool_and and bool_or as comparisons of counts, which fold. */
Query *rewrite_bool_aggregates(const Query *query);
/* Groups, DISTINCT and windows over a subquery with what is no inner join. */
Query *rewrite_ungrouped(const Query *query);

/* UNION, INTERSECT and EXCEPT as blocks over UNION ALL. */
Query *rewrite_set_operation(const Query *query);
/* GROUPING SETS, ROLLUP and CUBE as UNION ALL of blocks with one set of groups each. */
Query *rewrite_grouping_sets(const Query *query);
/* A FULL JOIN as UNION ALL of a left join and the rows of the right side without a partner. */
Query *rewrite_full_join(const Query *query);
/* IN where it is no condition by itself, and NOT IN, as EXISTS and what is known of the whole set. */
Query *rewrite_membership(const Query *query);
/* Uncorrelated scalar subqueries and EXISTS as relations of one row, joined to FROM. */
Query *rewrite_uncorrelated(const Query *query);

} // namespace dv::analyze
