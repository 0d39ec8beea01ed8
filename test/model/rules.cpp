#include "rules.hpp"

namespace model {

const std::vector<RuleInfo> &
all_rules()
{
	static const std::vector<RuleInfo> rules{
		{Rule::write_tags, "write_tags", "RowExclusive on the values that a writer's rows can be read by",
		 "join, opposite sides", false},
		{Rule::read_tags, "read_tags", "Share on the values that its delta reads by", "join, opposite sides", false},
		{Rule::old_values, "old_values", "both for old rows as for new ones", "join, opposite sides", false},
		{Rule::merged_modes, "merged_modes", "both modes of a tag at once", "join, both sides", true},
		{Rule::snapshot_after_tags, "snapshot_after_tags", "a snapshot after the last tag", "join, opposite sides",
		 false},
		{Rule::expand_after_tags, "expand_after_tags", "a second expansion, under it", "chain", false},
		{Rule::expand_after_late, "expand_after_late", "a third after late tags", "chain of documents", false},
		{Rule::late_without_waiting, "late_without_waiting", "late tags are not waited for", "chain", true},
		{Rule::key_tags, "key_tags", "Exclusive on the keys that are computed anew", "left join, same side", false},
		{Rule::old_keys, "old_keys", "on the keys that rows leave, too", "left join, same side", false},
		{Rule::snapshot_after_keys, "snapshot_after_keys", "a snapshot after the last key", "left join, same side",
		 false},
		{Rule::intention, "intention", "RowExclusive on the tables changed", "join, escalated", false},
		{Rule::share_read_tables, "share_read_tables", "Share on tables read by no equality",
		 "join by inequality, opposite sides", false},
		{Rule::share_escalated, "share_escalated", "Share on the others by who escalates", "join, escalated", false},
		{Rule::own_table_escalated, "own_table_escalated",
		 "ShareRowExclusive on its own table, too, by who escalates a keyed view", "left join, escalated", false},
		{Rule::latest_version, "latest_version", "deltas are added to the latest version of a row", "groups", false},
		{Rule::lock_unchanged, "lock_unchanged", "under its lock, even if they leave it as it is", "groups", false},
		{Rule::new_group_again, "new_group_again", "a new group waits for another's and tries again", "groups", false},
		{Rule::snapshot_after_row_lock, "snapshot_after_row_lock",
		 "a maximum is recomputed under a snapshot after the row lock", "groups", false},
		{Rule::hold_until_visible, "hold_until_visible", "locks are held until the commit is visible",
		 "join, opposite sides", false},
		{Rule::tag_order, "tag_order", "one order of tags", "join, opposite sides", true},
		{Rule::row_order, "row_order", "one order of rows", "groups", true},
	};
	return rules;
}

} // namespace model
