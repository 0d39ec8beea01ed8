#pragma once

#include <string>
#include <vector>

/* What the specification lets columns hold. */
namespace tpch::words {

using List = std::vector<std::string>;

struct Nation
{
	std::string name;
	int region;
};

extern const List regions;
extern const std::vector<Nation> nations;
extern const List colours;                     /* of which p_name has five */
extern const List sizes, finishes, metals;     /* p_type */
extern const List container_sizes, containers; /* p_container */
extern const List segments, priorities, instructions, modes;
extern const List prose; /* comments */

} // namespace tpch::words
