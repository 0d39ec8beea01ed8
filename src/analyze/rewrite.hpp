#pragma once

/*
 * Steps from a query that no strategy serves as it stands to one over subqueries that some serve.
 *
 * Each takes a normalized query, looks at its outermost block alone, and returns a new normalized query with the same
 * visible columns (names and types too) and the same rows, duplicates included, whatever the tables hold; or nullptr
 * where it does not apply.  The argument stays as it is.  Which subqueries are then kept as hidden views is decided
 * elsewhere (parts.cpp): here is algebra only.
 */
#include "analyze/internal.hpp"

namespace dv::analyze {

struct RewriteStep
{
	const char *name;
	Query *(*apply)(const Query *query);
};

/* In the order in which they are tried. */
extern const RewriteStep rewrite_steps[];
extern const int rewrite_step_count;

/* The first step that applies, or the one of this name; nullptr if there is none. */
Query *rewrite(const Query *query, const char *step = nullptr);

/* SELECT * FROM (inner): a block whose one range table entry is the subquery, its junk columns left out. */
Query *select_from(Query *inner);

} // namespace dv::analyze
