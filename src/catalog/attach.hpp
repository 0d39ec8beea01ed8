#pragma once

/*
 * Our triggers on base tables and on views.
 */
#include "pg/postgres.hpp"

namespace dv::catalog {

/* Every trigger of ours is called so. */
inline constexpr const char *trigger_prefix = "__dv_";

/* Does the base table have our capture triggers? */
bool has_capture_triggers(Oid table);

/* The caller holds ShareRowExclusiveLock; the current user needs TRIGGER on the table. */
void add_capture_triggers(Oid table);

/* Whoever owns the table. */
void drop_capture_triggers(Oid table);

void add_protect_trigger(Oid view);

/* A trigger of ours on the relation that does not fire always, or nullptr. */
const char *disabled_trigger(Oid relation);

} // namespace dv::catalog
