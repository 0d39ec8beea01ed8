/*
 * The randomised test: random views over random tables, random transactions, and after each commit every view is
 * compared with its query.  See --help.
 */
#include "replay.hpp"
#include "statements.hpp"
#include "views.hpp"

#include <chrono>
#include <cstring>
#include <fstream>
#include <iostream>
#include <map>

namespace fuzz {

namespace {

struct Options
{
	std::string conninfo;
	uint64_t seed = 1;
	int seconds = 60;
	bool verbose = false;
	std::string breaks;
	int shrink = 60;
	std::string script;
};

struct Totals
{
	long schemas = 0, views = 0, refused = 0, transactions = 0;
	std::map<std::string, double> flushes; /* per strategy */
	std::map<std::string, long> shapes, refusals;
};

/* Adds what the statistics say of the schema's views; to be called before they are dropped. */
void
count_flushes(Session &session, const std::vector<View> &views, Totals &totals)
{
	for (const View &view : views)
	{
		Answer stats =
			session.run("SELECT s.flushes, s.incremental, s.complete FROM deltaview.stats s WHERE s.view = '" +
						view.relation.name + "'::regclass");
		Answer tables = session.run("SELECT t.strategy FROM deltaview.view_tables t WHERE t.view = '" +
									view.relation.name + "'::regclass AND t.strategy <> 'complete'");
		if (!stats.ok() || !tables.ok())
			throw std::runtime_error(stats.message() + tables.message());
		if (stats.rows() == 0)
			continue;
		totals.flushes["complete"] += static_cast<double>(stats.number(0, 2));
		/* tables of one view may have different strategies: which of them changed is not counted apart */
		for (int row = 0; row < tables.rows(); row++)
			totals.flushes[tables.text(row, 0)] += static_cast<double>(stats.number(0, 1)) / tables.rows();
	}
}

Failure
make_views(Session &session, Random &random, const Schema &schema, History &history, Totals &totals,
		   const Options &options)
{
	int wanted = random.between(5, 8);
	/* whoever looks for one broken rule looks where that rule is at work */
	std::string favourite = options.breaks == "keyed" ? "outer join" : options.breaks;
	std::vector<View> made;
	made.reserve(static_cast<size_t>(wanted));
	for (int i = 0; i < wanted; i++)
	{
		bool on_statement = random.percent(20);
		std::vector<const Relation *> sources;
		for (const Relation &table : schema.tables)
			sources.push_back(&table);
		/* an `on statement` view reads only views that are as fresh */
		if (random.percent(25))
			for (const View &view : made)
				if (view.exact && (!on_statement || view.relation.on_statement))
					sources.push_back(&view.relation);
		View view = ViewMaker(random, sources).make("v" + std::to_string(i), favourite);
		view.relation.on_statement = on_statement;
		if (options.verbose)
			std::cerr << "view " << view.relation.name << " (" << view.shape << "): " << view.query << "\n";
		Answer answer = session.run(view.create());
		totals.views++;
		totals.shapes[view.shape]++;
		if (answer.ok())
		{
			made.push_back(view);
			continue;
		}
		if (answer.state() != "0A000" && answer.state() != "42P17")
		{
			Failure failure;
			failure.kind = session.alive() ? Failure::error : Failure::crash;
			failure.state = answer.state();
			failure.text = view.create() + "\n" + answer.message();
			history.views = made;
			history.views.push_back(view);
			return failure;
		}
		totals.refused++;
		totals.refusals[view.shape + ": " + answer.message()]++;
	}
	history.views = made;
	return {};
}

int
report(Session &session, const Options &options, const Failure &failure, History history)
{
	std::cout << "FAILED with seed " << options.seed << "\n";
	for (const View &view : history.views)
		if (view.relation.name == failure.view)
			std::cout << "view " << view.relation.name << " (" << view.shape << "): " << view.query << "\n";
	std::cout << failure.text << "\n\n-- the last transaction:\n";
	if (!history.transactions.empty())
		for (const Step &step : history.transactions.back())
			std::cout << step.sql << ";\n" << step.copy;
	if (options.shrink > 0)
		history = shrink(session, history, failure, options.shrink);
	std::cout << "\n-- to see it again:\n";
	print(std::cout, history);
	if (!options.script.empty())
	{
		std::ofstream file(options.script);
		print(file, history);
	}
	return 1;
}

int
conclude(const Options &options, const Totals &totals)
{
	double all = 0;
	for (const auto &[strategy, flushes] : totals.flushes)
		all += flushes;
	std::cout << "seed " << options.seed << ": " << totals.schemas << " schemas, " << totals.views << " views ("
			  << totals.refused << " refused), " << totals.transactions << " transactions, " << static_cast<long>(all)
			  << " flushes\n";
	for (const auto &[what, count] : totals.refusals)
		std::cout << "  refused " << count << " times: " << what;
	bool good = true;
	for (const char *strategy : {"linear", "aggregate", "keyed", "complete"})
	{
		auto found = totals.flushes.find(strategy);
		double share = found == totals.flushes.end() || all == 0 ? 0 : 100 * found->second / all;
		std::cout << "  " << strategy << ": " << static_cast<int>(share * 10) / 10.0 << " % of the flushes\n";
		good = good && share >= 5;
	}
	if (!good)
		std::cout << "FAILED: a strategy took less than 5 % of the flushes\n";
	if (totals.refused * 10 > totals.views)
	{
		std::cout << "FAILED: more than 10 % of the views were refused\n";
		good = false;
	}
	if (options.verbose)
		for (const auto &[shape, count] : totals.shapes)
			std::cout << "  " << count << " views of shape " << shape << "\n";
	return good ? 0 : 1;
}

int
run(const Options &options)
{
	Random random(options.seed);
	Session session(options.conninfo, options.breaks);
	Totals totals;
	auto end = std::chrono::steady_clock::now() + std::chrono::seconds(options.seconds);
	auto time_left = [&] { return std::chrono::steady_clock::now() < end; };
	Answer answer = session.run("CREATE EXTENSION IF NOT EXISTS pg_deltaview");
	if (!answer.ok())
		throw std::runtime_error(answer.message());

	while (time_left())
	{
		History history;
		Failure failure = reset(session);
		Schema schema = make_schema(random);
		history.setup = schema.setup;
		for (const std::string &sql : schema.setup)
			if (Answer made = session.run(sql); !made.ok() && made.state().substr(0, 2) != "23")
				throw std::runtime_error(sql + "\n" + made.message());
		if (failure.kind == Failure::none)
			failure = make_views(session, random, schema, history, totals, options);
		if (failure.kind == Failure::none)
			failure = compare_all(session, history.views);
		totals.schemas++;
		Writer writer(random, schema);
		for (int i = 0; i < 30 && failure.kind == Failure::none && time_left(); i++)
		{
			history.transactions.push_back(writer.transaction());
			failure = run_transaction(session, history.transactions.back(), history.views);
			if (failure.kind == Failure::none)
				failure = compare_all(session, history.views);
			totals.transactions++;
		}
		if (failure.kind != Failure::none)
		{
			if (options.breaks.empty())
				return report(session, options, failure, history);
			std::cout << "with the " << options.breaks << " rule broken, after " << totals.transactions
					  << " transactions: " << failure.text << "\n";
			return 0;
		}
		count_flushes(session, history.views, totals);
	}
	if (!options.breaks.empty())
	{
		std::cout << "FAILED: the " << options.breaks << " rule is broken and " << totals.transactions
				  << " transactions did not show it\n";
		return 1;
	}
	reset(session);
	return conclude(options, totals);
}

} // namespace

} // namespace fuzz

int
main(int argc, char **argv)
{
	fuzz::Options options;
	for (int i = 1; i < argc; i++)
	{
		std::string name = argv[i];
		if (name == "--verbose")
		{
			options.verbose = true;
			continue;
		}
		std::string value = i + 1 < argc ? argv[++i] : "";
		if (name == "--conninfo")
			options.conninfo = value;
		else if (name == "--seed")
			options.seed = std::stoull("0" + value);
		else if (name == "--seconds")
			options.seconds = std::stoi("0" + value);
		else if (name == "--break")
			options.breaks = value;
		else if (name == "--shrink")
			options.shrink = std::stoi("0" + value);
		else if (name == "--script")
			options.script = value;
		else
		{
			std::cerr << "usage: fuzz --conninfo STRING [--seed N] [--seconds S] [--verbose]\n"
						 "            [--shrink SECONDS]  time to make a failing script small (60; 0: leave it)\n"
						 "            [--script FILE]     also write that script to a file\n"
						 "            [--break RULE]      break the delta rule (linear, aggregate, keyed) on purpose:\n"
						 "                                success is then to find the difference\n";
			return 2;
		}
	}
	try
	{
		return fuzz::run(options);
	}
	catch (const std::exception &error)
	{
		std::cerr << "fuzz: " << error.what() << "\n";
		return 2;
	}
}
