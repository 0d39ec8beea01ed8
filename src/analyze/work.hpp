#pragma once

/*
 * The analysis of one query while it is made: what its passes share.
 */
#include "analyze/internal.hpp"

namespace dv::analyze {

struct Work
{
	Analysis *analysis;
	core::View *ir;
	Query *query; /* normalized */
	pg::Vec<TableCount> tables;
	pg::Vec<core::Occurrence> occurrences;
	pg::Vec<EdgeHash> hashes; /* per edge of ir */
	bool use_keys;
	Oid view; /* the view's table, where it exists */
};

/* tables.cpp */
int table_index(const Work *work, Oid table);
void use_column(Work *work, Oid table, AttrNumber column);
/* Names, columns and indexes of the base tables, for the program. */
void describe_tables(Work *work);
/* What a change of each base table leads to, for the catalog and for explain. */
void describe_uses(Work *work);
/* How many base tables' changes are incremental, by the rules of src/core. */
int count_incremental(const core::View *ir);

/* columns.cpp: the columns of the view's table. */
List *visible_columns(Query *query);
int count_columns(List *target_list);
/* The visible entry that is this expression, or a new hidden one at the end of the list. */
TargetEntry *expose(List **columns, Node *expr, int *hidden);
AttrNumber position(List *columns, const TargetEntry *entry);
Var *column_var(const Query *query, int rtindex, AttrNumber column);
/* A column of a primary key, read by maintenance from now on. */
Var *key_var(Work *work, Query *query, int rtindex, AttrNumber column);

/* telling.cpp: the tables of a flat join of tables with keys, by number, whose keys tell its rows apart. */
Bitmapset *telling_tables(const Flat *flat, List *columns);

/* linear.cpp, by_clause.cpp, by_root.cpp: one way each to keep a view; false where it does not serve. */
void occurrences_of(Work *work, const Flat *flat);
void analyze_linear(Work *work, Flat *flat);
bool key_entries(Query *query, List **entries, engine::Identity *identity);
bool analyze_by_clause(Work *work, Flat *flat, List *entries, engine::Identity identity);
bool analyze_by_root(Work *work);

/* by_clause.cpp: what both keyed ways end with. */
void
add_key(pg::Vec<core::KeyColumn> *keys, const TargetEntry *entry, bool nullable, int occurrence, core::Text column);
void finish_keyed(Work *work, const pg::Vec<core::KeyColumn> &keys, const pg::Vec<AttrNumber> &columns,
				  engine::Identity identity, bool bounded, bool not_null);

/* edges.cpp: the equalities, for the program: of the whole query, or of each block within itself. */
void edges_of(Work *work, const Graph *graph);
void edges_of_blocks(Work *work, const Flat *flat);

} // namespace dv::analyze
