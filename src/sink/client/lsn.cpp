#include "sink/client/lsn.hpp"

#include <cstdio>

namespace dv::sink {

std::string
lsn_text(Lsn lsn)
{
	char text[32];
	int size = std::snprintf(text, sizeof(text), "%X/%X", static_cast<unsigned>(lsn >> 32), static_cast<unsigned>(lsn));
	return {text, static_cast<size_t>(size)};
}

Lsn
parse_lsn(const std::string &text)
{
	unsigned high = 0;
	unsigned low = 0;
	int end = 0;

	if (std::sscanf(text.c_str(), "%8X/%8X%n", &high, &low, &end) != 2 || static_cast<size_t>(end) != text.size())
		return 0;
	return static_cast<Lsn>(high) << 32 | low;
}

} // namespace dv::sink
