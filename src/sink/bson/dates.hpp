#pragma once

#include "sink/bson/output.hpp"

namespace dv::sink {

/* DATEOID, TIMESTAMPOID or TIMESTAMPTZOID, as a BSON date to the millisecond before it; in a key it must be one. */
bool put_time(Output *out, Name name, Oid type, Datum value);

/*
 * A text as to_json writes these, with a zone or without; `infinity`, too. Returns false where it is none of them: then
 * nothing has been written, and nothing refused.
 */
bool is_time(const char *text, int size, Oid type, Datum *value);

} // namespace dv::sink
