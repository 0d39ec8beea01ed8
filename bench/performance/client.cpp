/*
 * Runs steps over several databases that are alike but for who keeps the view, in turn, and says what the server
 * process behind each connection used:
 *
 *   client steps FILE SCALE ROUNDS SECONDS VARIANT=DATABASE... [-- STEP...]
 *   client once VARIANT=DATABASE SQL...
 *
 * A line of FILE is a step: its name, statements per transaction, where $1 comes from, and the statement, in which :n is
 * the scale.  $1 is drawn from 1 to the scale (random), counts on from above it (next), or takes what the step before
 * counted, as often (same).  Output: step, variant, round, transactions, seconds, microseconds of CPU, instructions,
 * kB of private memory at most (once alone).
 */
#include "backend.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <random>
#include <set>
#include <sstream>
#include <stdexcept>
#include <vector>

namespace bench {

namespace {

struct Step
{
	std::string name;
	int statements = 1;
	std::string source, sql;
};

struct Variant
{
	std::string name, database;
	std::vector<long> ends; /* of what `next` counted, by rounds; the first is the warm-up */
};

struct Options
{
	long scale = 0;
	int rounds = 0;
	double seconds = 0;
};

Variant
parse_variant(const std::string &text)
{
	size_t equals = text.find('=');
	if (equals == std::string::npos)
		throw std::runtime_error("not a variant: " + text);
	return {text.substr(0, equals), text.substr(equals + 1), {}};
}

std::vector<Step>
read_steps(const std::string &file, long scale)
{
	std::vector<Step> steps;
	std::ifstream lines(file);
	for (std::string line; std::getline(lines, line);)
	{
		Step step;
		std::string statements;
		std::istringstream fields(line);
		std::getline(fields, step.name, '\t');
		std::getline(fields, statements, '\t');
		std::getline(fields, step.source, '\t');
		std::getline(fields, step.sql);
		step.statements = std::stoi(statements);
		for (size_t at; (at = step.sql.find(":n")) != std::string::npos;)
			step.sql.replace(at, 2, std::to_string(scale));
		steps.push_back(step);
	}
	return steps;
}

void
report(const std::string &step, const std::string &variant, int round, long transactions, const Used &used, long memory)
{
	std::printf("%s\t%s\t%d\t%ld\t%.6f\t%.3f\t%.0f\t%ld\n", step.c_str(), variant.c_str(), round, transactions,
				used.seconds, used.cpu, used.instructions, memory);
	std::fflush(stdout);
}

/* One step on one connection. */
class Runner
{
public:
	Runner(const Step &step, const Options &options, Variant &variant)
		: step_(step), options_(options), variant_(variant), backend_(variant.database)
	{
		backend_.run("VACUUM");
		backend_.prepare("begin", "BEGIN");
		backend_.prepare("step", step.sql);
		backend_.prepare("commit", "COMMIT");
		if (step.source == "next")
			variant.ends = {options.scale};
	}

	/* Round -1 warms up. */
	void round(int number)
	{
		long transactions = 0, least = number < 0 ? 8 : 2;
		double seconds = number < 0 ? std::max(options_.seconds, 0.3) : options_.seconds;
		if (step_.source == "same")
			begin_same(static_cast<size_t>(number + 1));
		Used before = backend_.used();
		auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
		do
		{
			transaction();
			transactions++;
		} while (step_.source == "same" ? next_ < end_
										: transactions < least || std::chrono::steady_clock::now() < end);
		Used used = backend_.used() - before;
		if (step_.source == "next")
			variant_.ends.push_back(next_);
		if (number >= 0)
			report(step_.name, variant_.name, number, transactions, used, 0);
	}

	/* For tools that look at the process. */
	int pid() const { return backend_.pid(); }

private:
	void begin_same(size_t round)
	{
		if (round + 1 >= variant_.ends.size())
			throw std::runtime_error(step_.name + " needs the step before it");
		next_ = variant_.ends[round];
		end_ = variant_.ends[round + 1];
	}

	long parameter()
	{
		if (step_.source == "random")
			return std::uniform_int_distribution<long>(1, options_.scale)(random_);
		return ++next_;
	}

	void transaction()
	{
		if (step_.statements > 1)
			backend_.execute("begin", false, 0);
		for (int i = 0; i < step_.statements; i++)
			backend_.execute("step", true, parameter());
		if (step_.statements > 1)
			backend_.execute("commit", false, 0);
	}

	const Step &step_;
	const Options &options_;
	Variant &variant_;
	Backend backend_;
	std::mt19937_64 random_{2026};
	long next_ = variant_.ends.empty() ? options_.scale : variant_.ends[0];
	long end_ = 0;
};

void
run_step(const Step &step, const Options &options, std::vector<Variant> &variants)
{
	std::vector<std::unique_ptr<Runner>> runners;
	for (Variant &variant : variants)
	{
		runners.push_back(std::make_unique<Runner>(step, options, variant));
		runners.back()->round(-1);
		std::fprintf(stderr, "%s\t%s\t%d\n", step.name.c_str(), variant.name.c_str(), runners.back()->pid());
	}
	for (int round = 0; round < options.rounds; round++)
		for (size_t i = 0; i < runners.size(); i++)
			runners[(i + static_cast<size_t>(round)) % runners.size()]->round(round);
}

void
run_steps(const std::vector<std::string> &arguments)
{
	Options options;
	options.scale = std::stol(arguments.at(1));
	options.rounds = std::stoi(arguments.at(2));
	options.seconds = std::stod(arguments.at(3));
	std::vector<Variant> variants;
	std::set<std::string> wanted;
	size_t i = 4;
	for (; i < arguments.size() && arguments[i] != "--"; i++)
		variants.push_back(parse_variant(arguments[i]));
	for (i++; i < arguments.size(); i++)
		wanted.insert(arguments[i]);
	for (const Step &step : read_steps(arguments[0], options.scale))
		if (wanted.empty() || wanted.count(step.name))
			run_step(step, options, variants);
}

void
run_once(const std::vector<std::string> &arguments)
{
	Variant variant = parse_variant(arguments.at(0));
	Backend backend(variant.database);
	backend.run("SELECT");
	for (size_t i = 1; i < arguments.size(); i++)
	{
		Used before = backend.used();
		long memory = backend.watch(arguments[i]);
		report("once", variant.name, static_cast<int>(i), 1, backend.used() - before, memory);
	}
}

} // namespace

} // namespace bench

int
main(int argc, char **argv)
{
	std::vector<std::string> arguments(argv + 1, argv + argc);
	try
	{
		if (arguments.empty())
			throw std::runtime_error("what to do?");
		std::string what = arguments[0];
		arguments.erase(arguments.begin());
		if (what == "steps")
			bench::run_steps(arguments);
		else if (what == "once")
			bench::run_once(arguments);
		else
			throw std::runtime_error("what is " + what + "?");
	}
	catch (const std::exception &error)
	{
		std::cerr << "client: " << error.what() << std::endl;
		return 1;
	}
}
