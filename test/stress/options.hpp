#pragma once

#include "writer.hpp"

namespace stress {

struct Options
{
	std::string conninfo = "dbname=stress";
	std::string breaks; /* a rule that is broken on purpose: to be found */
	std::string views;  /* only these, and those that they read */
	Manner manner;
	int seconds = 60;
	int round_seconds = 7;
	int connections = 8;
	unsigned seed = 1;
	bool kill = false;
	bool keep = false; /* go on with what is there: after a crash */

	std::string setup(int number) const; /* of a writer's session */
};

Options parse(int argc, char **argv);

} // namespace stress
