#pragma once

/*
 * Parse trees put together by hand, for the steps of the rewriting.
 */
#include "analyze/rewrite.hpp"

namespace dv::analyze {

/* A block that reads nothing and has no columns. */
Query *empty_block();
/* A column more, after the ones that are there; the name varies where it is taken. */
TargetEntry *add_column(Query *block, Node *expr, const char *name);
/* A subquery in the range table, or also in FROM, under this alias: its index. */
int add_entry(Query *block, Query *sub, const char *alias);
int add_to_from(Query *block, Query *sub, const char *alias);
/* Column k of a subquery of the block. */
Node *column_of(const Query *block, int rtindex, int k);
/* The block itself, or SELECT * around it, so that columns may be added and changed one by one. */
Query *open_columns(Query *block);

List *column_names(const Query *query);
/* The names by which a query's columns are known outside, given to its visible columns. */
void name_columns(Query *query, List *names);
/* Names of their own for all, as near to these as can be. */
List *distinct_names(List *names);

/* block UNION ALL block ..., of the columns of the first; all have the same types. */
Query *union_all(List *blocks);

Node *count_rows(Node *filter);
Node *integer(int64 value, Oid type);
Node *call_operator(const char *name, Node *left, Node *right);

List *conjuncts_of(Node *quals);
Node *all_of(List *conjuncts);

/* The flag, made true to the block as it is now. */
void note_sublinks(Query *block);
Bitmapset *entries_used(Node *expr);

} // namespace dv::analyze
