#pragma once

/*
 * What base tables and views may be like.
 */
#include "analyze/analysis.hpp"
#include "catalog/registry.hpp"

namespace dv::catalog {

/*
 * Can changes of this table be seen, by our triggers, or by the event trigger where it is a plain materialized view? Not
 * those of partitions, inheritance children and foreign tables.
 */
bool can_be_watched(Oid table);

/* 0A000 where it cannot; `owner` is the view's, whom row-level security must not bind. */
void check_base_table(Oid table, Oid owner);

/* 0A000 where a view's table has become what it may not be. */
void check_view_table(const View *view);

/*
 * The analysis by which the view's table was made: it does not change when a
 * base table gets a key later.  Null if the table has other columns than
 * either way asks for, or lacks the index.
 */
analyze::Analysis *fitting_analysis(const View *view);

/* The index on the key columns, or on the hash column; InvalidOid if there is none. */
Oid find_key_index(Oid view, const analyze::Analysis *analysis);

/* 42501 for another's, 42809 for a relation that is no view of ours. */
const View *owned_view(Oid relid);
/* 42809 for a relation that is no view of ours, 42501 without SELECT on it. */
const View *readable_view(Oid relid);

Oid owner_of(Oid relation);

} // namespace dv::catalog
