#pragma once

#include "core/source.hpp"

namespace dv::core {

/* What a change of one base table leads to. */
struct Explanation
{
	std::string strategy;
	bool incremental = false;
	std::string reason;
	std::string delta_sql;
	std::string advice; /* CREATE INDEX statements, one per line */
};

Explanation explain(const View &view, int table);

} // namespace dv::core
