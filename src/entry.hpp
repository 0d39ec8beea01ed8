#pragma once

/*
 * What the functions that SQL calls have in common.
 */
#include "pg/postgres.hpp"

/* The server's macro exports the function itself from 16 on. */
#define EXPORT(name)                          \
	PGDLLEXPORT Datum name(PG_FUNCTION_ARGS); \
	PG_FUNCTION_INFO_V1(name)

namespace dv {

inline void
need_argument(FunctionCallInfo fcinfo, int n, const char *name)
{
	if (PG_ARGISNULL(n))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("argument \"%s\" must not be null", name)));
}

inline Oid
relation_argument(FunctionCallInfo fcinfo)
{
	need_argument(fcinfo, 0, "name");
	return PG_GETARG_OID(0);
}

inline char *
text_argument(FunctionCallInfo fcinfo, int n, const char *name)
{
	need_argument(fcinfo, n, name);
	return text_to_cstring(PG_GETARG_TEXT_PP(n));
}

inline bool
bool_argument(FunctionCallInfo fcinfo, int n, const char *name)
{
	need_argument(fcinfo, n, name);
	return PG_GETARG_BOOL(n);
}

inline char *
optional_text(FunctionCallInfo fcinfo, int n)
{
	return PG_ARGISNULL(n) ? nullptr : text_to_cstring(PG_GETARG_TEXT_PP(n));
}

inline ArrayType *
optional_array(FunctionCallInfo fcinfo, int n)
{
	return PG_ARGISNULL(n) ? nullptr : PG_GETARG_ARRAYTYPE_P(n);
}

} // namespace dv
