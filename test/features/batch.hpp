#pragma once

#include "comparison.hpp"

namespace features {

struct Options
{
	std::string conninfo;
	std::string only; /* one area, or one view */
	uint64_t seed = 1;
	int transactions = 200, changes = 50, most = 3000; /* per view: at least, at least, at most */
	int shrink = 0;
	int jobs = 1;
};

struct Result
{
	std::string area;
	long transactions = 0;
	double seconds = 0;
	std::vector<Outcome> outcomes;
	std::string failure; /* of the whole: the server crashed */
};

/* Makes the views of one area and drives them until each has had its transactions and changes. */
Result run_area(fuzz::Session &session, const Suite &suite, const Area &area, const Options &options);

} // namespace features
