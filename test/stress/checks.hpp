#pragma once

#include "schema.hpp"

#include <map>

namespace stress {

/* What is wrong, empty if nothing. */
class Checks
{
public:
	void prepare(Connection &connection, const std::vector<View> &views);

	/* All views in one snapshot, whoever is writing. */
	std::string in_snapshot(Connection &connection);

	/* By verify, with the hidden columns and the hidden parts; nobody else may be writing. */
	std::string at_rest(Connection &connection);

	const std::string &of(const std::string &view) const { return comparisons_.at(view); }
	long snapshots() const { return snapshots_; }
	long rests() const { return rests_; }

private:
	std::map<std::string, std::string> comparisons_;
	long snapshots_ = 0;
	long rests_ = 0;
};

} // namespace stress
