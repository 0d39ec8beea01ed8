#include "sink/client/backoff.hpp"

#include <algorithm>

namespace dv::sink {

int
Backoff::next()
{
	int pause = std::uniform_int_distribution<int>(1, limit_)(random_);

	limit_ = limit_ > longest_ / 2 ? longest_ : limit_ * 2;
	return std::min(pause, longest_);
}

} // namespace dv::sink
