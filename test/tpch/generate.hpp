#pragma once

#include "random.hpp"

#include <string>
#include <vector>

namespace tpch {

/* A row as a line of COPY. */
using Line = std::string;

struct Item
{
	long part, supplier, number;
	long quantity;
	long discount, tax; /* in hundredths */
	std::string flag, status;
	int shipped, committed, received; /* days, see date() */
	std::string instruction, mode, comment;

	long price() const; /* in cents; so are all amounts here */
};

struct Order
{
	long key, customer;
	int ordered;
	std::string status, priority, clerk, comment;
	std::vector<Item> items;

	long total() const;
	Line line() const;
	Line item_line(const Item &item) const;
};

/* Days since 1992-01-01, to the end of 1998. */
std::string date(int day);
int day(const std::string &date);
constexpr int last_order_day = 2405; /* 1998-08-02 */

std::string decimal(long hundredths);
long retail_price(long part);

/* The rows of the specification, or near to them, at any scale. */
class Generator
{
public:
	Generator(double scale, uint64_t seed);

	const long suppliers, parts, customers, orders, clerks;

	Line region(long key) const;
	Line nation(long key) const;
	Line supplier(long key) const;
	Line part(long key) const;
	Line partsupp(long part, int which) const;
	Line customer(long key) const;
	Order order(long key) const;

	long supplier_of(long part, long which) const;
	/* Keys are sparse: of 32 the first eight are loaded, and further series take eight of the rest each. */
	static long order_key(long index, int series) { return index / 8 * 32 + index % 8 + 1 + 8 * series; }

private:
	uint64_t seed_;
};

/* Some words for a column of that width. */
std::string prose(Random &random, size_t from, size_t to);

} // namespace tpch
