/*
 * TPC-H under pg_deltaview: its 22 queries as views, which are compared with their queries after each of many random
 * transactions; with --bench, what one order costs each of them.  See --help and docs/tpch.md.
 */
#include "bench.hpp"
#include "load.hpp"
#include "writer.hpp"

#include <chrono>
#include <cstdio>
#include <iostream>
#include <map>

namespace tpch {

namespace {

struct Options
{
	std::string conninfo, directory;
	double scale = 0.01;
	uint64_t seed = 1;
	int transactions = 40, rounds = 15;
	bool bench = false, keep = false, strict = false;
	std::set<int> queries;
};

double
seconds()
{
	static const auto start = std::chrono::steady_clock::now();
	return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/* Runs one change.  A key that is taken is no error of ours, and what it began is rolled back. */
void
run(Connection &connection, const Change &change)
{
	connection.run("SAVEPOINT change");
	for (const std::string &statement : change.statements)
	{
		Answer answer = connection.attempt(statement);
		if (answer.ok())
			continue;
		if (answer.state() != "23505")
			throw std::runtime_error(statement + "\n" + answer.message());
		connection.run("ROLLBACK TO change");
		return;
	}
	connection.run("RELEASE change");
}

std::string
described(const std::vector<Change> &changes)
{
	std::string text;
	for (const Change &change : changes)
		text += (text.empty() ? "" : "; ") + change.what;
	return text;
}

int
fail(const Options &options, int transaction, const std::vector<Change> &changes, const std::string &why)
{
	std::cout << "FAILED at transaction " << transaction << " of seed " << options.seed << ", scale " << options.scale
			  << "\n"
			  << why << "\n\n";
	for (const Change &change : changes)
		for (const std::string &statement : change.statements)
			std::cout << statement << ";\n";
	return 1;
}

/* One transaction, and the comparisons after it; what is wrong, or nothing. */
std::string
step(Connection &connection, std::vector<View> &views, const std::vector<Change> &changes, std::string &changed)
{
	std::set<std::string> written;
	connection.run("BEGIN");
	for (const Change &change : changes)
	{
		run(connection, change);
		written.insert(change.tables.begin(), change.tables.end());
	}
	connection.run("COMMIT");
	std::vector<bool> differ = look(connection, views);
	for (size_t i = 0; i < views.size(); i++)
	{
		View &view = views[i];
		bool touched = false;
		for (const std::string &table : written)
			touched = touched || view.tables.count(table) > 0;
		view.touched += touched;
		view.changed += differ[i];
		if (differ[i])
			changed += " " + view.name;
		if (differ[i] && !touched)
			return view.name + " changed, though none of its tables did";
		if (std::string wrong = touched ? differences(connection, view) : ""; !wrong.empty())
			return wrong;
	}
	return "";
}

int
transactions(const Options &options, Connection &connection, const Generator &generator, std::vector<View> &views)
{
	Writer writer(connection, generator, options.seed);
	for (int number = 1; number <= options.transactions; number++)
	{
		std::vector<Change> changes = writer.transaction();
		std::string changed;
		double start = seconds();
		try
		{
			if (std::string wrong = step(connection, views, changes, changed); !wrong.empty())
				return fail(options, number, changes, wrong);
		}
		catch (const std::exception &error)
		{
			return fail(options, number, changes, error.what());
		}
		char time[32];
		std::snprintf(time, sizeof time, "%.1f s", seconds() - start);
		std::cout << number << " (" << time << ") " << described(changes) << ":" << (changed.empty() ? " -" : changed)
				  << std::endl;
	}
	for (const View &view : views)
		if (std::string wrong = own_differences(connection, view); !wrong.empty())
			return fail(options, options.transactions, {}, wrong);
	return 0;
}

int
run(const Options &options)
{
	(void) seconds();
	Generator generator(options.scale, options.seed);
	Connection connection(options.conninfo);
	if (!options.keep || connection.run("SELECT to_regclass('tpch.lineitem')").text(0, 0).empty())
	{
		load(connection, generator, read_file(options.directory + "/schema.sql"));
		std::cout << "loaded at scale " << options.scale << " in " << static_cast<int>(seconds()) << " s" << std::endl;
	}
	std::vector<View> views;
	for (const View &view : read_views(options.directory, options.scale))
		if (options.queries.empty() || options.queries.count(view.number) > 0)
			views.push_back(view);
	if (options.bench)
	{
		connection.run("SET work_mem = '64MB'");
		return bench(connection, generator, views, options.rounds) ? 0 : 1;
	}

	for (View &view : views)
		make_view(connection, view);
	std::cout << views.size() << " views made, " << static_cast<int>(seconds()) << " s" << std::endl;
	connection.run("ANALYZE");
	int status = transactions(options, connection, generator, views);
	int complete = 0;
	for (const View &view : views)
	{
		Answer stats =
			connection.run("SELECT flushes, complete FROM deltaview.stats WHERE view = '" + view.name + "'::regclass");
		std::map<std::string, std::string> followed; /* strategy to tables */
		for (const std::string &table : view.tables)
		{
			std::string how = strategy(connection, view, table);
			followed[how] += " " + table;
			complete += how == "complete" && (table == "orders" || table == "lineitem");
		}
		std::cout << view.name << ": changed by " << view.changed << " of " << view.touched << " transactions, "
				  << stats.text(0, 1) << " of " << stats.text(0, 0) << " flushes recomputed it";
		for (const auto &[how, names] : followed)
			std::cout << "; " << how << ":" << names;
		std::cout << (options.transactions > 0 && view.changed == 0 ? " -- NEVER CHANGED\n" : "\n");
	}
	std::cout << "seed " << options.seed << ": " << options.transactions << " transactions, " << complete
			  << " times complete for orders or lineitem, " << static_cast<int>(seconds()) << " s\n";
	if (options.strict && complete > 0)
	{
		std::cout << "FAILED: a query is recomputed for a change of orders or lineitem\n";
		status = 1;
	}
	return status;
}

const char *usage =
	"usage: tpch --conninfo STRING [--scale N] [--seed N] [--transactions N] [--query N]... [--strict] [--keep]\n"
	"            [--bench [--rounds N]] [--directory D]\n"
	"  --query N     only that query (may be repeated)\n"
	"  --strict      fail if a query is recomputed for changes of orders or lineitem\n"
	"  --keep        use the tables that are there, of the same scale\n"
	"  --bench       measure: prints a table for docs/tpch.md\n"
	"  --directory D where schema.sql and queries/ are (the program's own)\n";

} // namespace

} // namespace tpch

int
main(int argc, char **argv)
{
	tpch::Options options;
	std::string program = argv[0];
	options.directory = program.find('/') == std::string::npos ? "." : program.substr(0, program.rfind('/'));
	for (int i = 1; i < argc; i++)
	{
		std::string name = argv[i];
		if (name == "--bench")
			options.bench = true;
		else if (name == "--keep")
			options.keep = true;
		else if (name == "--strict")
			options.strict = true;
		else if (i + 1 == argc)
		{
			std::cerr << tpch::usage;
			return 2;
		}
		else if (name == "--conninfo")
			options.conninfo = argv[++i];
		else if (name == "--directory")
			options.directory = argv[++i];
		else if (name == "--scale")
			options.scale = std::stod(argv[++i]);
		else if (name == "--seed")
			options.seed = std::stoull(argv[++i]);
		else if (name == "--transactions")
			options.transactions = std::stoi(argv[++i]);
		else if (name == "--rounds")
			options.rounds = std::stoi(argv[++i]);
		else if (name == "--query")
			options.queries.insert(std::stoi(argv[++i]));
		else
		{
			std::cerr << tpch::usage;
			return 2;
		}
	}
	try
	{
		return tpch::run(options);
	}
	catch (const std::exception &error)
	{
		std::cerr << "tpch: " << error.what() << "\n";
		return 2;
	}
}
