#pragma once

/*
 * What utility statements mean for views.
 */
#include "pg/postgres.hpp"

namespace dv::catalog {

/* Raises 0A000 for what no view survives: changes of its columns, of its triggers, row triggers before its rows. */
void refuse_statement(Node *parsetree);

/* The table that this command may take a key, an index or a trigger from, or InvalidOid. */
Oid relation_whose_shape_changes(Node *parsetree);

/* The view that this command renames, moves or gives to another owner, or InvalidOid. */
Oid view_whose_parts_follow(Node *parsetree);

/* The table or composite type whose columns this command makes, takes away, changes or renames, or InvalidOid. */
Oid relation_whose_columns_change(Node *parsetree);

/* The relation whose rows this command computes anew, where no trigger sees it, or InvalidOid. */
Oid relation_computed_anew(Node *parsetree);

DropBehavior drop_behavior(Node *parsetree);

} // namespace dv::catalog
