#pragma once

#include <vector>

namespace model {

enum class Rule {
	write_tags,
	read_tags,
	old_values,
	merged_modes,
	snapshot_after_tags,
	expand_after_tags,
	expand_after_late,
	late_without_waiting,
	key_tags,
	old_keys,
	snapshot_after_keys,
	intention,
	share_read_tables,
	share_escalated,
	own_table_escalated,
	latest_version,
	lock_unchanged,
	new_group_again,
	snapshot_after_row_lock,
	hold_until_visible,
	tag_order,
	row_order,
};

/* One of them, or none, is broken. */
struct Rules
{
	int broken = -1;

	bool hold(Rule rule) const { return broken != static_cast<int>(rule); }
};

struct RuleInfo
{
	Rule rule;
	const char *name;
	const char *promise;
	const char *scenario; /* that catches it when it is broken */
	bool deadlock;        /* by a deadlock instead of a wrong row */
};

const std::vector<RuleInfo> &all_rules();

} // namespace model
