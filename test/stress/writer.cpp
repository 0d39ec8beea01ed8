#include "writer.hpp"

#include "schema.hpp"

#include <set>

namespace stress {

namespace {

/* What concurrency may end in, and what our statements bring upon themselves. */
const std::set<std::string> expected = {
	"40001", "40P01",          /* to be tried again */
	"23505",                   /* two insert the same key */
	"55000",                   /* resume of a view that is not paused */
	"57P01", "57P02", "57P03", /* killed */
	"08006",
};

} // namespace

Writer::Writer(const std::string &conninfo, int number, unsigned seed)
	: connection_(conninfo), number_(number), random_(seed * 1000 + static_cast<unsigned>(number))
{}

std::string
Writer::change()
{
	auto n = [this](int most) { return std::to_string(1 + below(most)); };
	std::string id = n(20), k = std::to_string(below(5)), v = n(30);
	switch (below(26))
	{
	case 0:
		return "INSERT INTO a VALUES (" + id + ", " + k + ", " + v + ") ON CONFLICT DO NOTHING";
	case 1:
		return "INSERT INTO a VALUES (" + id + ", " + k + ", " + v +
			   ") ON CONFLICT (id) DO UPDATE SET k = excluded.k, x = a.x + 1";
	case 2:
		return "UPDATE a SET k = " + k + " WHERE id = " + id;
	case 3:
		return "UPDATE a SET x = " + v + " WHERE k = " + k;
	case 4:
		return "DELETE FROM a WHERE id = " + id;
	case 5:
		return "INSERT INTO b VALUES (" + id + ", " + k + ", " + v + ") ON CONFLICT DO NOTHING";
	case 6:
		return "UPDATE b SET k = " + k + ", y = y + 1 WHERE id = " + id;
	case 7:
		return "UPDATE b SET y = " + v + " WHERE k = " + k;
	case 8:
		return "DELETE FROM b WHERE k = " + k;
	case 9:
		return "INSERT INTO c1 VALUES (" + id + ", " + k + ") ON CONFLICT (id) DO UPDATE SET k = excluded.k";
	case 10:
		return "INSERT INTO c2 VALUES (" + id + ", " + k + ", " + n(4) +
			   ") ON CONFLICT (id) DO UPDATE SET k = excluded.k, l = excluded.l";
	case 11:
		return "INSERT INTO c3 VALUES (" + id + ", " + n(4) + ") ON CONFLICT (id) DO UPDATE SET l = excluded.l";
	case 12:
		return "DELETE FROM c" + n(3) + " WHERE id % 5 = " + k;
	case 13:
	case 14:
		return "INSERT INTO copies SELECT " + k + ", 1 + i % 2 FROM generate_series(1, " + n(3) + ") i";
	case 15:
		return "DELETE FROM copies WHERE ctid = (SELECT ctid FROM copies ORDER BY random() LIMIT 1)";
	case 16:
		return "UPDATE copies SET v = 1 + " + v + " % 3 WHERE k = " + k;
	case 17:
		return "DELETE FROM copies WHERE k = " + k;
	case 18:
		return "INSERT INTO numbers VALUES (" + k + ", " + (chance(5) ? "'NaN'" : v + ".25") + ")";
	case 19:
		return chance(50) ? "DELETE FROM numbers WHERE k = " + k
						  : "DELETE FROM numbers WHERE ctid = (SELECT ctid FROM numbers ORDER BY random() LIMIT 1)";
	case 20:
		return "INSERT INTO orders VALUES (" + id + ", " + n(4) +
			   ") ON CONFLICT (id) DO UPDATE SET customer = excluded.customer";
	case 21:
		return "INSERT INTO items VALUES (" + id + ", " + n(4) + ", " + v +
			   ") ON CONFLICT (order_id, no) DO UPDATE SET qty = excluded.qty";
	case 22:
		return "DELETE FROM items WHERE order_id = " + id;
	case 23:
		return "UPDATE customers SET name = 'c" + v + "' WHERE id = " + n(4);
	case 24:
		return "DELETE FROM orders WHERE id = " + id;
	default:
		return "WITH gone AS (DELETE FROM b WHERE id = " + id +
			   " RETURNING *) INSERT INTO a SELECT id, k, y FROM gone ON CONFLICT DO NOTHING";
	}
}

/* What an operator does. */
std::string
Writer::operation()
{
	std::string view = views[static_cast<size_t>(below(static_cast<int>(views.size())))].name;
	std::string own = "own_" + std::to_string(number_);
	std::string new_name = own + "_" + std::to_string(below(1000000));
	std::string mine =
		"DO $$ DECLARE v regclass; BEGIN SELECT name INTO v FROM deltaview.views WHERE name::text LIKE '" + own +
		"%' LIMIT 1; IF v IS NOT NULL THEN EXECUTE format('";
	switch (below(9))
	{
	case 0:
		return "TRUNCATE " + std::string(chance(50) ? "copies" : "c3");
	case 1:
		return "SELECT deltaview.pause('" + view + "')";
	case 2:
	case 3:
		return "SELECT deltaview.resume(name) FROM deltaview.views WHERE state = 'paused' LIMIT 1";
	case 4:
		return "SELECT deltaview.refresh('" + view + "')";
	case 5:
		return "SELECT deltaview.create_view('" + new_name + "', '" +
			   (chance(50) ? "SELECT a.id, b.id AS other FROM a JOIN b USING (k)"
						   : "SELECT n, count(*) AS ks FROM (SELECT a.k, count(b.id) AS n FROM a LEFT JOIN b USING (k)"
							 " GROUP BY a.k) x GROUP BY n") +
			   "')";
	case 6:
		return mine + "DROP TABLE %s', v); END IF; END $$";
	case 7:
		return mine + "ALTER TABLE %s RENAME TO " + new_name + "', v); END IF; END $$";
	default:
		return "VACUUM a, b, sum_v";
	}
}

std::string
Writer::statement()
{
	if (chance(6))
		return "SELECT deltaview.flush()";
	if (chance(3))
		return "DO $$ BEGIN " + change() +
			   "; PERFORM deltaview.flush(); RAISE division_by_zero;"
			   " EXCEPTION WHEN division_by_zero THEN NULL; END $$";
	return change();
}

std::string
Writer::fail(const std::string &sql, const Answer &answer)
{
	outcomes_[answer.state]++;
	bool known = expected.count(answer.state) > 0;
	if (!connection_.alive())
		connection_.connect();
	else if (!connection_.idle())
		connection_.run("ROLLBACK");
	return known ? "" : history_ + sql + "\n" + answer.state + " " + answer.message;
}

/* It holds its locks, though who prepared it was killed. */
void
Writer::roll_back_prepared(const std::string &prepared)
{
	for (;;)
	{
		Answer answer = connection_.run("ROLLBACK PREPARED '" + prepared + "'");
		if (answer.ok() || answer.state == "42704")
			return;
		if (!connection_.alive())
			connection_.connect();
	}
}

std::string
Writer::transaction()
{
	history_.clear();
	if (chance(2))
	{
		std::string sql = operation();
		Answer answer = connection_.run(sql);
		if (!answer.ok())
			return fail(sql, answer);
		outcomes_["operations"]++;
		return "";
	}

	const char *levels[] = {"READ COMMITTED", "READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"};
	std::vector<std::string> script = {std::string("BEGIN ISOLATION LEVEL ") + levels[below(4)]};
	int depth = 0;
	for (int i = 1 + below(4); i > 0; i--)
	{
		if (chance(15))
			script.push_back("SAVEPOINT s" + std::to_string(++depth));
		script.push_back(statement());
		if (depth > 0 && chance(40))
			script.push_back((chance(60) ? "ROLLBACK TO s" : "RELEASE s") + std::to_string(depth)),
				depth -= script.back()[1] == 'E';
	}
	std::string prepared = "stress_" + std::to_string(number_) + "_" + std::to_string(prepared_++);
	bool twice = chance(5);
	if (twice)
		script.push_back("PREPARE TRANSACTION '" + prepared + "'");
	else
		script.push_back(chance(10) ? "ROLLBACK" : "COMMIT");
	if (twice)
		script.push_back((chance(80) ? "COMMIT PREPARED '" : "ROLLBACK PREPARED '") + prepared + "'");
	for (const std::string &sql : script)
	{
		Answer answer = connection_.run(sql);
		if (!answer.ok())
		{
			std::string failure = fail(sql, answer);
			if (twice)
				roll_back_prepared(prepared);
			return failure;
		}
		history_ += sql + ";\n";
	}
	outcomes_["committed"]++;
	return "";
}

} // namespace stress
