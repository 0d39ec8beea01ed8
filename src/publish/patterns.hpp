#pragma once

#include "pg/postgres.hpp"
#include "pg/vec.hpp"

namespace dv::publish {

/* Part of a name in an option: null stands for any. */
struct Pattern
{
	const char *schema;
	const char *table;
};

/*
 * A list of qualified names, as wal2json reads them: commas between them, `*` for any schema or any table, a
 * backslash before a character that is meant as itself. 22023 for what is no such list. In CurrentMemoryContext.
 */
pg::Vec<Pattern> parse_patterns(const char *option, const char *value);

bool matches(const pg::Vec<Pattern> &patterns, const char *schema, const char *table);

/* A list of words with commas between them, read by the same rules. */
pg::Vec<const char *> parse_words(const char *option, const char *value);

} // namespace dv::publish
