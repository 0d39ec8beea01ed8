#pragma once

/*
 * Between the files that read equalities: the blocks of a query, and what an expression in one of them reads.
 */
#include "analyze/internal.hpp"

namespace dv::analyze {

struct Block
{
	Query *query;
	int parent;
	int *reading; /* per range table index: the reading, or -1 */
	int *child;   /* per range table index: the block of a subquery, or -1 */
	Bitmapset *nullable;
};

struct Builder
{
	Graph *graph;
	pg::Vec<Block> blocks;
};

struct Column
{
	int reading;
	AttrNumber attno; /* 0: an expression over several of its columns, or more than a column */
	Node *value;      /* that expression, its Vars being those of range table entry 1 */
	bool present;     /* never null-extended between here and the block asked from */
	Oid grouped_as;   /* on the way rows are taken for one that are equal by this type's equality, yet may differ */
	Oid collation;    /* and this collation */
};

struct Endpoint
{
	int rtindex; /* in the block where the equality stands; 0: outside of it */
	Column column;
	Oid type; /* as which it is compared */
};

/* graph.cpp */
Builder *build_graph(Query *normalized);

/* resolve.cpp: may an equality on this output of the subquery stand for one on the rows below? */
bool exports(const Query *query, const TargetEntry *entry);
/*
 * What an expression in block `at` is over the columns of one reading, or false.  Only expressions that cannot fail: a
 * trace computes them for rows that the query itself may have filtered out before.
 */
bool resolve(const Builder *builder, int at, Node *expr, Endpoint *endpoint);
/* The same for an output of block `at`, as seen from outside of it. */
bool resolve_from_outside(const Builder *builder, int at, const TargetEntry *entry, Endpoint *endpoint);
/* The cast by which an equality reads the column; false if there is none that keeps the value as it is. */
bool cast_of(const Builder *builder, const Endpoint &endpoint, Oid *cast);
/* Whatever is equal by op is equal by what tells keys apart, and the other way round. */
bool can_stand_for(const Builder *builder, const Column &a, const Column &b, Oid op);
/* Is op no finer than the equality by which rows were taken for one? */
bool respects_groups(const Endpoint &endpoint, Oid op, Oid collation);

} // namespace dv::analyze
