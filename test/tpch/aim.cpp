#include "aim.hpp"

#include "load.hpp"

#include <algorithm>

namespace tpch {

namespace {

struct Sight
{
	std::string customers; /* a query for their keys; empty: any customer */
	std::string parts;     /* a query for keys of parts and their suppliers; empty: any */
	const char *ordered = "1994-03-10";
	int shipped = 30, committed = 40, received = 45; /* days after that */
	int hits = 4;                                    /* items of these parts */
	int others = 0;                                  /* items of any other supplier, which are on time */
	int quantity = 20;
	std::string otherwise; /* parts, where the first query finds none; in quantities without measure */
	int discount = 6;
	const char *flag = "N", *mode = "SHIP", *instruction = "NONE";
};

/* Suppliers of Canada, each with one of those of his forest parts for which the first condition holds. */
std::string
canadian(const std::string &part, const std::string &having)
{
	return "SELECT min(ps_partkey) FILTER (WHERE " + part +
		   "), s_suppkey FROM supplier JOIN nation ON n_nationkey = s_nationkey JOIN partsupp ON ps_suppkey = "
		   "s_suppkey JOIN part ON p_partkey = ps_partkey CROSS JOIN LATERAL (SELECT sum(l_quantity) AS sold FROM "
		   "lineitem WHERE l_partkey = ps_partkey AND l_suppkey = ps_suppkey AND l_shipdate BETWEEN date '1994-01-01' "
		   "AND date '1994-12-31') l WHERE n_name = 'CANADA' AND p_name LIKE 'forest%' GROUP BY s_suppkey HAVING bool_or(" +
		   part + ") AND count(*) FILTER (WHERE ps_availqty > 0.5 * sold) = " + having + " ORDER BY 1, 2";
}

Sight
sight(int query)
{
	static const char *dearest = "SELECT ps_partkey, ps_suppkey FROM part JOIN partsupp ON ps_partkey = p_partkey "
								 "ORDER BY p_retailprice DESC, 1, 2 LIMIT 200";
	Sight s;
	switch (query)
	{
	case 3:
		s.customers = "SELECT c_custkey FROM customer WHERE c_mktsegment = 'BUILDING' ORDER BY 1";
		s.parts = dearest;
		s.ordered = "1995-03-14";
		s.hits = 7;
		s.quantity = 50;
		s.discount = 0;
		break;
	case 4:
		s.ordered = "1993-08-10";
		break;
	case 5:
		s.customers = "SELECT c_custkey FROM customer WHERE c_nationkey = (SELECT min(n_nationkey) FROM nation, region "
					  "WHERE n_regionkey = r_regionkey AND r_name = 'ASIA') ORDER BY 1";
		s.parts = "SELECT ps_partkey, ps_suppkey FROM partsupp JOIN supplier ON s_suppkey = ps_suppkey "
				  "WHERE s_nationkey = (SELECT min(n_nationkey) FROM nation, region "
				  "WHERE n_regionkey = r_regionkey AND r_name = 'ASIA') ORDER BY 1, 2";
		break;
	case 7:
		s.customers = "SELECT c_custkey FROM customer JOIN nation ON n_nationkey = c_nationkey "
					  "WHERE n_name = 'GERMANY' ORDER BY 1";
		s.parts = "SELECT ps_partkey, ps_suppkey FROM partsupp JOIN supplier ON s_suppkey = ps_suppkey "
				  "JOIN nation ON n_nationkey = s_nationkey WHERE n_name = 'FRANCE' ORDER BY 1, 2";
		s.ordered = "1995-06-20";
		break;
	case 8:
		s.customers = "SELECT c_custkey FROM customer JOIN nation ON n_nationkey = c_nationkey "
					  "JOIN region ON r_regionkey = n_regionkey WHERE r_name = 'AMERICA' ORDER BY 1";
		s.parts = "SELECT ps_partkey, ps_suppkey FROM partsupp JOIN part ON p_partkey = ps_partkey "
				  "WHERE p_type = 'ECONOMY ANODIZED STEEL' ORDER BY 1, 2";
		s.ordered = "1995-06-20";
		break;
	case 9:
		s.parts = "SELECT ps_partkey, ps_suppkey FROM partsupp JOIN part ON p_partkey = ps_partkey "
				  "WHERE p_name LIKE '%green%' ORDER BY 1, 2";
		break;
	case 10:
		s.parts = dearest;
		s.ordered = "1993-11-11";
		s.hits = 7;
		s.quantity = 50;
		s.discount = 0;
		s.flag = "R";
		break;
	case 14:
		s.parts = "SELECT ps_partkey, ps_suppkey FROM partsupp JOIN part ON p_partkey = ps_partkey "
				  "WHERE p_type LIKE 'PROMO%' ORDER BY 1, 2 LIMIT 1000";
		s.ordered = "1995-08-15";
		break;
	case 15:
		s.parts = "SELECT ps_partkey, ps_suppkey FROM partsupp WHERE ps_suppkey = (SELECT l_suppkey FROM lineitem "
				  "WHERE l_shipdate >= date '1996-01-01' AND l_shipdate < date '1996-04-01' GROUP BY l_suppkey "
				  "ORDER BY sum(l_extendedprice * (1 - l_discount)) DESC, 1 LIMIT 1) ORDER BY 1";
		s.ordered = "1996-01-20";
		break;
	case 17:
		s.parts = "SELECT ps_partkey, ps_suppkey FROM partsupp JOIN part ON p_partkey = ps_partkey "
				  "WHERE p_brand = 'Brand#23' AND p_container = 'MED BOX' ORDER BY 1, 2";
		s.quantity = 1;
		break;
	case 18:
		s.parts = dearest;
		s.hits = 7;
		s.quantity = 50;
		break;
	case 19:
		s.parts = "SELECT ps_partkey, ps_suppkey FROM partsupp JOIN part ON p_partkey = ps_partkey "
				  "WHERE p_brand = 'Brand#23' AND p_container IN ('MED BAG', 'MED BOX', 'MED PKG', 'MED PACK') "
				  "AND p_size BETWEEN 1 AND 10 OR p_brand = 'Brand#34' AND p_size BETWEEN 1 AND 15 "
				  "AND p_container IN ('LG CASE', 'LG BOX', 'LG PACK', 'LG PKG') ORDER BY 1, 2";
		s.mode = "AIR";
		s.instruction = "DELIVER IN PERSON";
		break;
	case 20: /* a supplier who comes in, as he sells a first one; or else one who goes, as he sells too many */
		s.parts = canadian("sold IS NULL AND ps_availqty > 1000", "0");
		s.otherwise = canadian("ps_availqty > 0.5 * sold", "1");
		s.hits = 1;
		s.others = 3;
		break;
	case 21: /* a supplier whom the limit does not hide */
		s.parts = "SELECT ps_partkey, ps_suppkey FROM partsupp JOIN supplier ON s_suppkey = ps_suppkey "
				  "JOIN nation ON n_nationkey = s_nationkey WHERE n_name = 'SAUDI ARABIA' ORDER BY s_name, 1 LIMIT 200";
		s.hits = 1;
		s.others = 3;
		break;
	case 22:
		s.customers = "SELECT c_custkey FROM customer WHERE substring(c_phone FROM 1 FOR 2) IN "
					  "('13', '31', '23', '29', '30', '18', '17') AND c_acctbal > 6000 "
					  "AND NOT EXISTS (SELECT FROM orders WHERE o_custkey = c_custkey) ORDER BY 1";
		break;
	}
	return s;
}

using Keys = std::vector<std::vector<long>>;

Keys
keys(Connection &connection, const std::string &sql, int columns)
{
	Answer answer = connection.run(sql);
	Keys found;
	for (int row = 0; row < answer.rows(); row++)
	{
		found.emplace_back();
		for (int column = 0; column < columns; column++)
			found.back().push_back(answer.number(row, column));
	}
	return found;
}

Aimed
aim_order(Connection &connection, const Generator &generator, Random &random, int query, long key)
{
	Sight s = sight(query);
	Order order = generator.order(key);
	Keys customers, parts;
	if (!s.customers.empty() && (customers = keys(connection, s.customers, 1)).empty())
		return {};
	if (!s.parts.empty())
		parts = keys(connection, s.parts, 2);
	if (!s.otherwise.empty() && parts.empty())
	{
		parts = keys(connection, s.otherwise, 2);
		s.quantity = 30000;
	}
	if (!s.parts.empty() && parts.empty())
		return {};
	if (!s.customers.empty())
		order.customer = random.pick(customers)[0];
	order.ordered = day(s.ordered);
	order.status = order.ordered < day("1995-03-01") ? "F" : "O";
	order.comment = "aimed at query " + std::to_string(query);
	order.items.resize(1);
	Item item = order.items[0];
	order.items.clear();
	for (int i = 0; i < s.hits + s.others; i++)
	{
		bool hit = i < s.hits;
		item.number = i + 1;
		do
		{
			item.part = random.between(1, generator.parts);
			item.supplier = generator.supplier_of(item.part, random.below(4));
		} while (!hit && item.supplier == order.items[0].supplier);
		if (hit && !s.parts.empty())
		{
			const std::vector<long> &pair = random.pick(parts);
			item.part = pair[0];
			item.supplier = pair[1];
		}
		item.quantity = hit ? s.quantity : 20;
		item.discount = s.discount;
		item.flag = s.flag;
		item.status = order.status;
		item.shipped = order.ordered + s.shipped;
		item.committed = order.ordered + s.committed;
		item.received = hit ? order.ordered + s.received : item.committed;
		item.mode = s.mode;
		item.instruction = s.instruction;
		order.items.push_back(item);
	}
	Aimed aimed = {entering(order), leaving({key})};
	aimed.enter.what = "an order for query " + std::to_string(query);
	return aimed;
}

Aimed
aim_partsupp(Connection &connection, Random &random, int query)
{
	const char *cost = query == 2 ? "0.50" : "5000.00";
	const char *pairs = "";
	switch (query)
	{
	case 2: /* the suppliers first whom the limit does not hide */
		pairs = "SELECT p_partkey, s_suppkey FROM part, supplier JOIN nation ON n_nationkey = s_nationkey "
				"JOIN region ON r_regionkey = n_regionkey WHERE p_size = 15 AND p_type LIKE '%BRASS' "
				"AND r_name = 'EUROPE' AND NOT EXISTS (SELECT FROM partsupp WHERE ps_partkey = p_partkey "
				"AND ps_suppkey = s_suppkey) ORDER BY s_acctbal DESC, 1 LIMIT 100";
		break;
	case 11:
		pairs = "SELECT p_partkey, s_suppkey FROM part, supplier JOIN nation ON n_nationkey = s_nationkey "
				"WHERE n_name = 'GERMANY' AND p_partkey <= 200 AND NOT EXISTS (SELECT FROM partsupp "
				"WHERE ps_partkey = p_partkey AND ps_suppkey = s_suppkey) ORDER BY 1, 2 LIMIT 1000";
		break;
	case 16:
		pairs = "SELECT p_partkey, s_suppkey FROM part, supplier WHERE p_partkey <= 200 AND s_suppkey <= 50 "
				"AND p_size IN (49, 14, 23, 45, 19, 3, 36, 9) AND p_brand <> 'Brand#45' AND p_type NOT LIKE "
				"'MEDIUM POLISHED%' AND s_comment NOT LIKE '%Complaints%' AND NOT EXISTS (SELECT FROM partsupp "
				"WHERE ps_partkey = p_partkey AND ps_suppkey = s_suppkey) ORDER BY 1, 2 LIMIT 1000";
		break;
	}
	Keys found = keys(connection, pairs, 2);
	if (found.empty())
		return {};
	const std::vector<long> &pair = random.pick(found);
	std::string part = std::to_string(pair[0]), supplier = std::to_string(pair[1]);
	Aimed aimed;
	aimed.enter = {"a row of partsupp for query " + std::to_string(query),
				   {"partsupp"},
				   {"INSERT INTO partsupp VALUES (" + part + ", " + supplier + ", 9999, " + cost + ", 'aimed')"}};
	aimed.leave = {"that row of partsupp",
				   {"partsupp"},
				   {"DELETE FROM partsupp WHERE ps_partkey = " + part + " AND ps_suppkey = " + supplier}};
	return aimed;
}

} // namespace

Aimed
aim(Connection &connection, const Generator &generator, Random &random, int query, long key)
{
	if (query == 2 || query == 11 || query == 16)
		return aim_partsupp(connection, random, query);
	return aim_order(connection, generator, random, query, key);
}

Change
entering(const Order &order)
{
	std::vector<Line> items;
	for (const Item &item : order.items)
		items.push_back(order.item_line(item));
	return {"an order", {"orders", "lineitem"}, {insertion("orders", {order.line()}), insertion("lineitem", items)}};
}

Change
leaving(const std::vector<long> &orders)
{
	std::string list;
	for (long key : orders)
		list += (list.empty() ? "" : ", ") + std::to_string(key);
	return {"orders deleted",
			{"orders", "lineitem"},
			{"DELETE FROM lineitem WHERE l_orderkey IN (" + list + ")",
			 "DELETE FROM orders WHERE o_orderkey IN (" + list + ")"}};
}

} // namespace tpch
