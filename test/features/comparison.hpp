#pragma once

#include "session.hpp"
#include "suite.hpp"

#include <functional>
#include <map>
#include <set>

namespace features {

/* What became of one view. */
struct Outcome
{
	std::string name;
	std::map<std::string, std::string> strategies; /* per base table */
	long transactions = 0, changes = 0;
	bool skipped = false, refused = false;
	std::string failure;
};

/* A view at work. */
struct Subject
{
	const Feature *feature;
	Outcome *outcome;
	fuzz::View view;
	std::string expected; /* its query, or the stored one where only that tells what is right */
	std::set<std::string> tables;
	std::string content;
};

/* Compares all views of an area with their queries, in one query for all of them. */
class Comparison
{
public:
	using Fail = std::function<void(Subject &, const fuzz::Failure &)>;

	Comparison(fuzz::Session &session, std::vector<Subject> &subjects, std::vector<const Table *> tables, Fail fail)
		: session_(session), subjects_(subjects), tables_(std::move(tables)), fail_(std::move(fail)),
		  sizes_(tables_.size(), 0), contents_(tables_.size())
	{}

	/* Compares hashes; with `count` the counters of what has changed go up. */
	void look(bool count);
	/* By the extension's own functions, which know the hidden columns. */
	void verify_all();
	/* The subjects are others now. */
	void renew() { stale_ = true; }

	const std::vector<const Table *> &tables() const { return tables_; }
	/* The number of rows of each table, at the last look. */
	const std::vector<long> &sizes() const { return sizes_; }

private:
	void prepare();
	std::set<std::string> look_at_tables(const fuzz::Answer &answer);
	void judge(Subject &subject, const std::string &content, const std::string &expected, bool concerned);
	void verify(Subject &subject, const char *function);

	fuzz::Session &session_;
	std::vector<Subject> &subjects_;
	std::vector<const Table *> tables_;
	Fail fail_;
	std::vector<long> sizes_;
	std::vector<std::string> contents_;
	bool stale_ = true;
};

/* Runs what must not fail. */
fuzz::Answer query(fuzz::Session &session, const std::string &sql);

} // namespace features
