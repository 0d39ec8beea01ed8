#pragma once

#include <random>
#include <string>
#include <vector>

namespace stress {

/* One client's chance: the same seed makes the same transactions, though not in the same order among clients. */
class Random
{
public:
	explicit Random(unsigned seed) : engine_(seed) {}

	int below(int n) { return static_cast<int>(engine_() % static_cast<unsigned>(n)); }
	bool percent(int p) { return below(100) < p; }
	std::string upto(int n) { return std::to_string(1 + below(n)); }

	template <class T> const T &pick(const std::vector<T> &from)
	{
		return from[static_cast<size_t>(below(static_cast<int>(from.size())))];
	}

private:
	std::mt19937 engine_;
};

} // namespace stress
