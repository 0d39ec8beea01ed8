#pragma once

#include <cstdint>
#include <string>

namespace dv::sink {

/* A place in the write-ahead log; 0: none. */
using Lsn = std::uint64_t;

std::string lsn_text(Lsn lsn);
Lsn parse_lsn(const std::string &text); /* 0 where it is none */

} // namespace dv::sink
