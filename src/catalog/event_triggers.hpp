#pragma once

#include "pg/postgres.hpp"

namespace dv::catalog {

/* Bodies of our event triggers. */
void ddl_command_start(Node *parsetree, const char *tag);
void ddl_command_end(Node *parsetree, const char *tag);
void sql_drop(Node *parsetree, const char *tag);

} // namespace dv::catalog
