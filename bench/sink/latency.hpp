#pragma once

#include <string>
#include <vector>

struct Waits
{
	std::vector<double> visible; /* milliseconds from the end of COMMIT until a reader finds the change, sorted */
	double read = 0;             /* median of one look */
};

/* Changes one document at a time, as an application would, and looks for each change in the collection. */
Waits commit_to_visible(const std::string &uri, const std::string &database, const std::string &collection,
						const std::string &conninfo, int samples);
