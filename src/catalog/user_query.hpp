#pragma once

#include "pg/postgres.hpp"

namespace dv::catalog {

/* The user's text, parsed, checked and completed; errors point into the text. */
Query *parse_user_query(const char *text);

} // namespace dv::catalog
