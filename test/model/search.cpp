#include "search.hpp"

#include <algorithm>
#include <deque>
#include <unordered_set>

namespace model {

namespace {

struct Node
{
	int from;
	int writer;
};

std::vector<int>
way_to(const std::vector<Node> &nodes, int node)
{
	std::vector<int> way;
	for (; nodes[node].from >= 0; node = nodes[node].from)
		way.insert(way.begin(), nodes[node].writer);
	return way;
}

} // namespace

Outcome
search(const Case &which, Rules rules)
{
	Protocol protocol(which, rules);
	Outcome outcome;
	std::vector<Node> nodes{{-1, -1}};
	std::deque<State> front{protocol.start()};
	std::unordered_set<uint64_t> visited{front.front().hash()};
	for (int node = 0; !front.empty() && outcome.wrong.empty(); node++)
	{
		State state = std::move(front.front());
		front.pop_front();
		bool moved = false;
		State next = state;
		for (size_t number = 0; number < state.writers.size(); number++)
		{
			if (!protocol.step(next, static_cast<int>(number)))
			{
				outcome.waits += next.writers[number].phase == Phase::done ? 0 : 1;
				continue;
			}
			moved = true;
			if (visited.insert(next.hash()).second)
			{
				nodes.push_back({node, static_cast<int>(number)});
				if (next.committed != state.committed && outcome.wrong.empty() && !protocol.correct(next))
					outcome.wrong = way_to(nodes, static_cast<int>(nodes.size()) - 1);
				front.push_back(std::move(next));
			}
			next = state;
		}
		bool done = std::all_of(state.writers.begin(), state.writers.end(),
								[](const Writer &writer) { return writer.phase == Phase::done; });
		if (!moved && !done && outcome.deadlocks++ == 0)
			outcome.deadlock = way_to(nodes, node);
	}
	outcome.states = nodes.size();
	return outcome;
}

} // namespace model
