#pragma once

#include "model.hpp"
#include "random.hpp"
#include "suite.hpp"

namespace features {

/* Makes random transactions; told how many rows a table has, it keeps them few. */
class Changes
{
public:
	explicit Changes(fuzz::Random &random) : random_(random) {}

	std::string fill(const Table &table, int rows);
	/* One to four statements; the first changes the first table. */
	fuzz::Transaction transaction(const std::vector<const Table *> &tables, const std::vector<long> &sizes);

private:
	std::string values(const Table &table, int rows, bool typed);
	std::string value(const Column &column, bool typed);
	std::string predicate(const Table &table);
	std::string assignments(const Table &table);
	std::string insert(const Table &table);
	std::string update(const Table &table);
	std::string erase(const Table &table);
	std::string on_conflict(const Table &table);
	std::string merge(const Table &table);
	std::string statement(const Table &table, long size);

	fuzz::Random &random_;
};

} // namespace features
