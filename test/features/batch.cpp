#include "batch.hpp"

#include "changes.hpp"
#include "replay.hpp"

#include <algorithm>
#include <chrono>
#include <set>
#include <sstream>
#include <stdexcept>

namespace features {

namespace {

using fuzz::Answer;
using fuzz::Failure;

bool
is_expected(const Answer &answer)
{
	return (answer.state().substr(0, 2) == "23" || answer.state() == "21000") &&
		   answer.message().find("maintenance of view") == std::string::npos;
}

/* A view that failed, and after how many transactions. */
struct Lost
{
	Subject subject;
	Failure failure;
	size_t transactions;
};

class Batch
{
public:
	Batch(fuzz::Session &session, const Suite &suite, const Options &options, uint64_t seed)
		: session_(session), suite_(suite), options_(options), random_(seed), changes_(random_)
	{}

	void make(const Area &area, Result &result);
	void drive(Result &result);
	void finish();

private:
	void create(const Feature &feature, Outcome &outcome);
	void describe(Subject &subject);
	std::set<std::string> wanted(const Area &area) const;
	Answer run(const fuzz::Transaction &steps);
	fuzz::Transaction next(const Comparison &comparison);
	void fail(Subject &subject, const Failure &failure);
	void blame(const Answer &answer);
	void drop_failed(Comparison &comparison);
	void drop_finished(Comparison &comparison);
	void drop(Comparison &comparison, const std::function<bool(const Subject &)> &which);
	bool needy(const Subject &subject) const;
	std::string shrunk(const Lost &lost);

	fuzz::Session &session_;
	const Suite &suite_;
	const Options &options_;
	fuzz::Random random_;
	Changes changes_;
	fuzz::History history_;
	std::vector<Subject> subjects_;
	std::vector<Lost> lost_;
};

void
Batch::create(const Feature &feature, Outcome &outcome)
{
	Subject subject{&feature, &outcome, {}, feature.query, {}, ""};
	subject.view.relation.name = feature.name;
	subject.view.query = feature.query;
	subject.view.exact = !feature.open && !feature.inexact;
	Answer answer = session_.run(subject.view.create());
	if (answer.ok() && feature.refused.empty())
	{
		describe(subject);
		subjects_.push_back(subject);
	}
	else if (answer.ok())
		outcome.failure = "accepted, where docs/limits.md says that it is refused";
	else if (answer.state() == feature.refused)
		outcome.refused = true;
	else
		outcome.failure = "refused: " + answer.state() + " " + answer.message() + feature.query;
}

void
Batch::describe(Subject &subject)
{
	const std::string view = "'" + subject.feature->name + "'::regclass";
	Answer columns = query(session_, "SELECT quote_ident(attname) FROM pg_attribute WHERE attrelid = " + view +
										 " AND attnum > 0 AND left(attname, 5) <> '__dv_' ORDER BY attnum");
	for (int row = 0; row < columns.rows(); row++) /* as if json: to be compared as text */
		subject.view.relation.columns.push_back({columns.text(row, 0), fuzz::Type::json, true, ""});
	Answer bases = query(session_, "SELECT c.relname, t.strategy FROM deltaview.view_tables t "
								   "JOIN pg_class c ON c.oid = t.base_table WHERE t.view = " +
									   view);
	for (int row = 0; row < bases.rows(); row++)
	{
		std::string base = bases.text(row, 0);
		subject.outcome->strategies[base] = bases.text(row, 1);
		auto below = std::find_if(subjects_.begin(), subjects_.end(),
								  [&](const Subject &other) { return other.feature->name == base; });
		if (below == subjects_.end())
			subject.tables.insert(base);
		else
			subject.tables.insert(below->tables.begin(), below->tables.end());
	}
	if (subject.feature->open)
		subject.expected =
			query(session_, "SELECT rtrim(query, ';') FROM deltaview.views WHERE name = " + view).text(0, 0);
}

/* The views that are asked for, and those that they read. */
std::set<std::string>
Batch::wanted(const Area &area) const
{
	std::set<std::string> names;
	for (auto feature = area.features.rbegin(); feature != area.features.rend(); ++feature)
	{
		bool read = std::any_of(area.features.begin(), area.features.end(), [&](const Feature &other) {
			return names.count(other.name) > 0 && other.query.find(feature->name) != std::string::npos;
		});
		if (options_.only.empty() || options_.only == area.name || options_.only == feature->name || read)
			names.insert(feature->name);
	}
	return names;
}

void
Batch::make(const Area &area, Result &result)
{
	Failure failure = fuzz::reset(session_);
	if (failure.kind != Failure::none)
		throw std::runtime_error(failure.text);
	history_.setup = suite_.setup;
	for (const Table &table : suite_.tables)
		history_.setup.push_back(changes_.fill(table, 18));
	for (const std::string &sql : history_.setup)
		query(session_, sql);
	std::set<std::string> names = wanted(area);
	result.outcomes.reserve(area.features.size());
	for (const Feature &feature : area.features)
	{
		if (names.count(feature.name) == 0)
			continue;
		Outcome &outcome = result.outcomes.emplace_back();
		outcome.name = feature.name;
		outcome.skipped = feature.needs == "xml" && !session_.run("SELECT '<a/>'::xml").ok();
		if (!outcome.skipped)
			create(feature, outcome);
	}
	for (const Subject &subject : subjects_)
		history_.views.push_back(subject.view);
}

/* The answer that ended it: that of the commit, or an error which no statement may have. */
Answer
Batch::run(const fuzz::Transaction &steps)
{
	std::string sql; /* up to the end of a guarded statement in one go, to save time */
	for (size_t i = 0; i + 1 < steps.size(); i++)
	{
		sql += steps[i].sql + ";";
		if (steps[i].sql != "RELEASE guard" && i + 2 < steps.size())
			continue;
		Answer answer = session_.run(sql);
		sql.clear();
		if (answer.ok())
			continue;
		if (!session_.alive() || !is_expected(answer))
			return answer;
		session_.run("ROLLBACK TO guard");
	}
	return session_.run(steps.back().sql);
}

bool
Batch::needy(const Subject &subject) const
{
	return !subject.tables.empty() &&
		   (subject.outcome->transactions < options_.transactions || subject.outcome->changes < options_.changes);
}

/* Where views lack most, there is the next change. */
fuzz::Transaction
Batch::next(const Comparison &comparison)
{
	std::vector<const Subject *> wanting;
	for (const Subject &subject : subjects_)
		if (needy(subject))
			wanting.push_back(&subject);
	std::vector<const Table *> tables;
	std::vector<long> sizes;
	for (int i = random_.between(1, 4); i > 0; i--)
	{
		const Subject *subject = random_.pick(wanting);
		size_t at;
		do
			at = static_cast<size_t>(random_.below(static_cast<int>(comparison.tables().size())));
		while (subject->tables.count(comparison.tables()[at]->name) == 0);
		tables.push_back(comparison.tables()[at]);
		sizes.push_back(comparison.sizes()[at]);
	}
	return changes_.transaction(tables, sizes);
}

void
Batch::fail(Subject &subject, const Failure &failure)
{
	if (!subject.outcome->failure.empty())
		return;
	subject.outcome->failure = "seed " + std::to_string(options_.seed) + ", transaction " +
							   std::to_string(history_.transactions.size()) + " of the area: " + failure.text;
	lost_.push_back({subject, failure, history_.transactions.size()});
}

/* An error of a transaction is that of the view which its context names, or of all. */
void
Batch::blame(const Answer &answer)
{
	Failure failure{Failure::error, "", answer.state(), answer.state() + " " + answer.message()};
	bool found = false;
	for (Subject &subject : subjects_)
		if (answer.message().find("maintenance of view \"" + subject.feature->name + "\"") != std::string::npos)
		{
			fail(subject, failure);
			found = true;
		}
	if (!found)
		throw std::runtime_error("an error that names no view, after transaction " +
								 std::to_string(history_.transactions.size()) + ": " + failure.text);
}

/* A view that failed once would fail ever again; and those that read it go with it. */
void
Batch::drop_failed(Comparison &comparison)
{
	for (Subject &subject : subjects_)
		for (const auto &[base, strategy] : subject.outcome->strategies)
			for (const Lost &below : lost_)
				if (below.subject.feature->name == base && subject.outcome->failure.empty())
					subject.outcome->failure = "not driven to the end, since " + base + " failed";
	drop(comparison, [](const Subject &subject) { return !subject.outcome->failure.empty(); });
}

/* To save time: what has had enough, if nothing else reads it. */
void
Batch::drop_finished(Comparison &comparison)
{
	drop(comparison, [this](const Subject &subject) {
		return !needy(subject) && std::none_of(subjects_.begin(), subjects_.end(), [&](const Subject &other) {
			return other.outcome->strategies.count(subject.feature->name) > 0;
		});
	});
}

void
Batch::drop(Comparison &comparison, const std::function<bool(const Subject &)> &which)
{
	for (size_t i = subjects_.size(); i-- > 0;)
		if (which(subjects_[i]))
		{
			session_.run("DROP TABLE IF EXISTS " + subjects_[i].feature->name + " CASCADE");
			subjects_.erase(subjects_.begin() + static_cast<long>(i));
			comparison.renew();
		}
}

void
Batch::drive(Result &result)
{
	std::vector<const Table *> tables;
	for (const Table &table : suite_.tables)
		if (std::any_of(subjects_.begin(), subjects_.end(),
						[&](const Subject &subject) { return subject.tables.count(table.name) > 0; }))
			tables.push_back(&table);
	Comparison comparison(session_, subjects_, tables,
						  [this](Subject &subject, const Failure &failure) { fail(subject, failure); });
	auto wanting = [this](const Subject &subject) { return needy(subject); };
	comparison.look(false);
	while (std::any_of(subjects_.begin(), subjects_.end(), wanting) && result.transactions < options_.most)
	{
		history_.transactions.push_back(next(comparison));
		result.transactions++;
		Answer answer = run(history_.transactions.back());
		if (!session_.alive())
			throw std::runtime_error("the server crashed at transaction " + std::to_string(result.transactions));
		if (!answer.ok())
		{
			if (session_.open())
				query(session_, "ROLLBACK");
			blame(answer);
		}
		comparison.look(true);
		bool look_closely = result.transactions % 40 == 0;
		if (look_closely)
			comparison.verify_all();
		drop_failed(comparison);
		if (look_closely)
			drop_finished(comparison);
	}
	comparison.verify_all();
	for (Subject &subject : subjects_)
		if (needy(subject))
			subject.outcome->failure = "only " + std::to_string(subject.outcome->changes) + " changes in " +
									   std::to_string(subject.outcome->transactions) + " transactions";
}

/* A small script that shows the failure. */
std::string
Batch::shrunk(const Lost &lost)
{
	fuzz::History history;
	for (const std::string &sql : history_.setup)
	{
		bool fill = sql.rfind("INSERT INTO ", 0) == 0;
		if (!fill || lost.subject.tables.count(sql.substr(12, sql.find(' ', 12) - 12)) > 0)
			history.setup.push_back(sql);
	}
	std::set<std::string> names = {lost.subject.feature->name};
	for (auto view = history_.views.rbegin(); view != history_.views.rend(); ++view)
		if (names.count(view->relation.name) > 0)
		{
			history.views.insert(history.views.begin(), *view);
			for (const auto &other : history_.views)
				if (view->query.find(other.relation.name) != std::string::npos)
					names.insert(other.relation.name);
		}
	history.transactions.assign(history_.transactions.begin(),
								history_.transactions.begin() + static_cast<long>(lost.transactions));
	history = fuzz::shrink(session_, history, lost.failure, options_.shrink);
	std::ostringstream out;
	fuzz::print(out, history);
	return out.str();
}

void
Batch::finish()
{
	if (options_.shrink > 0)
		for (const Lost &lost : lost_)
			lost.subject.outcome->failure += "\n-- to see it again:\n" + shrunk(lost);
	fuzz::reset(session_);
}

} // namespace

Result
run_area(fuzz::Session &session, const Suite &suite, const Area &area, const Options &options)
{
	Result result;
	result.area = area.name;
	auto start = std::chrono::steady_clock::now();
	try
	{
		uint64_t seed = options.seed;
		for (char c : area.name)
			seed = seed * 131 + static_cast<unsigned char>(c);
		Batch batch(session, suite, options, seed);
		batch.make(area, result);
		batch.drive(result);
		batch.finish();
	}
	catch (const std::exception &error)
	{
		result.failure = error.what();
	}
	result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
	return result;
}

} // namespace features
