#pragma once

#include "protocol.hpp"

namespace model {

struct Outcome
{
	size_t states = 0;
	size_t deadlocks = 0;
	size_t waits = 0;
	std::vector<int> wrong;    /* the shortest way to a wrong row, as the numbers of the writers that step */
	std::vector<int> deadlock; /* and to a deadlock */
};

/* Walks through all interleavings, breadth first; to the end only if nothing is wrong. */
Outcome search(const Case &which, Rules rules);

/* Tells a way, step by step, and where it leads. */
std::string explain(const Case &which, Rules rules, const std::vector<int> &way);

} // namespace model
