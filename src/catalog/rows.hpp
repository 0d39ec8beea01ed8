#pragma once

/*
 * The catalog's rows, read and written natively: whoever runs, whatever the
 * isolation level, the latest state counts.  Writers of a view's row hold at
 * least ShareUpdateExclusiveLock on the view.
 */
#include "catalog/registry.hpp"
#include "pg/postgres.hpp"

extern "C" {
#include "utils/jsonb.h"
}

namespace dv::catalog {

namespace view_catalog {
enum Column : int {
	view = 1,
	definition,
	maintained,
	part_of,
	refresh,
	method,
	state,
	rank,
	settings,
	last_refresh,
	key_columns,
	document_types,
	ncolumns = document_types
};
}
namespace table_catalog {
enum Column : int { view = 1, base, strategy, incremental, reason, watched, ncolumns = watched };
}
namespace stale_marks {
enum Column : int { view = 1, since, ncolumns = since };
}

inline constexpr const char *schema_name = "deltaview";

/* An object of ours by name; InvalidOid where the extension is not installed. */
Oid catalog_table(const char *name);
Oid schema_oid();

/* Raises where the extension is not installed. */
Relation open_catalog(const char *name, LOCKMODE mode);
void insert_row(const char *name, Datum *values, bool *nulls);

/* The visible columns that tell a view's rows apart; no column at all where it has at most one row. */
struct Key
{
	bool exists;
	int ncolumns;
	const AttrNumber *columns;
};

/* The row of a view, as create_view fills it in. */
struct NewView
{
	Oid view;
	Oid definition;
	Oid maintained;
	Oid part_of;
	Refresh refresh;
	Method method;
	State state;
	int rank;
	int nsettings;
	const char *const *settings;
	Key key;
};

/* What the catalog holds; anything else is corruption. */
Refresh refresh_of(const char *name);
Method method_of(const char *name);
State state_of(const char *name);

void add_view(const NewView &row);
void add_table(Oid view, Oid base, const char *strategy, bool incremental, const char *reason, bool watched);

/* Becoming fresh sets last_refresh and takes away the marks that are visible now. */
void set_state(Oid view, State state);

/* Another query: its definitions and rank, and what set_document_types says unless null; the rows of its base tables go. */
void set_query(Oid view, Oid definition, Oid maintained, int rank, Jsonb *document_types);
void set_rank(Oid view, int rank);

/* Of a declared document view: the types of columns in its documents, as document/types.hpp has them. */
void set_document_types(Oid view, Jsonb *types);

/* All rows of a view. */
void remove_view(Oid view);

void add_stale_mark(Oid view);

enum class Role : char { table, view, part };

/*
 * What a relation is; of a view, its key, and the types of its documents or null. Reads the catalog as the snapshot in
 * force has it, a historic one, too.
 */
Role find_role(Oid relid, Key *key, Jsonb **document_types = nullptr);

} // namespace dv::catalog
