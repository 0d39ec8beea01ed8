#include "comparison.hpp"

#include <algorithm>
#include <stdexcept>

namespace features {

using fuzz::Answer;
using fuzz::Failure;

Answer
query(fuzz::Session &session, const std::string &sql)
{
	Answer answer = session.run(sql);
	if (!answer.ok())
		throw std::runtime_error(sql + "\n" + answer.message());
	return answer;
}

namespace {

std::string
hash_of(const std::string &from)
{
	return "(SELECT count(*) || ':' || coalesce(sum(hashtextextended(r::text, 0)), 0) FROM (" + from + ") r)";
}

} // namespace

void
Comparison::prepare()
{
	query(session_, "DEALLOCATE ALL");
	std::string sql;
	for (const Table *table : tables_)
		sql += (sql.empty() ? "PREPARE look AS " : " UNION ALL ") + ("SELECT " + hash_of("TABLE " + table->name)) +
			   ", (SELECT count(*)::text FROM " + table->name + ")";
	for (const Subject &subject : subjects_)
	{
		std::string columns;
		for (const fuzz::Column &column : subject.view.relation.columns)
			columns += (columns.empty() ? "" : ", ") + column.name;
		sql += (sql.empty() ? "PREPARE look AS " : " UNION ALL ") +
			   ("SELECT " + hash_of("SELECT " + columns + " FROM " + subject.feature->name)) + ", " +
			   (subject.feature->inexact ? "NULL" : hash_of(subject.expected));
	}
	query(session_, sql);
	stale_ = false;
}

/* Which of the tables have changed. */
std::set<std::string>
Comparison::look_at_tables(const Answer &answer)
{
	std::set<std::string> touched;
	for (size_t i = 0; i < tables_.size(); i++)
	{
		std::string content = answer.text(static_cast<int>(i), 0);
		if (contents_[i] != content)
			touched.insert(tables_[i]->name);
		contents_[i] = content;
		sizes_[i] = answer.number(static_cast<int>(i), 1);
	}
	return touched;
}

void
Comparison::look(bool count)
{
	if (subjects_.empty())
		return;
	if (stale_)
		prepare();
	Answer answer = query(session_, "EXECUTE look");
	std::set<std::string> touched = look_at_tables(answer);
	int row = static_cast<int>(tables_.size());
	for (Subject &subject : subjects_)
	{
		bool concerned = std::any_of(subject.tables.begin(), subject.tables.end(),
									 [&](const std::string &table) { return touched.count(table) > 0; });
		std::string content = answer.text(row, 0);
		subject.outcome->transactions += count && concerned ? 1 : 0;
		subject.outcome->changes += count && subject.content != content ? 1 : 0;
		subject.content = content;
		judge(subject, content, answer.text(row, 1), concerned);
		row++;
	}
}

void
Comparison::judge(Subject &subject, const std::string &content, const std::string &expected, bool concerned)
{
	if (subject.feature->inexact)
	{
		if (concerned)
			verify(subject, "verify");
		return;
	}
	if (content == expected)
		return;
	Failure failure = fuzz::compare(session_, subject.view, true);
	if (failure.kind == Failure::none)
		failure = {Failure::difference, subject.feature->name, "", "only the texts of view and query differ"};
	fail_(subject, failure);
}

void
Comparison::verify(Subject &subject, const char *function)
{
	Answer answer = session_.run("SELECT (v).* FROM deltaview." + std::string(function) + "('" + subject.feature->name +
								 "') v LIMIT 8");
	if (answer.ok() && answer.rows() == 0)
		return;
	Failure failure{Failure::difference, subject.feature->name, answer.state(), ""};
	failure.text = "deltaview." + std::string(function) + ": " + answer.message();
	for (int row = 0; row < answer.rows(); row++)
		failure.text += "\n  " + answer.text(row, 0) + " | " + answer.text(row, 1);
	fail_(subject, failure);
}

void
Comparison::verify_all()
{
	for (Subject &subject : subjects_)
		for (const char *function : {"verify", "verify_state"})
			if (subject.outcome->failure.empty())
				verify(subject, function);
}

} // namespace features
