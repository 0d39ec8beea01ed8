/*
 * One small view per feature of SQL (views/), each driven by random transactions on the tables of tables.sql, and
 * after each of them compared with its query.  See --help.
 */
#include "batch.hpp"

#include <atomic>
#include <cmath>
#include <functional>
#include <iomanip>
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace features {

namespace {

/* The weakest of the strategies that a view has for its tables is the view's. */
std::string
strategy_of(const Outcome &outcome)
{
	std::string found = outcome.refused ? "refused" : outcome.skipped ? "skipped" : "constant";
	for (const char *strategy : {"linear", "aggregate", "keyed", "cascade", "complete"})
		for (const auto &[table, has] : outcome.strategies)
			if (has == strategy)
				found = has;
	return found;
}

std::string
tables_of(const Outcome &outcome)
{
	std::string out;
	for (const auto &[table, strategy] : outcome.strategies)
		out += (out.empty() ? "" : " ") + table + ":" + strategy;
	return out.empty() ? strategy_of(outcome) : out;
}

void
print(const Result &result)
{
	std::ostringstream out;
	out << result.area << ": " << result.outcomes.size() << " views, " << result.transactions << " transactions, "
		<< std::lround(result.seconds) << " s\n";
	for (const Outcome &outcome : result.outcomes)
		out << "  " << std::left << std::setw(28) << outcome.name << std::right << std::setw(6) << outcome.transactions
			<< " transactions" << std::setw(6) << outcome.changes << " changes"
			<< (outcome.failure.empty() ? "         " : " FAILED  ") << tables_of(outcome) << "\n";
	if (!result.failure.empty())
		out << "FAILED: " << result.area << ": " << result.failure << "\n";
	for (const Outcome &outcome : result.outcomes)
		if (!outcome.failure.empty())
			out << "FAILED: " << outcome.name << ": " << outcome.failure << "\n";
	std::cout << out.str() << std::flush;
}

int
conclude(const std::vector<Result> &results, uint64_t seed)
{
	std::map<std::string, long> views, pairs;
	std::string complete, failures;
	long count = 0, failed = 0, transactions = 0, changes = 0;
	for (const Result &result : results)
	{
		if (!result.failure.empty())
		{
			failures += "FAILED: " + result.area + "\n";
			failed++;
		}
		for (const Outcome &outcome : result.outcomes)
		{
			count++;
			transactions += outcome.transactions;
			changes += outcome.changes;
			views[strategy_of(outcome)]++;
			for (const auto &[table, strategy] : outcome.strategies)
			{
				pairs[strategy]++;
				if (strategy == "complete")
					complete += "  " + outcome.name + " (" + table + ")\n";
			}
			if (outcome.failure.empty())
				continue;
			failures += "FAILED: " + outcome.name + "\n";
			failed++;
		}
	}
	std::cout << "\ncomplete for a change of:\n" << complete << "\n";
	for (const auto &[strategy, n] : views)
		std::cout << strategy << ": " << n << " views, " << pairs[strategy] << " pairs of view and table\n";
	std::cout << "seed " << seed << ": " << count << " views, " << transactions
			  << " transactions on their tables, which changed them " << changes << " times\n"
			  << failures << failed << " failures\n";
	return failed == 0 && count > 0 ? 0 : 1;
}

/* Each job has a database of its own. */
void
work(const Suite &suite, const Options &options, int job, std::atomic<size_t> &next, std::vector<Result> &results)
{
	std::string name = "features_" + std::to_string(job);
	fuzz::Session main(options.conninfo, "");
	main.run("DROP DATABASE IF EXISTS " + name);
	if (fuzz::Answer made = main.run("CREATE DATABASE " + name); !made.ok())
		throw std::runtime_error(made.message());
	fuzz::Session session(options.conninfo + " dbname=" + name, "");
	if (fuzz::Answer made = session.run("CREATE EXTENSION pg_deltaview"); !made.ok())
		throw std::runtime_error(made.message());
	for (size_t i = next++; i < suite.areas.size(); i = next++)
	{
		results[i] = run_area(session, suite, suite.areas[i], options);
		print(results[i]);
	}
}

int
run(const std::string &folder, const Options &options)
{
	Suite suite = read_suite(folder);
	if (!options.only.empty())
	{
		std::vector<Area> found;
		for (const Area &area : suite.areas)
			for (const Feature &feature : area.features)
				if ((area.name == options.only || feature.name == options.only) &&
					(found.empty() || found.back().name != area.name))
					found.push_back(area);
		suite.areas = found;
	}
	std::vector<Result> results(suite.areas.size());
	std::vector<std::string> errors(static_cast<size_t>(options.jobs));
	std::vector<std::thread> threads;
	std::atomic<size_t> next{0};
	for (int job = 0; job < options.jobs; job++)
		threads.emplace_back([&, job] {
			try
			{
				work(suite, options, job, next, results);
			}
			catch (const std::exception &error)
			{
				errors[static_cast<size_t>(job)] = error.what();
			}
		});
	for (std::thread &thread : threads)
		thread.join();
	for (const std::string &error : errors)
		if (!error.empty())
			throw std::runtime_error(error);
	return conclude(results, options.seed);
}

} // namespace

} // namespace features

int
main(int argc, char **argv)
{
	features::Options options;
	std::string folder = ".";
	std::map<std::string, std::function<void(const std::string &)>> known = {
		{"--conninfo", [&](const std::string &value) { options.conninfo = value; }},
		{"--folder", [&](const std::string &value) { folder = value; }},
		{"--only", [&](const std::string &value) { options.only = value; }},
		{"--seed", [&](const std::string &value) { options.seed = std::stoull("0" + value); }},
		{"--jobs", [&](const std::string &value) { options.jobs = std::stoi("0" + value); }},
		{"--transactions", [&](const std::string &value) { options.transactions = std::stoi("0" + value); }},
		{"--changes", [&](const std::string &value) { options.changes = std::stoi("0" + value); }},
		{"--most", [&](const std::string &value) { options.most = std::stoi("0" + value); }},
		{"--shrink", [&](const std::string &value) { options.shrink = std::stoi("0" + value); }},
	};
	for (int i = 1; i < argc; i += 2)
	{
		auto option = known.find(argv[i]);
		if (option == known.end() || i + 1 == argc)
		{
			std::cerr << "usage: features --conninfo STRING [--folder DIR] [--seed N] [--jobs N]\n"
						 "                [--only AREA|VIEW]   one file of views/, or one view of it\n"
						 "                [--transactions N]   at least so many on the tables of each view (200)\n"
						 "                [--changes N]        of which so many change the view (50)\n"
						 "                [--most N]           what does not after so many has failed (3000)\n"
						 "                [--shrink SECONDS]   time to make the script of each failure small (0)\n";
			return 2;
		}
		option->second(argv[i + 1]);
	}
	try
	{
		return features::run(folder, options);
	}
	catch (const std::exception &error)
	{
		std::cerr << "features: " << error.what() << "\n";
		return 2;
	}
}
