#include "generate.hpp"

#include "words.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace tpch {

namespace {

enum Stream : uint64_t { region_rows, nation_rows, supplier_rows, part_rows, partsupp_rows, customer_rows, order_rows };

constexpr int today = 1263; /* 1995-06-17, the specification's current date */

const std::vector<std::string> &
dates()
{
	static const std::vector<std::string> all = [] {
		std::vector<std::string> list;
		for (int year = 1992; year <= 1998; year++)
			for (int month = 1; month <= 12; month++)
			{
				int days = month == 2 ? (year % 4 == 0 ? 29 : 28) : 30 + (month + month / 8) % 2;
				for (int d = 1; d <= days; d++)
				{
					char text[32];
					std::snprintf(text, sizeof text, "%04d-%02d-%02d", year, month, d);
					list.push_back(text);
				}
			}
		return list;
	}();
	return all;
}

class LineMaker
{
public:
	LineMaker &operator<<(const std::string &field)
	{
		if (!line_.empty())
			line_ += '\t';
		line_ += field;
		return *this;
	}
	LineMaker &operator<<(long field) { return *this << std::to_string(field); }
	operator Line() const { return line_; }

private:
	Line line_;
};

std::string
padded(const char *prefix, long number)
{
	char text[64];
	std::snprintf(text, sizeof text, "%s#%09ld", prefix, number);
	return text;
}

std::string
phone(Random &random, long nation)
{
	char text[64];
	std::snprintf(text, sizeof text, "%ld-%ld-%ld-%ld", nation + 10, random.between(100, 999), random.between(100, 999),
				  random.between(1000, 9999));
	return text;
}

std::string
address(Random &random)
{
	static const std::string letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ,";
	std::string text(static_cast<size_t>(random.between(10, 40)), 'x');
	for (char &letter : text)
		letter = letters[static_cast<size_t>(random.below(static_cast<long>(letters.size())))];
	return text;
}

/* As many suppliers in each nation, so that a small scale has some of all. */
long
nation_of(uint64_t seed, long supplier)
{
	Random random(seed, supplier_rows, static_cast<uint64_t>(-1 - (supplier - 1) / 25));
	std::vector<long> nations(25);
	for (size_t i = 0; i < nations.size(); i++)
	{
		nations[i] = static_cast<long>(i);
		std::swap(nations[i], nations[static_cast<size_t>(random.below(static_cast<long>(i) + 1))]);
	}
	return nations[static_cast<size_t>((supplier - 1) % 25)];
}

} // namespace

std::string
date(int day)
{
	return dates().at(static_cast<size_t>(day));
}

int
day(const std::string &date)
{
	return static_cast<int>(std::lower_bound(dates().begin(), dates().end(), date) - dates().begin());
}

std::string
decimal(long hundredths)
{
	long whole = std::abs(hundredths) / 100, rest = std::abs(hundredths) % 100;
	return (hundredths < 0 ? "-" : "") + std::to_string(whole) + (rest < 10 ? ".0" : ".") + std::to_string(rest);
}

long
retail_price(long part)
{
	return 90000 + part / 10 % 20001 + 100 * (part % 1000);
}

std::string
prose(Random &random, size_t from, size_t to)
{
	size_t length = static_cast<size_t>(random.between(static_cast<long>(from), static_cast<long>(to)));
	std::string text = random.pick(words::prose);
	while (text.size() < length)
		text += " " + random.pick(words::prose);
	text.resize(length);
	return text;
}

long
Item::price() const
{
	return quantity * retail_price(part);
}

long
Order::total() const
{
	long sum = 0;
	for (const Item &item : items)
		sum += item.price() * (100 - item.discount) * (100 + item.tax) / 10000;
	return sum;
}

Line
Order::line() const
{
	return LineMaker() << key << customer << status << decimal(total()) << date(ordered) << priority << clerk << 0
					   << comment;
}

Line
Order::item_line(const Item &item) const
{
	return LineMaker() << key << item.part << item.supplier << item.number << item.quantity << decimal(item.price())
					   << decimal(item.discount) << decimal(item.tax) << item.flag << item.status << date(item.shipped)
					   << date(item.committed) << date(item.received) << item.instruction << item.mode << item.comment;
}

Generator::Generator(double scale, uint64_t seed)
	: suppliers(std::max(4L, std::lround(10000 * scale))), parts(std::max(20L, std::lround(200000 * scale))),
	  customers(std::max(15L, std::lround(150000 * scale))), orders(std::max(150L, std::lround(1500000 * scale))),
	  clerks(std::max(1L, std::lround(1000 * scale))), seed_(seed)
{}

Line
Generator::region(long key) const
{
	Random random(seed_, region_rows, static_cast<uint64_t>(key));
	return LineMaker() << key << words::regions.at(static_cast<size_t>(key)) << prose(random, 31, 115);
}

Line
Generator::nation(long key) const
{
	Random random(seed_, nation_rows, static_cast<uint64_t>(key));
	const words::Nation &nation = words::nations.at(static_cast<size_t>(key));
	return LineMaker() << key << nation.name << nation.region << prose(random, 31, 114);
}

Line
Generator::supplier(long key) const
{
	Random random(seed_, supplier_rows, static_cast<uint64_t>(key));
	long nation = nation_of(seed_, key);
	std::string comment = prose(random, 25, 60);
	/* five of 10,000 each */
	if (key % 2000 == 7)
		comment += " Customer " + random.pick(words::prose) + " Complaints";
	else if (key % 2000 == 1007)
		comment += " Customer " + random.pick(words::prose) + " Recommends";
	return LineMaker() << key << padded("Supplier", key) << address(random) << nation << phone(random, nation)
					   << decimal(random.between(-99999, 999999)) << comment;
}

Line
Generator::part(long key) const
{
	Random random(seed_, part_rows, static_cast<uint64_t>(key));
	std::vector<std::string> name;
	while (name.size() < 5)
		if (const std::string &colour = random.pick(words::colours);
			std::find(name.begin(), name.end(), colour) == name.end())
			name.push_back(colour);
	long maker = random.between(1, 5);
	std::string type =
		random.pick(words::sizes) + " " + random.pick(words::finishes) + " " + random.pick(words::metals);
	std::string container = random.pick(words::container_sizes) + " " + random.pick(words::containers);
	return LineMaker() << key << name[0] + " " + name[1] + " " + name[2] + " " + name[3] + " " + name[4]
					   << "Manufacturer#" + std::to_string(maker)
					   << "Brand#" + std::to_string(maker) + std::to_string(random.between(1, 5)) << type
					   << random.between(1, 50) << container << decimal(retail_price(key)) << prose(random, 5, 22);
}

long
Generator::supplier_of(long part, long which) const
{
	long step = suppliers / 4 + (part - 1) / suppliers;
	while (step % suppliers == 0 || 2 * step % suppliers == 0 || 3 * step % suppliers == 0)
		step++; /* the four would not differ: at small scales only */
	return (part + which * step) % suppliers + 1;
}

Line
Generator::partsupp(long part, int which) const
{
	Random random(seed_, partsupp_rows, static_cast<uint64_t>(part * 4 + which));
	long available = random.between(1, 9999);
	return LineMaker() << part << supplier_of(part, which) << available << decimal(random.between(100, 100000))
					   << prose(random, 49, 198);
}

Line
Generator::customer(long key) const
{
	Random random(seed_, customer_rows, static_cast<uint64_t>(key));
	long nation = random.below(25);
	std::string where = address(random), number = phone(random, nation);
	long balance = random.between(-99999, 999999);
	return LineMaker() << key << padded("Customer", key) << where << nation << number << decimal(balance)
					   << random.pick(words::segments) << prose(random, 29, 116);
}

Order
Generator::order(long key) const
{
	Random random(seed_, order_rows, static_cast<uint64_t>(key));
	Order order;
	order.key = key;
	do /* every third customer has no orders */
		order.customer = random.between(1, customers);
	while (order.customer % 3 == 0);
	order.ordered = static_cast<int>(random.below(last_order_day + 1));
	order.priority = random.pick(words::priorities);
	order.clerk = padded("Clerk", random.between(1, clerks));
	order.comment = random.percent(1) ? prose(random, 5, 20) + " special " + prose(random, 3, 20) + " requests " +
											prose(random, 3, 12)
									  : prose(random, 19, 78);
	long open = 0;
	for (long number = 1, count = random.between(1, 7); number <= count; number++)
	{
		Item item;
		item.number = number;
		item.part = random.between(1, parts);
		item.supplier = supplier_of(item.part, random.below(4));
		item.quantity = random.between(1, 50);
		item.discount = random.between(0, 10);
		item.tax = random.between(0, 8);
		item.shipped = order.ordered + static_cast<int>(random.between(1, 121));
		item.committed = order.ordered + static_cast<int>(random.between(30, 90));
		item.received = item.shipped + static_cast<int>(random.between(1, 30));
		item.flag = item.received > today ? "N" : random.percent(50) ? "R" : "A";
		item.status = item.shipped > today ? "O" : "F";
		item.instruction = random.pick(words::instructions);
		item.mode = random.pick(words::modes);
		item.comment = prose(random, 10, 43);
		open += item.status == "O";
		order.items.push_back(item);
	}
	order.status = open == 0 ? "F" : open == static_cast<long>(order.items.size()) ? "O" : "P";
	return order;
}

} // namespace tpch
