#include "columns.hpp"

#include "words.hpp"

namespace tpch {

namespace {

using Value = std::function<std::string(Random &, const Generator &)>;

Value
one_of(words::List list)
{
	return [list](Random &random, const Generator &) { return "'" + random.pick(list) + "'"; };
}

/* What the queries name, or else any. */
Value
favourites(words::List favoured, words::List list)
{
	return [favoured, list](Random &random, const Generator &) {
		return "'" + random.pick(random.percent(60) ? favoured : list) + "'";
	};
}

Value
number(long from, long to)
{
	return [=](Random &random, const Generator &) { return std::to_string(random.between(from, to)); };
}

Value
amount(long from, long to)
{
	return [=](Random &random, const Generator &) { return decimal(random.between(from, to)); };
}

Value
comment(words::List phrases)
{
	return [phrases](Random &random, const Generator &) {
		return "'" + prose(random, 3, 8) + (random.percent(50) ? " " + random.pick(phrases) : "") + "'";
	};
}

Value
nation(words::List favoured)
{
	std::vector<long> keys;
	for (const std::string &name : favoured)
		for (size_t i = 0; i < words::nations.size(); i++)
			if (words::nations[i].name == name)
				keys.push_back(static_cast<long>(i));
	return [keys](Random &random, const Generator &) {
		return std::to_string(random.percent(70) ? random.pick(keys) : random.below(25));
	};
}

/* A date, or the old one moved. */
Value
moved(const char *column)
{
	return [=](Random &random, const Generator &) {
		if (random.percent(40))
			return std::string(column) + " + " + std::to_string(random.between(-60, 60));
		return "date '" + date(static_cast<int>(random.below(last_order_day))) + "'";
	};
}

Value
key(const long Generator::*last)
{
	return
		[=](Random &random, const Generator &generator) { return std::to_string(random.between(1, generator.*last)); };
}

/* A key that was free at first, not far above the loaded ones. */
Value
beyond(const long Generator::*last)
{
	return [=](Random &random, const Generator &generator) {
		return std::to_string(generator.*last + random.between(1, 1000));
	};
}

std::string
order_key(Random &random, const Generator &generator)
{
	return std::to_string(Generator::order_key(random.below(generator.orders), random.percent(50) ? 0 : 3));
}

Value
literal(std::string (*make)(Random &))
{
	return [=](Random &random, const Generator &) { return "'" + make(random) + "'"; };
}

long
last_order(const Generator &generator)
{
	return Generator::order_key(generator.orders, 0);
}

template <const long Generator::*last>
long
greatest(const Generator &generator)
{
	return generator.*last;
}

std::vector<Table>
make()
{
	const words::List traders = {"GERMANY", "FRANCE", "CANADA", "SAUDI ARABIA", "BRAZIL", "INDIA", "CHINA"};
	std::vector<Table> all;
	all.push_back({"supplier",
				   {"s_suppkey"},
				   greatest<&Generator::suppliers>,
				   {{"s_suppkey", beyond(&Generator::suppliers), true},
					{"s_name", literal([](Random &random) { return "Supplier#" + std::to_string(random.below(99)); })},
					{"s_address", literal([](Random &random) { return prose(random, 10, 40); })},
					{"s_nationkey", nation(traders)},
					{"s_phone", literal([](Random &random) { return std::to_string(random.between(10, 34)) + "-1"; })},
					{"s_acctbal", amount(-99999, 999999)},
					{"s_comment", comment({"Customer stays Complaints", "Customer Recommends"})}}});
	all.push_back(
		{"part",
		 {"p_partkey"},
		 greatest<&Generator::parts>,
		 {{"p_partkey", beyond(&Generator::parts), true},
		  {"p_name", favourites({"forest green", "lime green pink", "forest tan"}, words::colours)},
		  {"p_mfgr", one_of({"Manufacturer#1", "Manufacturer#2"})},
		  {"p_brand", favourites({"Brand#12", "Brand#23", "Brand#34", "Brand#45"}, {"Brand#11", "Brand#55"})},
		  {"p_type",
		   favourites({"ECONOMY ANODIZED STEEL", "LARGE POLISHED BRASS", "PROMO PLATED TIN", "MEDIUM POLISHED COPPER"},
					  {"SMALL BRUSHED NICKEL"})},
		  {"p_size", number(1, 50)},
		  {"p_container", one_of({"SM CASE", "SM BOX", "MED BOX", "MED BAG", "LG CASE", "LG PKG", "WRAP JAR"})},
		  {"p_retailprice", amount(90000, 200000)},
		  {"p_comment", comment({"parts"})}}});
	all.push_back({"partsupp",
				   {"ps_partkey", "ps_suppkey"},
				   greatest<&Generator::parts>,
				   {{"ps_partkey", key(&Generator::parts), true},
					{"ps_suppkey", key(&Generator::suppliers), true},
					{"ps_availqty", number(1, 9999)},
					{"ps_supplycost", amount(50, 100000)},
					{"ps_comment", comment({"stock"})}}});
	all.push_back({"customer",
				   {"c_custkey"},
				   greatest<&Generator::customers>,
				   {{"c_custkey", beyond(&Generator::customers), true},
					{"c_name", literal([](Random &random) { return "Customer#" + std::to_string(random.below(99)); })},
					{"c_address", literal([](Random &random) { return prose(random, 10, 40); })},
					{"c_nationkey", nation(traders)},
					{"c_phone", literal([](Random &random) { return std::to_string(random.between(10, 34)) + "-2"; })},
					{"c_acctbal", amount(-99999, 999999)},
					{"c_mktsegment", favourites({"BUILDING"}, words::segments)},
					{"c_comment", comment({"requests"})}}});
	all.push_back({"orders",
				   {"o_orderkey"},
				   last_order,
				   {{"o_orderkey", order_key, true},
					{"o_custkey", key(&Generator::customers)},
					{"o_orderstatus", one_of({"F", "O", "P"})},
					{"o_totalprice", amount(100000, 60000000)},
					{"o_orderdate", moved("o_orderdate")},
					{"o_orderpriority", one_of(words::priorities)},
					{"o_clerk", one_of({"Clerk#1", "Clerk#2"})},
					{"o_shippriority", number(0, 2)},
					{"o_comment", comment({"special bold requests", "special packages"})}}});
	all.push_back({"lineitem",
				   {"l_orderkey", "l_linenumber"},
				   last_order,
				   {{"l_orderkey", order_key, true},
					{"l_linenumber", number(8, 12), true},
					{"l_partkey", key(&Generator::parts)},
					{"l_suppkey", key(&Generator::suppliers)},
					{"l_quantity", number(1, 120)},
					{"l_extendedprice", amount(90000, 10000000)},
					{"l_discount", amount(0, 10)},
					{"l_tax", amount(0, 8)},
					{"l_returnflag", one_of({"R", "A", "N"})},
					{"l_linestatus", one_of({"F", "O"})},
					{"l_shipdate", moved("l_shipdate")},
					{"l_commitdate", moved("l_commitdate")},
					{"l_receiptdate", moved("l_receiptdate")},
					{"l_shipinstruct", favourites({"DELIVER IN PERSON"}, words::instructions)},
					{"l_shipmode", favourites({"MAIL", "SHIP", "AIR"}, words::modes)},
					{"l_comment", comment({"items"})}}});
	all.push_back({"nation",
				   {"n_nationkey"},
				   [](const Generator &) { return 24L; },
				   {{"n_nationkey", number(25, 40), true},
					{"n_name", one_of(traders)},
					{"n_regionkey", number(0, 5)},
					{"n_comment", comment({"nation"})}}});
	all.push_back({"region",
				   {"r_regionkey"},
				   [](const Generator &) { return 4L; },
				   {{"r_regionkey", number(5, 9), true},
					{"r_name", one_of(words::regions)},
					{"r_comment", comment({"region"})}}});
	return all;
}

} // namespace

const std::vector<Table> &
tables()
{
	static const std::vector<Table> all = make();
	return all;
}

} // namespace tpch
