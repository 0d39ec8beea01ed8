#include "pg/spi.hpp"

namespace dv::pg {

uint64
run(const char *sql)
{
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	int result = SPI_execute(sql, false, 0);
	if (result < 0)
		elog(ERROR, "command failed: %s: %s", SPI_result_code_string(result), sql);
	uint64 rows = SPI_processed;
	SPI_finish();
	CommandCounterIncrement();
	return rows;
}

uint64
query(const char *sql, Snapshot snapshot)
{
	SPIPlanPtr plan = SPI_prepare(sql, 0, nullptr);
	if (plan == nullptr)
		elog(ERROR, "query failed: %s: %s", SPI_result_code_string(SPI_result), sql);
	int result = SPI_execute_snapshot(plan, nullptr, nullptr, snapshot, InvalidSnapshot, true, false, 0);
	if (result != SPI_OK_SELECT)
		elog(ERROR, "query failed: %s: %s", SPI_result_code_string(result), sql);
	return SPI_processed;
}

char *
qualified_name(Oid relation)
{
	const char *name = get_rel_name(relation);
	if (name == nullptr)
		return psprintf("%u", relation);
	return quote_qualified_identifier(get_namespace_name(get_rel_namespace(relation)), name);
}

} // namespace dv::pg
