#include "catalog/ddl.hpp"

#include "pg/spi.hpp"

namespace dv::catalog {

namespace {

int depth = 0;

} // namespace

bool
in_own_ddl()
{
	return depth > 0;
}

void
own_ddl(const char *sql)
{
	depth++;
	PG_TRY();
	{
		(void) pg::run(sql);
	}
	PG_FINALLY();
	{
		depth--;
	}
	PG_END_TRY();
}

} // namespace dv::catalog
