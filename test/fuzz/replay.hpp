#pragma once

#include "session.hpp"

#include <ostream>

namespace fuzz {

/* Runs one transaction; statement errors of the expected kinds are dealt with, others are the failure. */
Failure run_transaction(Session &session, const Transaction &steps, const std::vector<View> &views);

/* Compares every view with its query. */
Failure compare_all(Session &session, const std::vector<View> &views, bool thorough);

/* Drops the schema and makes it anew, empty of tables. */
Failure reset(Session &session);

/* Makes the history as small as it can be while the same failure stays, within so many seconds. */
History shrink(Session &session, History history, const Failure &failure, int seconds);

/* As a script for psql. */
void print(std::ostream &out, const History &history);

} // namespace fuzz
