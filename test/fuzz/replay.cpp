#include "replay.hpp"

#include <algorithm>
#include <chrono>

namespace fuzz {

namespace {

/* Errors that a random statement may rightly get. */
bool
expected(const std::string &state)
{
	return state.substr(0, 2) == "23" || state == "21000" || state == "40001" || state == "25P02" || state == "27000" ||
		   state == "3B001" || state == "55006";
}

Failure
failure_of(Session &session, const Answer &answer, const std::string &sql)
{
	Failure failure;
	failure.kind = session.alive() ? Failure::error : Failure::crash;
	failure.state = answer.state();
	failure.text = sql + "\n" + answer.message();
	return failure;
}

} // namespace

Failure
run_transaction(Session &session, const Transaction &steps, const std::vector<View> &views)
{
	bool fixed = steps.front().sql.find("ISOLATION") != std::string::npos ||
				 (steps.size() > 1 && steps[1].sql.find("TimeZone") != std::string::npos);
	for (size_t i = 0; i < steps.size(); i++)
	{
		const Step &step = steps[i];
		bool guarded = i > 0 && steps[i - 1].sql == "SAVEPOINT guard";
		Answer answer = session.run(step);
		if (!answer.ok())
		{
			if (!session.alive() || !expected(answer.state()))
				return failure_of(session, answer, step.sql);
			if (session.failed())
				session.run(guarded ? "ROLLBACK TO guard" : "ROLLBACK");
			if (!session.open())
				return {};
			continue;
		}
		if (fixed || !session.open() || session.failed())
			continue;
		bool flushed = step.sql == "SELECT deltaview.flush()";
		for (const View &view : views)
		{
			if (!flushed && !(view.relation.on_statement && i % 3 == 1))
				continue;
			Failure failure = compare_directly(session, view);
			if (failure.kind != Failure::none)
			{
				failure.text = "inside the transaction, after " + step.sql + ": " + failure.text;
				return failure;
			}
		}
	}
	if (session.open())
		session.run("ROLLBACK");
	return {};
}

Failure
compare_all(Session &session, const std::vector<View> &views, bool thorough)
{
	for (const View &view : views)
	{
		Failure failure = compare(session, view, thorough);
		if (failure.kind != Failure::none)
			return failure;
	}
	return {};
}

Failure
reset(Session &session)
{
	if (!session.alive())
		session.connect();
	if (session.open())
		session.run("ROLLBACK");
	for (const char *sql :
		 {"DROP SCHEMA IF EXISTS fuzz CASCADE", "CREATE SCHEMA fuzz", "SET search_path = fuzz, public"})
	{
		Answer answer = session.run(sql);
		if (!answer.ok())
			return failure_of(session, answer, sql);
	}
	Answer left =
		session.run("SELECT (SELECT count(*) FROM deltaview.views) + (SELECT count(*) FROM deltaview.view_tables)");
	if (left.ok() && left.number(0, 0) != 0)
	{
		Failure failure;
		failure.kind = Failure::error;
		failure.text = "DROP SCHEMA left rows in deltaview.views or view_tables";
		return failure;
	}
	return {};
}

namespace {

bool
same(const Failure &a, const Failure &b)
{
	return a.kind == b.kind && a.state == b.state;
}

bool
still_fails(Session &session, const History &history, const Failure &failure)
{
	reset(session);
	for (const std::string &sql : history.setup)
		session.run(sql);
	for (const View &view : history.views)
	{
		Answer answer = session.run(view.create());
		if (!answer.ok() && same(failure_of(session, answer, ""), failure))
			return history.transactions.empty();
	}
	for (const Transaction &transaction : history.transactions)
	{
		Failure found = transaction.empty() ? Failure() : run_transaction(session, transaction, history.views);
		if (found.kind != Failure::none)
			return same(found, failure);
	}
	return same(compare_all(session, history.views, true), failure);
}

/* Takes out ever smaller pieces of one list as long as the failure stays. */
template <class List, class Keep>
void
thin(List &list, Keep keep)
{
	for (size_t piece = std::max<size_t>(1, list.size() / 2); !list.empty(); piece /= 2)
	{
		for (size_t at = 0; at < list.size();)
		{
			List saved = list;
			list.erase(list.begin() + static_cast<long>(at),
					   list.begin() + static_cast<long>(std::min(at + piece, list.size())));
			if (!keep())
			{
				list = saved;
				at += piece;
			}
		}
		if (piece == 1)
			break;
	}
}

} // namespace

History
shrink(Session &session, History history, const Failure &failure, int seconds)
{
	auto end = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
	auto keep = [&] { return std::chrono::steady_clock::now() < end && still_fails(session, history, failure); };
	if (!keep())
	{
		history.setup.insert(history.setup.begin(), "-- a replay of this does not fail the same way");
		return history;
	}
	thin(history.transactions, keep);
	thin(history.views, keep);
	for (Transaction &transaction : history.transactions)
		thin(transaction, keep);
	thin(history.transactions, keep);
	thin(history.setup, keep);
	/* rows of the first fill, one by one */
	for (std::string &sql : history.setup)
		for (size_t at = sql.find("), ("); at != std::string::npos;)
		{
			std::string saved = sql;
			size_t from = sql.rfind('(', at);
			if (from != std::string::npos)
				sql.erase(from, at + 3 - from);
			if (sql == saved || !keep())
			{
				sql = saved;
				at = sql.find("), (", at + 1);
			}
			else
				at = sql.find("), (", from > 0 ? from - 1 : 0);
		}
	return history;
}

void
print(std::ostream &out, const History &history)
{
	out << "CREATE SCHEMA fuzz;\nSET search_path = fuzz, public;\n";
	for (const std::string &sql : history.setup)
		out << sql << ";\n";
	for (const View &view : history.views)
		out << view.create() << ";\n";
	for (const Transaction &transaction : history.transactions)
	{
		for (const Step &step : transaction)
		{
			out << step.sql << ";\n";
			if (step.sql.rfind("COPY ", 0) == 0)
				out << step.copy << "\\.\n";
		}
		out << "\n";
	}
	for (const View &view : history.views)
		out << "SELECT * FROM deltaview.verify('" << view.relation.name << "');\n";
}

} // namespace fuzz
