#include "scenarios.hpp"

namespace model {

std::vector<Case>
cases(const Scenario &scenario)
{
	std::vector<Case> all{scenario.shared};
	for (const Choices &choices : scenario.writers)
	{
		std::vector<Case> longer;
		for (const Case &one : all)
			for (const Transaction &choice : choices)
			{
				longer.push_back(one);
				longer.back().writers.push_back(choice);
			}
		all = std::move(longer);
	}
	return all;
}

std::vector<Scenario>
all_scenarios()
{
	std::vector<Scenario> all = joins();
	for (const std::vector<Scenario> &more : {documents(), aggregates()})
		all.insert(all.end(), more.begin(), more.end());
	return all;
}

} // namespace model
