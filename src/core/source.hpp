#pragma once

#include "core/ir.hpp"

#include <string>
#include <vector>

namespace dv::core {

/* Which base tables have a delta in this flush: one flag per table. */
using Changed = std::vector<bool>;

Changed only(const View &view, int table);
/* From one bit per table; those beyond 64 count as unchanged. */
Changed changed_by(const View &view, unsigned long mask);

/* The relation that holds the delta of a table, and the one that holds the keys to recompute. */
std::string delta_name(int table);
inline constexpr const char *keys_name = "__dv_keys";
inline constexpr const char *sign_name = "__dv_sign";

/* Columns k1, k2, ... of the keys relation. */
std::string key_name(int key);

/* What stands in a FROM list for occurrence i in the term that puts the delta of occurrence `at` in its place. */
enum class Role {
	current, /* the table as it is now */
	delta,   /* its delta */
	before,  /* the table as it was, as a signed multiset: now, minus the delta */
};

std::string source(const View &view, int occurrence, Role role);

/* The alias under which an occurrence is read. */
std::string alias(int occurrence);

} // namespace dv::core
