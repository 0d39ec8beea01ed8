#pragma once

#include "schema.hpp"

namespace fuzz {

/* Makes random statements and transactions that change the tables of a schema. */
class Writer
{
public:
	Writer(Random &random, Schema &schema) : random_(random), schema_(schema) {}

	Step statement();
	/* BEGIN ... COMMIT or ROLLBACK with savepoints and flushes between, or one statement on its own. */
	Transaction transaction();

private:
	const Relation &table() { return random_.pick(schema_.tables); }
	std::string names(const Relation &table);
	std::string predicate(const Relation &table, int percent);
	std::string assignment(const Relation &table);
	std::string insert(const Relation &table, int rows);
	std::string update(const Relation &table);
	std::string erase(const Relation &table);
	std::string simple(const Relation &table);
	std::string merge();
	std::string on_conflict();
	std::string two_tables();
	std::string block();

	Random &random_;
	Schema &schema_;
};

} // namespace fuzz
