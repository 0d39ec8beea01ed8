#pragma once

#include <string>
#include <string_view>

namespace dv::sink {

/*
 * The element `_id` of a BSON document, which is its first: type, name and value, which tell documents apart.  Empty
 * where there is none.
 */
std::string_view id_of(std::string_view document);

/* {_id: ...}, of what id_of gave. */
std::string id_document(std::string_view id);

/* The document without the members of the given name at its top. */
std::string without_member(std::string_view document, std::string_view name);

} // namespace dv::sink
