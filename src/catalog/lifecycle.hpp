#pragma once

#include "pg/postgres.hpp"

namespace dv::catalog {

/* deltaview.drop_view, pause, resume and refresh: for the owner. The last two return the view rows changed. */
void drop_view(Oid view, bool cascade);
void pause(Oid view);
uint64 resume(Oid view);
uint64 refresh(Oid view, const char *method);

} // namespace dv::catalog
