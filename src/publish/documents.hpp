#pragma once

/*
 * Rows of views as BSON documents, by the module that is built only where libbson is.
 */
#include "pg/postgres.hpp"
#include "sink/bson/api.hpp"

namespace dv::publish {

/* 0A000 where this build has no such module. */
const sink::Documents *documents();

/* Raises where rows of the view cannot be documents under these options. */
void check_documents(Oid view, const Jsonb *options);

/* deltaview.sink_row: for COPY, the letter of a document ('P') or of why there is none ('E'), and then it. */
Datum sink_row(FunctionCallInfo fcinfo, Datum row, Jsonb *options);

/* deltaview.preview_sink: the same for people, of all rows that the caller sees. */
void preview_sink(FunctionCallInfo fcinfo, Oid view, Jsonb *options);

} // namespace dv::publish
