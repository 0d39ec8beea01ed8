#pragma once

#include "sink/bson/output.hpp"

extern "C" {
#include "utils/jsonb.h"
}

namespace dv::sink {

/* A sink's options, of which those that are not about documents are passed over. In CurrentMemoryContext. */
Options read_options(const Jsonb *given, const char *default_document);

} // namespace dv::sink
