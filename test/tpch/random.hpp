#pragma once

/* Chance that can be entered anywhere: a row depends on the seed, its table and its key alone. */
#include <cstdint>
#include <string>
#include <vector>

namespace tpch {

class Random
{
public:
	explicit Random(uint64_t seed, uint64_t stream = 0, uint64_t row = 0) : state_(mix(mix(mix(seed) + stream) + row))
	{}

	uint64_t next() { return mix(state_ += 0x9e3779b97f4a7c15u); }
	long below(long n) { return static_cast<long>(next() % static_cast<uint64_t>(n)); }
	long between(long from, long to) { return from + below(to - from + 1); }
	bool percent(int p) { return below(100) < p; }

	template <class T> const T &pick(const std::vector<T> &from)
	{
		return from[static_cast<size_t>(below(static_cast<long>(from.size())))];
	}

private:
	static uint64_t mix(uint64_t x)
	{
		x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
		x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
		return x ^ (x >> 31);
	}

	uint64_t state_;
};

} // namespace tpch
