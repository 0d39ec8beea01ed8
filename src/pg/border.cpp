#include "pg/border.hpp"

#include <cstring>

namespace dv::pg {

void
describe(Failure &failure, const char *what) noexcept
{
	std::strncpy(failure.text, what, sizeof(failure.text) - 1);
}

void
raise(const Failure &failure)
{
	if (failure.kind == Failure::Memory)
		ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
	ereport(ERROR, (errcode(ERRCODE_INTERNAL_ERROR), errmsg_internal("pg_deltaview: %s", failure.text)));
	pg_unreachable();
}

} // namespace dv::pg
