#include "totals.hpp"

#include <iostream>
#include <stdexcept>

namespace fuzz {

namespace {

/* The only refusals of queries of ours that docs/limits.md has. */
const char *const listed[] = {
	"over rows that the window's ORDER BY leaves equal cannot be used in a maintained view",
	"OFFSET together with WITH TIES cannot be used in a maintained view",
};

bool
is_listed(const std::string &message)
{
	for (const char *known : listed)
		if (message.find(known) != std::string::npos)
			return true;
	return false;
}

void
print_counts(const char *what, const std::map<std::string, long> &counts)
{
	for (const auto &[name, count] : counts)
		std::cout << "  " << count << " " << what << ": " << name << "\n";
}

} // namespace

void
count_flushes(Session &session, const std::vector<View> &views, Totals &totals)
{
	for (const View &view : views)
	{
		Answer stats =
			session.run("SELECT s.flushes, s.incremental, s.complete FROM deltaview.stats s WHERE s.view = '" +
						view.relation.name + "'::regclass");
		Answer tables = session.run("SELECT t.strategy FROM deltaview.view_tables t WHERE t.view = '" +
									view.relation.name + "'::regclass AND t.strategy <> 'complete'");
		if (!stats.ok() || !tables.ok())
			throw std::runtime_error(stats.message() + tables.message());
		if (stats.rows() == 0)
			continue;
		totals.flushes["complete"] += static_cast<double>(stats.number(0, 2));
		/* tables of one view may have different strategies: which of them changed is not counted apart */
		for (int row = 0; row < tables.rows(); row++)
			totals.flushes[tables.text(row, 0)] += static_cast<double>(stats.number(0, 1)) / tables.rows();
	}
}

void
count_refusal(const Answer &answer, Totals &totals)
{
	std::string message = answer.message();
	message.resize(message.find('\n'));
	totals.refused++;
	totals.refusals[message]++;
}

bool
conclude(uint64_t seed, const Totals &totals, bool verbose)
{
	double all = 0;
	bool good = true;
	for (const auto &[strategy, flushes] : totals.flushes)
		all += flushes;
	std::cout << "seed " << seed << ": " << totals.schemas << " schemas, " << totals.views << " views ("
			  << totals.refused << " refused, " << totals.invalid << " not valid, " << totals.large << " too large), "
			  << totals.transactions << " transactions, " << static_cast<long>(all) << " flushes\n";
	print_counts("refused", totals.refusals);
	print_counts("views with", totals.constructs);
	if (verbose)
	{
		print_counts("views of shape", totals.shapes);
		print_counts("queries that the server itself refused", totals.errors);
	}
	for (const char *strategy : {"linear", "aggregate", "keyed", "cascade", "complete"})
	{
		auto found = totals.flushes.find(strategy);
		double share = found == totals.flushes.end() || all == 0 ? 0 : 100 * found->second / all;
		std::cout << "  " << strategy << ": " << static_cast<int>(share * 10) / 10.0 << " % of the flushes\n";
		good = good && (share >= 5 || std::string(strategy) == "cascade");
	}
	if (!good)
		std::cout << "FAILED: a strategy took less than 5 % of the flushes\n";
	if (totals.refused * 10 > totals.views)
	{
		std::cout << "FAILED: more than 10 % of the views were refused\n";
		good = false;
	}
	for (const auto &[message, count] : totals.refusals)
		if (!is_listed(message))
		{
			std::cout << "FAILED: docs/limits.md does not list this refusal: " << message << "\n";
			good = false;
		}
	return good;
}

} // namespace fuzz
