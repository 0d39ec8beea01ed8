#pragma once

/*
 * The parts of a view: hidden views, which the view is computed from.
 */
#include "catalog/build.hpp"

namespace dv::catalog {

struct Part
{
	Oid table;
	const analyze::Analysis *analysis;
};

struct Parts
{
	const Request *view;
	Oid definition;
	bool to_explain; /* empty, and not kept: for their analysis alone */
	pg::Vec<Part> made;
	pg::Vec<const char *> indexes;
};

/*
 * Makes the parts that the query of a view wants, filled like the view, and returns the query over them; nullptr if it
 * wants none.  `parts` names the view and its definition.
 */
Query *make_parts(Parts *parts, Query *stored);

/*
 * The analysis of a query over parts, in a plain view.  Makes the indexes on them by which changes of other relations
 * find their partners there, and an order its first rows.
 */
analyze::Analysis *analyze_over_parts(Parts *parts, Oid definition, bool is_part);

/* From the schema of the view, where they were made, to that of the extension. */
void hide_parts(const Parts *parts);

/* What a change of each base table leads to, by way of the parts and in the view itself, whose analysis this is. */
pg::Vec<analyze::TableUse> uses_by_way_of(const pg::Vec<Part> &parts, const analyze::Analysis *analysis);

} // namespace dv::catalog
