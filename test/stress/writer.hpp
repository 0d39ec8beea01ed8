#pragma once

#include "checks.hpp"

namespace stress {

/* What the transactions are like. */
struct Manner
{
	std::vector<std::string> levels = {"READ COMMITTED", "READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"};
	bool orderly = false; /* their own statements meet in no deadlock, and there is one flush in each, at the commit */
};

using Outcomes = std::map<std::string, long>;
constexpr const char *flush_deadlock = "deadlocks (40P01) at a flush";
constexpr const char *statement_deadlock = "deadlocks (40P01) at a statement";

/* One client that runs random transactions. */
class Writer
{
public:
	Writer(Connection connection, int number, unsigned seed, const Manner &manner);

	/*
	 * One transaction, repeated until it gets through. Returns what should not
	 * have happened, empty if nothing.
	 */
	std::string transaction(const std::vector<View> &views, const Checks &checks);

	const Outcomes &outcomes() const { return outcomes_; }
	int attempts() const { return attempts_; } /* the most that one took */

private:
	struct Step
	{
		std::string sql;
		enum Kind : char { plain, flush, check, end } kind;
	};
	using Script = std::vector<Step>;

	std::string operation(const std::vector<View> &views);
	void add_changes(Script &script, bool checked, const std::vector<View> &views, const Checks &checks);
	void add_orderly_changes(Script &script);
	Script script(const std::vector<View> &views, const Checks &checks);
	/* One attempt: what went wrong. */
	Answer attempt(const Script &script);
	void count(const Step &step, const Answer &answer);
	void clean_up();
	void roll_back_prepared();

	Connection connection_;
	int number_;
	Random random_;
	Manner manner_;
	std::string prepared_; /* the name for the one at hand, if it is to be prepared */
	long nprepared_ = 0;
	std::string history_;
	Outcomes outcomes_;
	int attempts_ = 0;
};

} // namespace stress
