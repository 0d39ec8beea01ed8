/*
 * A model of the lock protocol of a flush (docs/concurrency.md): two and three writers, who have changed base tables,
 * commit at once, step by step and in every interleaving. With all rules each view equals its query after every commit,
 * and no one waits for ever; with any one rule taken out a scenario shows what it is there for.
 *
 *     model                  checks both
 *     model --explain RULE   tells the shortest way to a wrong row, or to a deadlock, without the rule
 *     model --matrix         tells which scenarios catch which rule
 */
#include "scenarios.hpp"
#include "search.hpp"

#include <cstdio>
#include <stdexcept>

namespace model {

namespace {

struct Found
{
	size_t cases = 0;
	size_t states = 0;
	size_t waits = 0;
	size_t deadlocks = 0;
	std::string wrong; /* told, the shortest */
	std::string deadlock;
	size_t steps = 0; /* to what is told */
};

/* `stop`: at the first case where a wrong row, or a deadlock, is found. */
Found
run(const Scenario &scenario, Rules rules, bool stop)
{
	Found found;
	for (const Case &one : cases(scenario))
	{
		Outcome outcome = search(one, rules);
		found.cases++;
		found.states += outcome.states;
		found.waits += outcome.waits;
		found.deadlocks += outcome.deadlocks;
		bool shorter = found.wrong.empty() || outcome.wrong.size() < found.steps;
		if (!outcome.wrong.empty() && shorter)
		{
			found.steps = outcome.wrong.size();
			found.wrong = explain(one, rules, outcome.wrong);
		}
		if (!outcome.deadlock.empty() && found.deadlock.empty())
			found.deadlock = explain(one, rules, outcome.deadlock);
		if (stop && !(found.wrong.empty() && found.deadlock.empty()))
			break;
	}
	return found;
}

bool
is_as_expected(const Scenario &scenario, const Found &found)
{
	switch (scenario.expect)
	{
	case Expect::no_deadlock:
		return found.wrong.empty() && found.deadlocks == 0;
	case Expect::no_wait:
		return found.wrong.empty() && found.waits == 0;
	case Expect::deadlock:
		return found.wrong.empty() && found.deadlocks > 0;
	}
	return false;
}

const Scenario &
scenario_of(const RuleInfo &rule, const std::vector<Scenario> &scenarios)
{
	for (const Scenario &scenario : scenarios)
		if (scenario.name == rule.scenario)
			return scenario;
	throw std::logic_error(std::string("no scenario ") + rule.scenario);
}

bool
check(const std::vector<Scenario> &scenarios)
{
	bool all_good = true;
	size_t states = 0;
	for (const Scenario &scenario : scenarios)
	{
		Found found = run(scenario, {}, false);
		bool good = is_as_expected(scenario, found);
		std::printf("%s %s: %zu cases, %zu states, %zu deadlocks\n", good ? "ok" : "not ok", scenario.name.c_str(),
					found.cases, found.states, found.deadlocks);
		if (!good)
			std::printf("%s", (found.wrong.empty() ? found.deadlock : found.wrong).c_str());
		all_good = all_good && good;
		states += found.states;
	}
	for (const RuleInfo &rule : all_rules())
	{
		Found found = run(scenario_of(rule, scenarios), {static_cast<int>(rule.rule)}, true);
		bool good = rule.deadlock ? !found.deadlock.empty() : !found.wrong.empty();
		std::printf("%s without %s: a %s in %s\n", good ? "ok" : "not ok", rule.name,
					rule.deadlock ? "deadlock" : "wrong row", rule.scenario);
		all_good = all_good && good;
		states += found.states;
	}
	std::printf("%zu states\n", states);
	return all_good;
}

bool
explain_rule(const std::vector<Scenario> &scenarios, const std::string &name)
{
	for (const RuleInfo &rule : all_rules())
		if (rule.name == name)
		{
			Found found = run(scenario_of(rule, scenarios), {static_cast<int>(rule.rule)}, false);
			std::printf("%s: %s\n%s without it:\n%s", rule.name, rule.promise, rule.scenario,
						(rule.deadlock ? found.deadlock : found.wrong).c_str());
			return true;
		}
	for (const RuleInfo &rule : all_rules())
		std::printf("%s: %s\n", rule.name, rule.promise);
	return false;
}

void
matrix(const std::vector<Scenario> &scenarios)
{
	for (const RuleInfo &rule : all_rules())
	{
		std::printf("%s:\n", rule.name);
		for (const Scenario &scenario : scenarios)
		{
			Found found = run(scenario, {static_cast<int>(rule.rule)}, true);
			if (scenario.expect == Expect::no_deadlock && !(found.wrong.empty() && found.deadlock.empty()))
				std::printf("    %s: %s\n", scenario.name.c_str(), found.wrong.empty() ? "deadlock" : "wrong row");
			std::fflush(stdout);
		}
	}
}

} // namespace

} // namespace model

int
main(int argc, char **argv)
{
	std::vector<model::Scenario> scenarios = model::all_scenarios();
	std::string option = argc > 1 ? argv[1] : "";
	if (option == "--matrix")
		model::matrix(scenarios);
	else if (option == "--explain")
		return model::explain_rule(scenarios, argc > 2 ? argv[2] : "") ? 0 : 2;
	else if (option.empty())
		return model::check(scenarios) ? 0 : 1;
	else
		std::fprintf(stderr, "usage: model [--explain RULE | --matrix]\n");
	return option == "--matrix" ? 0 : 2;
}
