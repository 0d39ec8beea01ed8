#pragma once

/*
 * Blocks over one table, computed row by row of its delta, with compiled expressions instead of a query. For views all of
 * whose blocks are such: Program::native.
 */
#include "engine/maintain.hpp"

namespace dv::engine {

/*
 * Each row of the step's deltas that satisfies its block's conditions goes to `take`: the sign first, if it is wanted, then
 * the block's outputs, as a query of the delta would give them.  They are good until the next row.
 */
void run_native(Step *step, bool with_sign, Take take, void *context);

/* What the planner would say of such a pass. */
double native_cost(const Step *step);

} // namespace dv::engine
