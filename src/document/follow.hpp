#pragma once

#include "pg/postgres.hpp"

namespace dv::document {

/* After a command: a column or schema that it renamed is so in the declarations. */
void follow_rename(Node *parsetree);

/* After a drop: declarations whose view, schema or root is gone go, and embeds whose table is. */
void forget_dropped();

} // namespace dv::document
