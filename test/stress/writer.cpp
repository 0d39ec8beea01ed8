#include "writer.hpp"

#include "statements.hpp"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <set>
#include <thread>

namespace stress {

namespace {

constexpr int most_attempts = 100;

const std::set<std::string> killed = {"57P01", "57P02", "57P03", "08006"};

constexpr const char *not_paused = "55000"; /* it was, when the operator looked */

} // namespace

Writer::Writer(Connection connection, int number, unsigned seed, const Manner &manner)
	: connection_(std::move(connection)), number_(number), random_(seed * 1000 + static_cast<unsigned>(number)),
	  manner_(manner)
{}

/* What an operator does. */
std::string
Writer::operation(const std::vector<View> &views)
{
	std::string view = random_.pick(views).name;
	std::string own = "own_" + std::to_string(number_);
	std::string new_name = own + "_" + std::to_string(random_.below(1000000));
	std::string mine =
		"DO $$ DECLARE v regclass; BEGIN SELECT name INTO v FROM deltaview.views WHERE name::text LIKE '" + own +
		"%' LIMIT 1; IF v IS NOT NULL THEN EXECUTE format('";
	switch (random_.below(8))
	{
	case 0:
		return "SELECT deltaview.pause('" + view + "')";
	case 1:
	case 2:
		return "SELECT deltaview.resume(name) FROM deltaview.views WHERE state = 'paused' LIMIT 1";
	case 3:
		return "SELECT deltaview.refresh('" + view + "')";
	case 4:
		return "SELECT deltaview.create_view('" + new_name + "', '" +
			   (random_.percent(50) ? "SELECT a.id, b.id AS other FROM a JOIN b USING (k)"
									: "SELECT n, count(*) AS ks FROM (SELECT a.k, count(b.id) AS n FROM a LEFT JOIN b"
									  " USING (k) GROUP BY a.k) x GROUP BY n") +
			   "')";
	case 5:
		return mine + "DROP TABLE %s', v); END IF; END $$";
	case 6:
		return mine + "ALTER TABLE %s RENAME TO " + new_name + "', v); END IF; END $$";
	default:
		return "VACUUM a, b, items, " + view;
	}
}

/* Where nobody else's snapshot is mixed in, one who has flushed finds the views equal to their queries. */
void
Writer::add_changes(Script &script, bool checked, const std::vector<View> &views, const Checks &checks)
{
	int depth = 0;
	for (int i = 1 + random_.below(4); i > 0; i--)
	{
		if (random_.percent(15))
			script.push_back({"SAVEPOINT s" + std::to_string(++depth), Step::plain});
		if (random_.percent(8))
		{
			script.push_back({"SELECT deltaview.flush()", Step::flush});
			if (checked && random_.percent(50))
				script.push_back({checks.of(random_.pick(views).name), Step::check});
		}
		else if (random_.percent(3))
			script.push_back({"DO $$ BEGIN " + change(random_) +
								  "; PERFORM deltaview.flush(); RAISE division_by_zero;"
								  " EXCEPTION WHEN division_by_zero THEN NULL; END $$",
							  Step::flush});
		else if (random_.percent(1))
			script.push_back({random_.percent(50) ? "TRUNCATE copies" : "TRUNCATE c3, items", Step::plain});
		else
			script.push_back({random_.percent(3) ? large_change(random_) : change(random_), Step::plain});
		if (depth > 0 && random_.percent(40))
		{
			bool back = random_.percent(60);
			script.push_back({(back ? "ROLLBACK TO s" : "RELEASE s") + std::to_string(depth), Step::plain});
			depth -= !back;
		}
	}
}

/* Rows that everybody takes in one order. */
void
Writer::add_orderly_changes(Script &script)
{
	std::map<std::string, std::string> changes;
	for (int i = 1 + random_.below(4); i > 0; i--)
	{
		std::string table = random_.pick(std::vector<std::string>{"a", "b", "c1", "c2", "c3"});
		std::string column = table == "c3" ? "l" : "k";
		std::string id = std::to_string(11 + random_.below(20)), value = std::to_string(random_.below(5));
		std::string &sql = changes[table + id];
		switch (random_.below(3))
		{
		case 0:
			sql = "DELETE FROM " + table + " WHERE id = " + id;
			break;
		case 1:
			sql = "UPDATE " + table + " SET " + column + " = " + value + " WHERE id = " + id;
			break;
		default:
			sql = "INSERT INTO " + table + " (id, " + column + ") VALUES (" + id + ", " + value +
				  ") ON CONFLICT (id) DO UPDATE SET " + column + " = excluded." + column;
		}
	}
	for (const auto &each : changes)
		script.push_back({each.second, Step::plain});
}

Writer::Script
Writer::script(const std::vector<View> &views, const Checks &checks)
{
	const std::string &level = random_.pick(manner_.levels);
	Script script = {{"BEGIN ISOLATION LEVEL " + level, Step::plain}};
	prepared_.clear();
	if (manner_.orderly)
		add_orderly_changes(script);
	else
		add_changes(script, level == "READ COMMITTED", views, checks);

	if (random_.percent(4))
	{
		prepared_ =
			"stress_" + std::to_string(getpid()) + "_" + std::to_string(number_) + "_" + std::to_string(nprepared_++);
		script.push_back({"PREPARE TRANSACTION '" + prepared_ + "'", Step::flush});
		script.push_back(
			{(random_.percent(80) ? "COMMIT PREPARED '" : "ROLLBACK PREPARED '") + prepared_ + "'", Step::end});
	}
	else
		script.push_back({random_.percent(10) ? "ROLLBACK" : "COMMIT", Step::end});
	return script;
}

/* It holds its locks, though who prepared it was killed. */
void
Writer::roll_back_prepared()
{
	for (;;)
	{
		Answer answer = connection_.run("ROLLBACK PREPARED '" + prepared_ + "'");
		if (answer.ok() || answer.state == "42704")
			return;
		if (!connection_.alive())
			connection_.connect();
	}
}

void
Writer::clean_up()
{
	if (!connection_.alive())
		connection_.connect();
	else if (!connection_.idle())
		connection_.run("ROLLBACK");
	if (!prepared_.empty())
		roll_back_prepared();
}

void
Writer::count(const Step &step, const Answer &answer)
{
	bool flushing = step.kind == Step::flush || step.kind == Step::end;
	if (answer.state == "40P01")
		outcomes_[flushing ? flush_deadlock : statement_deadlock]++;
	else if (answer.state == "40001")
		outcomes_["serialisation failures (40001)"]++;
	else if (killed.count(answer.state) > 0)
		outcomes_["killed"]++;
	else if (answer.ok() && step.kind == Step::end)
		outcomes_[step.sql[0] == 'C' ? "commits" : "rollbacks"]++;
	else if (answer.ok() && step.kind == Step::check)
		outcomes_["views read by who has flushed"]++;
}

Answer
Writer::attempt(const Script &script)
{
	history_.clear();
	for (const Step &step : script)
	{
		Answer answer = connection_.run(step.sql);
		history_ += step.sql + ";\n";
		if (answer.ok() && step.kind == Step::check && !answer.text.empty())
			answer.state = "wrong", answer.message = answer.text;
		count(step, answer);
		if (!answer.ok())
		{
			clean_up();
			return answer;
		}
	}
	return {};
}

std::string
Writer::transaction(const std::vector<View> &views, const Checks &checks)
{
	if (!manner_.orderly && random_.percent(1))
	{
		prepared_.clear();
		history_ = operation(views);
		Answer answer = connection_.run(history_);
		count({history_, Step::flush}, answer);
		outcomes_["operations"]++;
		clean_up();
		bool expected =
			answer.ok() || answer.transient() || killed.count(answer.state) > 0 || answer.state == not_paused;
		return expected ? "" : history_ + "\n" + answer.state + " " + answer.message;
	}

	Script todo = script(views, checks);
	for (int i = 1;; i++)
	{
		Answer answer = attempt(todo);
		attempts_ = std::max(attempts_, i);
		if (answer.ok() || killed.count(answer.state) > 0)
			return "";
		if (!answer.transient() || i == most_attempts)
			return history_ + answer.state + " " + answer.message +
				   (i > 1 ? "attempt " + std::to_string(i) + "\n" : "");
		std::this_thread::sleep_for(std::chrono::milliseconds(random_.below(2 * i)));
	}
}

} // namespace stress
