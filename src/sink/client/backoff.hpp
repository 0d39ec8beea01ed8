#pragma once

#include <cstdint>
#include <random>

namespace dv::sink {

/* How long to wait before the next attempt: exponential, with full jitter. */
class Backoff
{
public:
	Backoff(int first, int longest, std::uint32_t seed) : first_(first), longest_(longest), limit_(first), random_(seed)
	{}

	int next(); /* milliseconds */
	void reset() { limit_ = first_; }

private:
	int first_;
	int longest_;
	int limit_;
	std::minstd_rand random_;
};

} // namespace dv::sink
