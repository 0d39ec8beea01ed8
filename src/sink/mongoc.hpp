#pragma once

/*
 * The one door to libmongoc and libbson: what differs between releases 1.23 and 2.x is settled here.
 */
#include <mongoc/mongoc.h>

#if !MONGOC_CHECK_VERSION(1, 23, 0)
#error "the sink needs libmongoc 1.23 or later"
#endif
