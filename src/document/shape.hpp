#pragma once

/*
 * What a declaration may say: paths, columns, relations.  All raise what is wrong and where.
 */
#include "document/declaration.hpp"

namespace dv::document {

/* The elements of a text array; raises for NULL among them. */
Names names_of(const char *what, ArrayType *array);

/* "name" or "name=other" each; null: all. */
Columns parse_columns(Oid table, ArrayType *columns);

/* "parent_column=child_column", or one name for both. */
void parse_relation(Oid parent, Oid child, ArrayType *relation, Embed *embed);

/* The last name of a path; in front of it, the path of the part in which that is embedded, or null for the root. */
const char *last_name(const char *path);
const char *parent_path(const char *path);
void check_path(const char *path);

/* Of a document, its root where the path is null: the table, and the index among the embeds (-1: the root). */
int find_embed(const Document &document, const char *path);
Oid table_at(const Document &document, int embed);
const Columns &columns_at(const Document &document, int embed);

/* The parent of an embed; raises if there is none. */
int parent_of(const Document &document, const Embed &embed);

/* Is the name one of a column that the object has already? */
bool is_member(Oid table, const Columns &columns, const char *name);

/* Would the embed hold the very row in which its parent is embedded? */
bool embeds_itself(const Document &document, const Embed &embed);

/* The key by which rows of a table are told apart; empty if there is none that a user sees. */
pg::Vec<AttrNumber> key_of(Oid table);

/* Of a view of ours, for its maintenance. */
bool is_hidden_column(const char *name);

} // namespace dv::document
