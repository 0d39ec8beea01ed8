#pragma once

#include "pg/postgres.hpp"

namespace dv::engine {

/*
 * Body of deltaview.verify: flushes, then compares the view's table with its
 * query under one latest snapshot, as the view's owner.  One row for each
 * content that differs: copies in the table minus copies in the query.
 * With `hidden`, the columns that maintenance added are compared as well.
 */
void verify(FunctionCallInfo fcinfo, Oid view, bool hidden);

} // namespace dv::engine
