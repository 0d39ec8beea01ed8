/*
 * Many writers at once, while one looks, in one snapshot after another, whether
 * every view equals its query. In rounds, each with views of its own.
 */
#include "options.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <iostream>
#include <mutex>
#include <shared_mutex>
#include <stdexcept>
#include <thread>

namespace stress {

namespace {

using Clock = std::chrono::steady_clock;

/* A transaction holds it shared, who wants nobody to be writing alone. */
class Gate
{
public:
	std::shared_lock<std::shared_mutex> enter()
	{
		std::unique_lock<std::mutex> turn(door_);
		return std::shared_lock<std::shared_mutex>(rooms_);
	}
	template <typename F> void alone(F &&work)
	{
		std::unique_lock<std::mutex> turn(door_);
		std::unique_lock<std::shared_mutex> hold(rooms_);
		work();
	}

private:
	std::mutex door_;
	std::shared_mutex rooms_;
};

void
remove(std::vector<View> &views, const char *refresh)
{
	auto is_such = [&](const View &view) { return view.refresh == refresh; };
	views.erase(std::remove_if(views.begin(), views.end(), is_such), views.end());
}

class Run
{
public:
	explicit Run(const Options &options)
		: options_(options), random_(options.seed),
		  checker_(options.conninfo, "SET search_path = stress, public; SET deadlock_timeout = '300ms'")
	{}

	/* True if it went as it should. */
	bool go();

private:
	void write(int number);
	void look();
	void begin_round();
	void end_round();
	void end_prepared();
	void fail(const std::string &what);
	bool report();

	Options options_;
	Random random_;
	Connection checker_;
	Gate gate_;
	std::vector<View> views_; /* changes while nobody writes, as do the checks' queries */
	Checks checks_;
	int round_ = 0;
	long lock_waits_ = 0;
	long escalations_ = 0;
	std::atomic<bool> stop_{false};
	std::mutex results_; /* guards what follows */
	Outcomes outcomes_;
	int attempts_ = 0;
	std::string wrong_;
};

void
Run::fail(const std::string &what)
{
	std::lock_guard<std::mutex> hold(results_);
	if (what.empty())
		return;
	wrong_ += what + "\n";
	stop_ = true;
}

void
Run::write(int number)
{
	try
	{
		Writer writer(Connection(options_.conninfo, options_.setup(number)), number, options_.seed, options_.manner);
		while (!stop_)
		{
			auto inside = gate_.enter();
			fail(writer.transaction(views_, checks_));
		}
		std::lock_guard<std::mutex> hold(results_);
		for (const auto &outcome : writer.outcomes())
			outcomes_[outcome.first] += outcome.second;
		attempts_ = std::max(attempts_, writer.attempts());
	}
	catch (const std::exception &error)
	{
		fail(error.what());
	}
}

void
Run::end_prepared()
{
	std::string left;
	do
	{
		left = checker_.must(
			"SELECT format('ROLLBACK PREPARED %L', gid) FROM pg_prepared_xacts WHERE gid LIKE 'stress%' AND"
			" database = current_database() LIMIT 1");
		checker_.run(left);
	} while (!left.empty());
}

void
Run::begin_round()
{
	bool keep = options_.keep && round_ == 0;
	std::string only = keep ? checker_.must("SELECT string_agg(name::text, ' ') FROM deltaview.views") : options_.views;
	do
	{
		views_ = views_of_round(random_, round_, only);
		if (options_.manner.orderly)
			remove(views_, "on statement");
	} while (views_.empty() && only.empty());
	end_prepared();
	if (keep)
		fail(checks_.at_rest(checker_));
	else
		make_schema(checker_, views_);
	checks_.prepare(checker_, views_);
	round_++;
}

void
Run::end_round()
{
	lock_waits_ += std::stol(checker_.must("SELECT coalesce(sum(lock_waits), 0) FROM deltaview.stats"));
	escalations_ += std::stol(checker_.must("SELECT coalesce(sum(escalations), 0) FROM deltaview.stats"));
}

/* Rounds, and in each: snapshots while all write, and now and then a look while none does. */
void
Run::look()
{
	Clock::time_point now = Clock::now(), end = now + std::chrono::seconds(options_.seconds);
	Clock::time_point round_end = now + std::chrono::seconds(options_.round_seconds), rest = now, kill = now;
	while (!stop_ && now < end)
	{
		fail(checks_.in_snapshot(checker_));
		now = Clock::now();
		if (options_.kill && now > kill + std::chrono::milliseconds(100))
		{
			kill = now;
			checker_.must(
				"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'stress' AND pid"
				" <> pg_backend_pid() ORDER BY random() LIMIT 1");
		}
		bool next_round = now > round_end && now < end;
		if (next_round || now > rest + std::chrono::seconds(3))
			gate_.alone([&] {
				if (options_.kill)
					end_prepared();
				fail(checks_.at_rest(checker_));
				if (next_round && !stop_)
				{
					end_round();
					begin_round();
					round_end = Clock::now() + std::chrono::seconds(options_.round_seconds);
				}
				rest = Clock::now();
			});
	}
}

bool
Run::report()
{
	if (options_.manner.orderly && outcomes_.count(flush_deadlock) + outcomes_.count(statement_deadlock) > 0)
		wrong_ += "deadlocks among transactions whose own statements meet in none\n";
	std::cout << round_ << " rounds";
	for (const auto &outcome : outcomes_)
		std::cout << ", " << outcome.first << ": " << outcome.second;
	std::cout << "\nsnapshots compared: " << checks_.snapshots() << ", at rest: " << checks_.rests()
			  << ", lock waits: " << lock_waits_ << ", escalations: " << escalations_
			  << ", most attempts of a transaction: " << attempts_ << "\n"
			  << wrong_;
	if (!wrong_.empty())
	{
		std::cout << "with the views";
		for (const View &view : views_)
			std::cout << " " << view.name;
		std::cout << "\n";
	}
	bool worked = checks_.snapshots() > 0 && checks_.rests() > 0 && outcomes_["commits"] > 0;
	return options_.breaks.empty() ? wrong_.empty() && worked : !wrong_.empty();
}

bool
Run::go()
{
	begin_round();
	std::vector<std::thread> threads;
	for (int i = 0; i < options_.connections; i++)
		threads.emplace_back([this, i] { write(i); });
	try
	{
		look();
	}
	catch (const std::exception &error)
	{
		fail(error.what());
	}
	stop_ = true;
	for (std::thread &thread : threads)
		thread.join();
	end_round();
	if (wrong_.empty())
		fail(checks_.at_rest(checker_));
	return report();
}

} // namespace

} // namespace stress

int
main(int argc, char **argv)
{
	try
	{
		return stress::Run(stress::parse(argc, argv)).go() ? 0 : 1;
	}
	catch (const std::exception &error)
	{
		std::cerr << "stress: " << error.what() << "\n";
		return 2;
	}
}
