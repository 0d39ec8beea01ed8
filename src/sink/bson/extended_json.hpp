#pragma once

namespace dv::sink {

/* Canonical, in the server's encoding: of a document as a whole, or of its _id alone, which is its first element; null where it has none. */
char *extended_json(const char *bson, int size);
char *extended_json_of_id(const char *bson, int size);

} // namespace dv::sink
