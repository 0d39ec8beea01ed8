/*
 * Many writers at once, in every isolation level, with operators among them;
 * now and then all pause and every view is compared with its query.
 */
#include "schema.hpp"
#include "writer.hpp"

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <mutex>
#include <shared_mutex>
#include <stdexcept>
#include <thread>

namespace {

using Clock = std::chrono::steady_clock;

struct Options
{
	std::string conninfo = "dbname=stress";
	int seconds = 30;
	unsigned seed = 1;
	int clients = 8;
	bool kill = false;
	bool keep = false; /* go on with what is there: after a crash */
};

Options
parse(int argc, char **argv)
{
	Options options;
	for (int i = 1; i < argc; i++)
	{
		std::string name = argv[i];
		if (name == "--kill")
			options.kill = true;
		else if (name == "--keep")
			options.keep = true;
		else if (i + 1 == argc)
			throw std::runtime_error(
				"usage: stress [--conninfo C] [--seconds N] [--seed N] [--clients N] [--kill] [--keep]");
		else if (name == "--conninfo")
			options.conninfo = argv[++i];
		else if (name == "--seconds")
			options.seconds = std::atoi(argv[++i]);
		else if (name == "--seed")
			options.seed = static_cast<unsigned>(std::atoll(argv[++i]));
		else if (name == "--clients")
			options.clients = std::atoi(argv[++i]);
		else
			throw std::runtime_error("unknown option " + name);
	}
	options.conninfo += " application_name=stress options='-c search_path=stress,public -c deadlock_timeout=50ms'";
	return options;
}

/* A transaction holds it shared, a check alone. */
class Gate
{
public:
	void enter()
	{
		std::unique_lock<std::mutex> turn(door_);
		rooms_.lock_shared();
	}
	void leave() { rooms_.unlock_shared(); }
	template <typename F> void alone(F &&work)
	{
		std::unique_lock<std::mutex> turn(door_);
		rooms_.lock();
		work();
		rooms_.unlock();
	}

private:
	std::mutex door_;
	std::shared_mutex rooms_;
};

void
end_prepared(stress::Connection &connection)
{
	for (;;)
	{
		stress::Answer left =
			connection.run("SELECT format('ROLLBACK PREPARED %L', gid) FROM pg_prepared_xacts WHERE gid LIKE "
						   "'stress%' AND database = current_database() LIMIT 1");
		if (!left.ok() || left.text.empty())
			return;
		connection.run(left.text);
	}
}

int
run(const Options &options)
{
	stress::Connection checker(options.conninfo);
	end_prepared(checker);
	if (!options.keep)
		make_schema(checker);
	std::string wrong = options.keep ? differences(checker) : "";

	Gate gate;
	std::mutex results;
	std::atomic<bool> stop(!wrong.empty());
	std::map<std::string, long> outcomes;
	std::vector<std::thread> threads;
	for (int i = 0; i < options.clients; i++)
		threads.emplace_back([&, i] {
			std::string failure;
			try
			{
				stress::Writer writer(options.conninfo, i, options.seed);
				while (!stop && failure.empty())
				{
					gate.enter();
					failure = writer.transaction();
					gate.leave();
				}
				std::lock_guard<std::mutex> hold(results);
				for (const auto &outcome : writer.outcomes())
					outcomes[outcome.first] += outcome.second;
			}
			catch (const std::exception &error)
			{
				failure = error.what();
			}
			std::lock_guard<std::mutex> hold(results);
			if (!failure.empty())
				stop = true;
			wrong += failure;
		});

	Clock::time_point end = Clock::now() + std::chrono::seconds(options.seconds);
	int checks = 0;
	while (!stop && Clock::now() < end)
	{
		for (int i = 0; i < 15 && !stop; i++)
		{
			std::this_thread::sleep_for(std::chrono::milliseconds(100));
			if (options.kill)
				checker.run(
					"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'stress' AND "
					"pid <> pg_backend_pid() ORDER BY random() LIMIT 1");
		}
		gate.alone([&] {
			if (options.kill)
				end_prepared(checker);
			std::string found = differences(checker);
			std::lock_guard<std::mutex> hold(results);
			wrong += found;
			stop = stop || !found.empty();
			checks++;
		});
	}
	stop = true;
	for (std::thread &thread : threads)
		thread.join();
	std::cout << checks << " checks of all views;";
	for (const auto &outcome : outcomes)
		std::cout << " " << outcome.first << ": " << outcome.second;
	std::cout << "\n" << wrong;
	return wrong.empty() && checks > 0 && outcomes["committed"] > 0 ? 0 : 1;
}

} // namespace

int
main(int argc, char **argv)
{
	try
	{
		return run(parse(argc, argv));
	}
	catch (const std::exception &error)
	{
		std::cerr << "stress: " << error.what() << "\n";
		return 2;
	}
}
