#pragma once

#include "catalog/registry.hpp"

namespace dv::catalog {

/*
 * Before a drop of tables or schemas: locks the base tables that will lose our triggers, before the views themselves
 * are locked.  A writer locks its base table first, and the views at its commit.
 */
void lock_before_drop(Node *parsetree);

/*
 * After any drop: views whose table or definition is gone go as a whole, and
 * base tables that no view reads any more lose our triggers.
 */
void clean_up_after_drop(DropBehavior behavior);

/*
 * What a view was kept by before it got another query: definitions, parts, and our triggers on tables that no view reads
 * any more.  The catalog says already what it is kept by now.
 */
void drop_former(const View *before, const pg::Vec<const View *> &parts);

} // namespace dv::catalog
