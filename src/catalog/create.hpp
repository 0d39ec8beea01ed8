#pragma once

#include "analyze/analysis.hpp"
#include "catalog/parts.hpp"

namespace dv::catalog {

/*
 * deltaview.create_view.  Base tables stay locked against writers
 * (ShareRowExclusiveLock) to the end of the transaction.
 */
Oid create_view(const char *name, const char *query, const char *refresh, const char *method, bool with_data);

/*
 * How a view of this query would follow its base tables.  Makes the hidden views that it would want, and rolls them
 * back.
 */
pg::Vec<analyze::TableUse> uses_of_query(Query *query);

/* --- the steps, for who gives a view another query -------------------------- */

/* A name for a new view: the schema and the name, which is free there. */
Request resolve_new_name(const char *name);

/* 55000 where a captured statement is open; `what` is to happen to a view. */
void refuse_inside_statement(const char *what);

/* What a view of the query may read, and what must be seen of it.  Locks in oid order, so that two creators do not wait for each other. */
void check_and_lock(const Request &request, const analyze::Analysis *analysis);

/* The plain views that hold a view's queries, its parts, and how it would be kept. */
struct Definitions
{
	Oid definition;
	Oid maintained;
	Parts parts;
	analyze::Analysis *analysis;
	pg::Vec<analyze::TableUse> uses;
};

/* As the current user; the request must live as long as the result. */
void make_definitions(const Request &request, Query *query, Definitions *made);

/* Notices that name missing indexes. */
void advise(const Request &request, const Definitions &made);

} // namespace dv::catalog
