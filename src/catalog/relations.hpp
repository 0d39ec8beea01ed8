#pragma once

/*
 * What base tables and views may be like.
 */
#include "analyze/analysis.hpp"
#include "catalog/registry.hpp"

namespace dv::catalog {

/* Can changes of this table be seen by our triggers? Not those of partitions, inheritance children and foreign tables. */
bool can_be_watched(Oid table);

/* 0A000 where it cannot; `owner` is the view's, whom row-level security must not bind. */
void check_base_table(Oid table, Oid owner);

/* 0A000 where a view's table has become what it may not be. */
void check_view_table(const View *view);

/* Does the view's table have the columns and the index that its analysis asks for? */
bool fits(const View *view);

/* The index on the key columns, or on the hash column; InvalidOid if there is none. */
Oid find_key_index(Oid view, const analyze::Analysis *analysis);

/* 42501 for another's, 42809 for a relation that is no view of ours. */
const View *owned_view(Oid relid);
/* 42809 for a relation that is no view of ours, 42501 without SELECT on it. */
const View *readable_view(Oid relid);

Oid owner_of(Oid relation);

} // namespace dv::catalog
