#include "bench.hpp"

#include "aim.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <iostream>

namespace tpch {

namespace {

double
timed(Connection &connection, const std::string &sql)
{
	auto start = std::chrono::steady_clock::now();
	connection.run(sql);
	return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

double
median(std::vector<double> times)
{
	std::sort(times.begin(), times.end());
	return times[times.size() / 2];
}

std::string
whole(const Change &change)
{
	std::string sql = "BEGIN";
	for (const std::string &statement : change.statements)
		sql += "; " + statement;
	return sql + "; COMMIT";
}

struct Times
{
	double enter, leave; /* medians, in ms */
};

Times
measure(Connection &connection, const Aimed &aimed, int rounds)
{
	std::vector<double> enter, leave;
	double spent = 0;
	for (int i = 0; i < rounds && (i < 5 || spent < 2000); i++)
	{
		enter.push_back(timed(connection, whole(aimed.enter)));
		leave.push_back(timed(connection, whole(aimed.leave)));
		spent += enter.back() + leave.back();
	}
	return {median(enter), median(leave)};
}

std::string
shown(double ms)
{
	char text[32];
	std::snprintf(text, sizeof text, ms < 10 ? "%.2f" : ms < 100 ? "%.1f" : "%.0f", ms);
	return text;
}

} // namespace

bool
bench(Connection &connection, const Generator &generator, std::vector<View> views, int rounds)
{
	bool good = true;
	std::vector<double> ratios;
	std::cout
		<< "| query | orders | lineitem | insert, ms | delete, ms | without the view, ms | recompute, ms | ratio |\n"
		   "|---|---|---|--:|--:|--:|--:|--:|\n";
	for (View &view : views)
	{
		Random random(1, static_cast<uint64_t>(view.number));
		Aimed aimed = aim(connection, generator, random, view.number, Generator::order_key(view.number, 2));
		if (aimed.enter.statements.empty())
			throw std::runtime_error("no row to change " + view.name + " with");
		measure(connection, aimed, 3);
		Times without = measure(connection, aimed, rounds);
		std::vector<double> recompute;
		for (int i = 0; i < 4; i++)
			recompute.push_back(timed(connection, view.query));
		recompute.erase(recompute.begin()); /* it warmed up */

		make_view(connection, view);
		connection.run("ANALYZE " + view.name);
		std::string orders = strategy(connection, view, "orders"), items = strategy(connection, view, "lineitem");
		if (orders.empty() && items.empty())
			orders = "partsupp: " + strategy(connection, view, "partsupp");
		std::vector<View> alone = {view};
		connection.run(whole(aimed.enter));
		bool changed = look(connection, alone)[0];
		connection.run(whole(aimed.leave));
		changed = look(connection, alone)[0] && changed;
		measure(connection, aimed, 3);
		Times with = measure(connection, aimed, rounds);
		std::string wrong = differences(connection, view);
		if (!wrong.empty() || !changed)
			good = false;
		connection.run("DROP TABLE " + view.name);

		ratios.push_back(median(recompute) / std::max(with.enter, with.leave));
		char ratio[32];
		std::snprintf(ratio, sizeof ratio, ratios.back() < 10 ? "%.1f" : "%.0f", ratios.back());
		std::cout << "| Q" << view.number << " | " << orders << " | " << items << " | " << shown(with.enter) << " | "
				  << shown(with.leave) << " | " << shown(without.enter) << " | " << shown(median(recompute)) << " | "
				  << ratio << " |" << (changed ? "" : " the view did not change") << std::endl;
		if (!wrong.empty())
			std::cout << wrong << std::endl;
	}
	long tens = std::count_if(ratios.begin(), ratios.end(), [](double ratio) { return ratio > 10; });
	std::cout << "\nMedian ratio " << shown(median(ratios)) << "; more than 10 for " << tens << " of " << ratios.size()
			  << "; least " << shown(*std::min_element(ratios.begin(), ratios.end())) << ".\n";
	return good;
}

} // namespace tpch
