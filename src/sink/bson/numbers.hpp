#pragma once

#include "sink/bson/output.hpp"

namespace dv::sink {

/* A number as SQL or JSON write it: [-]digits[.digits][e[+-]digits], or what numeric has besides. */

/* A Decimal128 with these very digits; beyond its range or 34 digits, what the sink's option says. */
bool put_numeric(Output *out, Name name, const char *text, int size);

/* An integer as int32 or int64 if it fits; else a double if that is the same number; else a Decimal128. */
bool put_number(Output *out, Name name, const char *text, int size);

/* An integer that fits; false, and nothing, where it is none. */
bool read_int64(const char *text, int size, int64 *value);

/* As it is, but in a key zero has one sign. */
bool put_float(Output *out, Name name, double value);

} // namespace dv::sink
