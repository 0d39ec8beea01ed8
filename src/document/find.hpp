#pragma once

#include "document/declaration.hpp"

namespace dv::document {

/* By what a user calls it, as regclass input reads names.  False if there is none. */
bool find_document(const char *name, Document *document);

/* The same for who may change it: 42704 if there is none, 42809 for another relation, 42501 for another's. */
Document owned_document(const char *name);

} // namespace dv::document
