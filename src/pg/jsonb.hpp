#pragma once

#include "pg/postgres.hpp"

extern "C" {
#include "utils/jsonb.h"
}

namespace dv::pg {

/* The text must stay until the value has become a Jsonb. */
inline JsonbValue
json_string(const char *text, size_t length)
{
	JsonbValue value = {};

	value.type = jbvString;
	value.val.string.val = const_cast<char *>(text);
	value.val.string.len = static_cast<int>(length);
	return value;
}

inline JsonbValue
json_string(const char *text)
{
	return json_string(text, strlen(text));
}

} // namespace dv::pg
