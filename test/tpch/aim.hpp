#pragma once

#include "connection.hpp"
#include "generate.hpp"

#include <string>
#include <vector>

namespace tpch {

/* Statements, and the tables that they write. */
struct Change
{
	std::string what;
	std::vector<std::string> tables;
	std::vector<std::string> statements;
};

/* A change that one query will show, and the one that takes it back. */
struct Aimed
{
	Change enter, leave;
};

/*
 * For the queries that read orders or lineitem an order of that key, with its items; for Q2, Q11 and Q16 a row of
 * partsupp.  Empty where the tables hold nothing for it to go with.
 */
Aimed aim(Connection &connection, const Generator &generator, Random &random, int query, long key);

Change entering(const Order &order);
Change leaving(const std::vector<long> &orders);

} // namespace tpch
