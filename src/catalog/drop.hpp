#pragma once

#include "pg/postgres.hpp"

namespace dv::catalog {

/*
 * After any drop: views whose table or definition is gone go as a whole, and
 * base tables that no view reads any more lose our triggers.
 */
void clean_up_after_drop(DropBehavior behavior);

} // namespace dv::catalog
