#pragma once

/* The one source of chance: the same seed makes the same run on every platform. */
#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace fuzz {

class Random
{
public:
	explicit Random(uint64_t seed) : engine_(seed) {}

	int below(int n) { return static_cast<int>(engine_() % static_cast<uint64_t>(n)); }

	int between(int from, int to) { return from + below(to - from + 1); }
	bool percent(int p) { return below(100) < p; }

	template <class T> const T &pick(const std::vector<T> &from)
	{
		return from[static_cast<size_t>(below(static_cast<int>(from.size())))];
	}

	std::string word(std::initializer_list<const char *> from)
	{
		return *(from.begin() + below(static_cast<int>(from.size())));
	}

private:
	std::mt19937_64 engine_;
};

} // namespace fuzz
