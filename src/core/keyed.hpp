#pragma once

#include "core/source.hpp"

namespace dv::core {

/*
 * The content of the view for the keys in __dv_keys alone:
 *
 *     keys CROSS JOIN LATERAL (SELECT * FROM (content) q WHERE q.p = k.p OFFSET 0)
 *
 * The fence keeps the subquery whole, and q.p = k.p, a parameter there, is
 * pushed down to an index.  `nulls` has a bit per key column that is NULL in
 * all keys of this run: there the test is for NULL, which an index serves too.
 * Only the first columns are told apart so, since every set of NULLs wants a
 * query of its own; further ones are compared in a way that serves both.
 */
inline constexpr int nulls_told_apart = 8;

std::string content_for_keys(const View &view, unsigned nulls);

/* The rows that the view's table holds for the keys: ctid, then all columns. */
std::string stored_for_keys(const View &view, unsigned nulls);

/* The whole content, and all stored rows with their ctid. */
std::string whole_content(const View &view);
std::string whole_stored(const View &view);

} // namespace dv::core
