#pragma once

/*
 * The steps that concern sets of rows, each in a file of its own.
 */
#include "analyze/rewrite_build.hpp"

namespace dv::analyze {

/* UNION, INTERSECT and EXCEPT as blocks over UNION ALL. */
Query *rewrite_set_operation(const Query *query);
/* Uncorrelated scalar subqueries and EXISTS as relations of one row, joined to FROM. */
Query *rewrite_uncorrelated(const Query *query);

} // namespace dv::analyze
