#pragma once

/*
 * What target, find_row and difference share, and nobody else needs.
 */
#include "engine/apply.hpp"

namespace dv::engine {

/* Chooses the index that rows are found by, once for a target; opens it; closes it. */
void prepare_finding(Target *target, const Shape &shape);
void begin_finding(Target *target);
void end_finding(Target *target);

/* 40001. */
[[noreturn]] void raise_concurrent(Target *target);

/*
 * Finds a row of the latest state by the key of `slot`, or for identity content by its content, into target->found;
 * where `state` is given, only a row with that state hash. Prefers a row on which no other transaction's change is
 * pending, and waits for one only if there is no other: two writers who each remove a copy of the same row take
 * different ones.
 */
bool locate(Target *target, const Shape &shape, Hasher *hasher, TupleTableSlot *slot, const Hash128 *state);

/* As update_row and delete_row, but false, and nothing is done, where another transaction was faster. */
bool try_update_row(Target *target, ItemPointer tid, TupleTableSlot *old_slot, TupleTableSlot *slot);
bool try_delete_row(Target *target, ItemPointer tid, TupleTableSlot *old_slot);

} // namespace dv::engine
