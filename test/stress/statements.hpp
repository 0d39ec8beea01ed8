#pragma once

#include "random.hpp"

namespace stress {

/* One statement on a base table, mostly on the few rows and values that everybody is at. */
std::string change(Random &random);

/* One that touches some hundred rows. */
std::string large_change(Random &random);

} // namespace stress
