#pragma once

/*
 * The relations, triggers and rows that a view consists of.
 */
#include "analyze/analysis.hpp"
#include "catalog/registry.hpp"

namespace dv::catalog {

/* What is to be made: a user's view, or a part of one. */
struct Request
{
	Oid schema;
	const char *schema_name;
	const char *name;
	const char *qualified;
	Refresh refresh;
	Method method;
	bool with_data;
	Oid part_of; /* the definition of the view that a part serves */
};

/*
 * Names in schema deltaview: what belongs to a view has this base, "schema.view", and a suffix, cut to fit.  A hidden
 * name is free there, and in the schema where the relation is made.
 */
char *hidden_base_name(const char *schema, const char *view);
char *hidden_name(Oid from, const char *base, const char *suffix);

/* The plain view that holds a query, in schema deltaview, named after `view`. */
Oid create_definition(const Request &request, const char *view, const char *suffix, const char *query);

/*
 * The table that holds the rows, filled if asked for, with its index and the rows of the catalog; unless it is only to be
 * looked at, with capture triggers on the base tables that lack them.
 */
Oid build(const Request &request, Oid definition, Oid maintained, const analyze::Analysis *analysis, bool watch);

/* What follows from the query, beside the table: triggers on the base tables, rows of the catalog, the rank. */
void add_triggers(const analyze::Analysis *analysis);
void add_tables(const Request &request, Oid table, const analyze::Analysis *analysis);
int rank_of(const analyze::Analysis *analysis);

void move_to_our_schema(Oid relation);

} // namespace dv::catalog
