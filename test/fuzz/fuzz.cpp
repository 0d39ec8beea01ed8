/*
 * The randomised test: random views over random tables, random transactions, and after each commit every view is
 * compared with its query.  See --help.
 */
#include "replay.hpp"
#include "statements.hpp"
#include "totals.hpp"
#include "views.hpp"

#include <chrono>
#include <cstring>
#include <fstream>
#include <iostream>

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

/* What the server itself says of a query: is it valid, and not too large to be a view here? */
bool
is_usable(Session &session, const View &view, Totals &totals)
{
	Answer answer = session.run("SELECT count(q) FROM (" + view.query + ") q");
	if (!answer.ok())
	{
		std::string message = answer.message();
		message.resize(message.find('\n'));
		totals.errors[message]++;
		totals.invalid++;
		return false;
	}
	bool large = answer.number(0, 0) > 1000;
	totals.large += large ? 1 : 0;
	return !large;
}

/* Ordinary views for maintained ones to read. */
std::vector<View>
make_plain_views(Session &session, Random &random, const Schema &schema, History &history, Totals &totals)
{
	std::vector<View> made;
	std::vector<const Relation *> sources;
	for (const Relation &table : schema.tables)
		sources.push_back(&table);
	for (int i = random.percent(40) ? random.between(1, 2) : 0; i > 0; i--)
	{
		View view = ViewMaker(random, sources).make("p" + std::to_string(i), "");
		view.relation.is_plain = true;
		std::string sql = "CREATE VIEW " + view.relation.name + " AS " + view.query;
		/* an order that an ordinary view leaves open stays open: docs/limits.md, "Ordering" */
		if (!view.exact || !is_usable(session, view, totals) || !session.run(sql).ok())
			continue;
		history.setup.push_back(sql);
		made.push_back(view);
	}
	return made;
}

Failure
make_views(Session &session, Random &random, const Schema &schema, History &history, Totals &totals,
		   const Options &options)
{
	int wanted = random.between(6, 9);
	/* whoever looks for one broken rule looks where that rule is at work */
	std::string favourite = options.breaks == "keyed" ? "outer join" : options.breaks;
	std::vector<View> plain = make_plain_views(session, random, schema, history, totals);
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
				if (!on_statement || view.relation.on_statement)
					sources.push_back(&view.relation);
		if (random.percent(40))
			for (const View &view : plain)
				sources.push_back(&view.relation);
		/* so that each strategy has its share, however few schemas there are time for */
		static const char *const first[] = {"linear", "aggregate", "outer join", "aggregate", "linear"};
		std::string wish = favourite.empty() && i < 5 ? first[i] : favourite;
		View view = ViewMaker(random, sources).make("v" + std::to_string(i), wish);
		view.relation.on_statement = on_statement;
		if (options.verbose)
			std::cerr << "view " << view.relation.name << " (" << view.shape << "): " << view.query << "\n";
		if (!is_usable(session, view, totals))
			continue;
		Answer answer = session.run(view.create());
		totals.views++;
		totals.shapes[view.shape]++;
		for (const std::string &construct : view.constructs)
			totals.constructs[construct]++;
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
		count_refusal(answer, totals);
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
			failure = compare_all(session, history.views, true);
		totals.schemas++;
		Writer writer(random, schema);
		for (int i = 0; i < 30 && failure.kind == Failure::none && time_left(); i++)
		{
			history.transactions.push_back(writer.transaction());
			failure = run_transaction(session, history.transactions.back(), history.views);
			if (failure.kind == Failure::none)
				failure = compare_all(session, history.views, i % 3 == 2);
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
	return conclude(options.seed, totals, options.verbose) ? 0 : 1;
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
