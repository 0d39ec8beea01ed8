#pragma once

#include "connection.hpp"

#include <map>
#include <random>

namespace stress {

/* One client that runs random transactions. */
class Writer
{
public:
	Writer(const std::string &conninfo, int number, unsigned seed);

	/* One transaction, from BEGIN to its end. Returns what should not have happened, empty if nothing. */
	std::string transaction();

	const std::map<std::string, long> &outcomes() const { return outcomes_; }

private:
	int below(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }
	bool chance(int percent) { return below(100) < percent; }
	std::string change();
	std::string operation();
	std::string statement();
	void roll_back_prepared(const std::string &prepared);
	std::string fail(const std::string &sql, const Answer &answer);

	Connection connection_;
	int number_;
	long prepared_ = 0;
	std::mt19937 random_;
	std::string history_;
	std::map<std::string, long> outcomes_;
};

} // namespace stress
