#pragma once

/*
 * Expressions over the columns of one table that are kept as text: written by a user, or stored by us.  They are parsed
 * by themselves, in the context of that table, and come out as the server writes them: every name qualified that
 * pg_catalog alone does not show, constants as every setting reads them.
 */
#include "pg/postgres.hpp"

namespace dv::analyze {

/* A column that has another name since the text was written; none: null. */
struct Renamed
{
	const char *before;
	const char *now;
};

/*
 * A condition; raises unless the text is one, over this table alone.  Its columns come out as those of `alias`, or bare where
 * that is null.
 */
char *condition_text(Oid table, const char *text, const char *alias, Renamed renamed = {});

/* The same of what stands after ORDER BY. */
char *order_text(Oid table, const char *text, const char *alias, Renamed renamed = {});

/* The equality that joins two columns, as an operator; null if there is none. */
const char *equality_text(Oid left_type, Oid right_type);

} // namespace dv::analyze
