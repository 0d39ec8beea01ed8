#pragma once

#include "pg/postgres.hpp"

namespace dv::catalog {

/*
 * Does the stored query of the plain view `definition` read whole rows of the
 * table, as in to_jsonb(t)?  Then a new column, or a new name of one, changes
 * its result.
 */
bool reads_whole_row(Oid definition, Oid table);

/* Does a column of the table hold rows of the relation, a composite type or another table? */
bool holds_rows_of(Oid table, Oid relation);

} // namespace dv::catalog
