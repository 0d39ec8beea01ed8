#pragma once

/*
 * What the catalog says of views and of the base tables that they read, cached
 * per backend.  Relation-cache invalidation of any relation concerned empties the
 * cache at the next look-up; structs handed out stay readable until the end of
 * the transaction.
 */
#include "pg/postgres.hpp"
#include "pg/vec.hpp"

namespace dv::catalog {

enum class Refresh : char { on_commit, on_statement, on_demand };
enum class Method : char { fast, force, complete };
/* fresh: maintained (or, on demand, current); stale: on demand, and a base table has changed; paused: captures nothing */
enum class State : char { fresh, stale, paused };

const char *name_of(Refresh refresh);
const char *name_of(Method method);
const char *name_of(State state);

struct View
{
	Oid view;       /* the table that holds the rows */
	Oid owner;      /* of it; invalid if it is gone */
	Oid definition; /* the plain view in schema deltaview that holds the stored query */
	Oid maintained; /* the one that holds the query over the view's parts; the definition where it has none */
	Oid part_of;    /* of a part: the definition of the view that it serves; else invalid */
	Refresh refresh;
	Method method;
	State state;
	int rank; /* 0 for a view on base tables only, else 1 + the highest rank among the views that it reads */
	int ntables;
	const Oid *tables; /* base tables, views of ours among them */
	int nsettings;
	const char *const *settings; /* name, value, name, value, ...: settings recorded at creation */
	bool marked_here;            /* this transaction has marked it stale */
};

struct Table
{
	Oid table;
	int nviews;
	const View *const *views; /* every view on it, in rank order, whatever its state */
	bool captured;            /* some view on it is neither paused nor on demand */
	bool on_statement;        /* some captured view is flushed at the end of the statement */
	int ncolumns;
	const AttrNumber *columns; /* the columns that some captured view uses, ascending */
};

/* The entry of a view, or nullptr if the relation is no view of ours. */
const View *view(Oid relid);

/* The entry of a base table, or nullptr if no view reads it. */
const Table *table(Oid relid);

/* Does any view read it? Unlike table(), looks at no query. */
bool is_base_table(Oid relid);

/* Every view, parts among them, in rank order. */
pg::Vec<const View *> all_views();

/* The hidden views that a view is computed from, in rank order. */
pg::Vec<const View *> parts_of(const View *view);

/* A base table is about to change: its views on demand that are fresh become stale. Waits for nobody. */
void note_stale(Oid table);

/* Makes this backend, and at our commit all others, read the catalog anew. */
void catalog_changed();

/* _PG_init: relation-cache callback. */
void install_registry();

/* Counts up whenever the cache was emptied: what is derived from it is then out of date. */
uint64 generation();

} // namespace dv::catalog
