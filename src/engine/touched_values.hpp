#pragma once

/*
 * Which values the changed rows of a flush hold, or find others by: the tags on values.
 */
#include "engine/locks.hpp"
#include "engine/maintain.hpp"

namespace dv::engine {

/* What the delta at hand touches, for a program; lives with its prepared queries. */
const LockPlan *lock_plan(Program *program, uint64 mask);

/* Adds the tags of a step's delta. Where the plan has queries: within with_step, under the active snapshot. */
void add_value_tags(Step *step, const LockPlan *plan, pg::Vec<Tag> *tags);

} // namespace dv::engine
