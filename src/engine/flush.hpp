#pragma once

/*
 * The flush: from captured deltas to current views. Entry points for the catalog and for SQL.
 */
#include "pg/postgres.hpp"

namespace dv::engine {

/* deltaview.flush(): every pending view, on commit and on statement; 55000 inside an open captured statement. */
void flush_now();

/* Before DDL: as flush_now, but does nothing where a captured statement is open. */
void flush_before_ddl();

/* End of the outermost captured statement: views that are `on statement`. */
void flush_statement();

/* Pre-commit and pre-prepare: all, in rounds, with deferred triggers. */
void flush_transaction();

/*
 * Computes the whole of the view's content under a latest snapshot and applies the difference; takes the locks of
 * a recompute first, and marks all that is pending for the view as taken in. Returns the view rows written.
 */
uint64 recompute(Oid view);

/* First fill of an empty table, without indexes yet: streams the content in. Returns the rows. */
uint64 fill(Oid view);

/* _PG_init: transaction and subtransaction callbacks. */
void install_callbacks();

} // namespace dv::engine
