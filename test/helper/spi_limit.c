/*
 * spi_limit(statement, rows): runs a statement by SPI with a row limit, as some procedural languages do.
 * INSERT ... RETURNING then stops after so many rows, and its AFTER triggers never fire.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "fmgr.h"
#include "utils/builtins.h"

PG_MODULE_MAGIC;

PG_FUNCTION_INFO_V1(spi_limit);

Datum
spi_limit(PG_FUNCTION_ARGS)
{
	char	   *statement = text_to_cstring(PG_GETARG_TEXT_PP(0));
	int64		processed;
	int			result;

	SPI_connect();
	result = SPI_execute(statement, false, PG_GETARG_INT32(1));
	if (result < 0)
		elog(ERROR, "SPI_execute failed: %s", SPI_result_code_string(result));
	processed = (int64) SPI_processed;
	SPI_finish();
	PG_RETURN_INT64(processed);
}
