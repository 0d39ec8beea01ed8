#pragma once

#include "document/declaration.hpp"

extern "C" {
#include "utils/jsonb.h"
}

namespace dv::document {

/*
 * The types of the columns from which documents are made, where JSON does not tell them: {"placed": "timestamp", "items":
 * [{"price": "numeric"}]}.  What is not there is as JSON has it.
 */
Jsonb *types_of(const Document &document);

/*
 * After a command that may have changed the columns of a table: the started views have the types as they are now. Gives
 * those of whose documents some may have other types, though they are the same as JSON.
 */
pg::Vec<Oid> follow_types(Node *parsetree);

} // namespace dv::document
