#pragma once

#include "sink/client/batch.hpp"
#include "sink/client/catalog.hpp"

#include <string>

namespace dv::sink {

/* The description of a document that is none for this server. */
std::string too_large(std::string_view document, size_t largest);
std::string refused(std::string_view id, std::int64_t code, const std::string &message, std::string_view document);

/* For people: what is wrong with the row. */
std::string message_of(std::string_view description);

/* Into the dead letters of the sink. */
void set_aside(Catalog &catalog, const Unfit &unfit);

} // namespace dv::sink
