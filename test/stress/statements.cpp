#include "statements.hpp"

namespace stress {

namespace {

constexpr int hot_ids = 20, ids = 220;
constexpr int hot_keys = 5, keys = 155;

std::string
key(Random &random, bool hot)
{
	if (random.percent(4))
		return "NULL";
	return std::to_string(hot ? random.below(hot_keys) : hot_keys + random.below(keys - hot_keys));
}

std::string
change_of_pairs(Random &random, const std::string &id, const std::string &k)
{
	std::string v = random.upto(30);
	switch (random.below(11))
	{
	case 0:
		return "INSERT INTO a VALUES (" + id + ", " + k + ", " + v + ") ON CONFLICT DO NOTHING";
	case 1:
		return "INSERT INTO a VALUES (" + id + ", " + k + ", " + v +
			   ") ON CONFLICT (id) DO UPDATE SET k = excluded.k, x = a.x + 1";
	case 2:
		return "UPDATE a SET k = " + k + " WHERE id = " + id;
	case 3:
		return "UPDATE a SET x = " + v + " WHERE k IS NOT DISTINCT FROM " + k;
	case 4:
		return "DELETE FROM a WHERE id = " + id;
	case 5:
		return "INSERT INTO b VALUES (" + id + ", " + k + ", " + v + "), (" + random.upto(hot_ids) + ", " + k +
			   ", 3) ON CONFLICT DO NOTHING";
	case 6:
		return "UPDATE b SET k = " + k + ", y = y + 1 WHERE id = " + id;
	case 7:
		return "UPDATE b SET y = " + v + " WHERE k IS NOT DISTINCT FROM " + k;
	case 8:
		return "DELETE FROM b WHERE k IS NOT DISTINCT FROM " + k;
	case 9:
		return "UPDATE " + std::string(random.percent(50) ? "a" : "b") + " SET k = " + k +
			   " WHERE k IS NOT DISTINCT FROM " + key(random, true);
	default:
		return "WITH gone AS (DELETE FROM b WHERE id = " + id +
			   " RETURNING *) INSERT INTO a SELECT id, k, y FROM gone ON CONFLICT DO NOTHING";
	}
}

std::string
change_of_chain(Random &random, const std::string &id, const std::string &k)
{
	std::string l = random.upto(4);
	switch (random.below(6))
	{
	case 0:
		return "INSERT INTO c1 VALUES (" + id + ", " + k + ") ON CONFLICT (id) DO UPDATE SET k = excluded.k";
	case 1:
		return "INSERT INTO c2 VALUES (" + id + ", " + k + ", " + l +
			   ") ON CONFLICT (id) DO UPDATE SET k = excluded.k, l = excluded.l";
	case 2:
		return "INSERT INTO c3 VALUES (" + id + ", " + l + ") ON CONFLICT (id) DO UPDATE SET l = excluded.l";
	case 3:
		return "UPDATE c2 SET " + (random.percent(50) ? "l = " + l : "k = " + k) + " WHERE id = " + id;
	case 4:
		return "DELETE FROM c" + random.upto(3) + " WHERE id = " + id;
	default:
		return "DELETE FROM c" + random.upto(3) + " WHERE id % 5 = " + std::to_string(random.below(5));
	}
}

std::string
change_of_copies(Random &random, const std::string &k)
{
	std::string v = random.upto(30);
	switch (random.below(7))
	{
	case 0:
	case 1:
		return "INSERT INTO copies SELECT " + k + ", 1 + i % 2 FROM generate_series(1, " + random.upto(3) + ") i";
	case 2:
		return "DELETE FROM copies WHERE ctid = (SELECT ctid FROM copies ORDER BY random() LIMIT 1)";
	case 3:
		return "UPDATE copies SET v = 1 + " + v + " % 3 WHERE k IS NOT DISTINCT FROM " + k;
	case 4:
		return "DELETE FROM copies WHERE k IS NOT DISTINCT FROM " + k;
	case 5:
		return "INSERT INTO numbers VALUES (" + k + ", " + (random.percent(5) ? "'NaN'" : v + ".25") + ")";
	default:
		return "DELETE FROM numbers WHERE k IS NOT DISTINCT FROM " + k;
	}
}

std::string
change_of_orders(Random &random, const std::string &id)
{
	std::string no = random.upto(4), v = random.upto(30);
	switch (random.below(9))
	{
	case 0:
		return "INSERT INTO orders VALUES (" + id + ", " + no +
			   ") ON CONFLICT (id) DO UPDATE SET customer = excluded.customer";
	case 1:
		return "INSERT INTO items VALUES (" + id + ", " + no + ", " + v +
			   ") ON CONFLICT (order_id, no) DO UPDATE SET qty = excluded.qty";
	case 2:
		return "WITH o AS (INSERT INTO orders VALUES (" + id + ", " + no +
			   ") ON CONFLICT DO NOTHING RETURNING id) INSERT INTO items SELECT id, no, " + v +
			   " FROM o, generate_series(1, 3) no ON CONFLICT DO NOTHING";
	case 3:
		return "INSERT INTO items SELECT " + id + ", no, " + v +
			   " + no FROM generate_series(1, 3) no ON CONFLICT (order_id, no) DO UPDATE SET qty = excluded.qty";
	case 4:
		return "DELETE FROM items WHERE order_id = " + id + (random.percent(50) ? " AND no = " + no : "");
	case 5:
		return "UPDATE items SET order_id = " + random.upto(hot_ids) + ", no = 5 + " +
			   std::to_string(random.below(100000000)) + " WHERE order_id = " + id + " AND no = " + no;
	case 6:
		return "UPDATE customers SET name = 'c" + v + "' WHERE id = " + no;
	case 7:
		return "WITH o AS (DELETE FROM orders WHERE id = " + id + ") DELETE FROM items WHERE order_id = " + id;
	default:
		return "DELETE FROM orders WHERE id = " + id;
	}
}

} // namespace

std::string
change(Random &random)
{
	bool hot = random.percent(75);
	std::string id = std::to_string(1 + (hot ? random.below(hot_ids) : hot_ids + random.below(ids - hot_ids)));
	std::string k = key(random, hot);
	switch (random.below(9))
	{
	case 0:
	case 1:
	case 2:
		return change_of_pairs(random, id, k);
	case 3:
	case 4:
		return change_of_chain(random, id, k);
	case 5:
		return change_of_copies(random, k);
	default:
		return change_of_orders(random, id);
	}
}

std::string
large_change(Random &random)
{
	std::string first = std::to_string(hot_ids + 1), last = std::to_string(ids);
	std::string series = " FROM generate_series(" + first + ", " + last + ") i ON CONFLICT ";
	std::string cold = std::to_string(hot_keys) + " + i % " + std::to_string(keys - hot_keys);
	std::string moved = std::to_string(hot_keys) + " + (k + 1) % " + std::to_string(keys - hot_keys);
	std::string some = " WHERE id > " + first + " AND id % 3 = " + std::to_string(random.below(3));
	switch (random.below(13))
	{
	case 0:
		return "INSERT INTO a SELECT i, " + cold + ", i" + series + "(id) DO UPDATE SET x = a.x + 1";
	case 1:
		return "INSERT INTO b SELECT i, " + cold + ", i" + series + "DO NOTHING";
	case 2:
		return "UPDATE a SET k = " + moved + " WHERE id > " + first;
	case 3:
		return "UPDATE b SET y = y + 1";
	case 4:
		return "DELETE FROM " + std::string(random.percent(50) ? "a" : "b") + some;
	case 5:
		return "INSERT INTO c1 SELECT i, " + cold + series + "DO NOTHING";
	case 6:
		return "INSERT INTO c2 SELECT i, " + cold + ", 5 + i % 50" + series + "(id) DO UPDATE SET k = c2.k + 1";
	case 7:
		return "INSERT INTO c3 SELECT i, 5 + i % 50" + series + "DO NOTHING";
	case 8:
		return "DELETE FROM c" + random.upto(3) + some;
	case 9:
		return "INSERT INTO orders SELECT i, 1 + i % 4" + series + "(id) DO UPDATE SET customer = excluded.customer";
	case 10:
		return "INSERT INTO items SELECT i, 1, i % 30" + series + "(order_id, no) DO UPDATE SET qty = items.qty + 1";
	case 11:
		return random.percent(50) ? "UPDATE items SET qty = qty + 1" : "UPDATE customers SET name = name || '+'";
	default:
		return "DELETE FROM items WHERE order_id > " + first + " AND order_id % 3 = " + std::to_string(random.below(3));
	}
}

} // namespace stress
