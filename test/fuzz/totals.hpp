#pragma once

#include "session.hpp"

#include <map>

namespace fuzz {

/* What a run was made of, for its last words. */
struct Totals
{
	long schemas = 0, views = 0, refused = 0, invalid = 0, large = 0, transactions = 0;
	std::map<std::string, double> flushes; /* per strategy */
	std::map<std::string, long> shapes, constructs, refusals, errors;
};

/* Adds what the statistics say of the schema's views; to be called before they are dropped. */
void count_flushes(Session &session, const std::vector<View> &views, Totals &totals);

/* Counts a refusal, under its message without the names in it. */
void count_refusal(const Answer &answer, Totals &totals);

/* Prints the totals: are they as they should be? */
bool conclude(uint64_t seed, const Totals &totals, bool verbose);

} // namespace fuzz
