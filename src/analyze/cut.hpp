#pragma once

/*
 * A block cut in two: an inner half, which reads what the block read and puts out columns c1, c2, ..., and an outer
 * half, whose FROM the inner one is.  Both begin as copies of the block, from which a step takes clauses away.
 */
#include "analyze/rewrite_build.hpp"

namespace dv::analyze {

struct Cut
{
	List *atoms;                         /* expressions of the block that the inner half puts out whole */
	Node *(*replace)(Cut *, Node *node); /* what the outer half has for another node; nullptr: look into it */
	void *context;
	List *outputs;      /* of the inner half: target entries over the block's FROM */
	Bitmapset *columns; /* those that are columns of FROM and stood outside of what is put out whole */
	int depth;          /* of the node at hand below the block: in its subqueries the block is an outer level */
	bool failed;        /* something cannot be a column */
};

/* What the query says that its expressions hold, made true to them as they are now. */
void set_flags(Query *query);

/* What nothing reads of a subquery in FROM becomes NULL, if that changes no other column and no number of rows. */
void drop_unread(Query *query, int rtindex);

Query *inner_half(const Query *query);
Query *outer_half(const Query *query);

/* An expression of the block over the outputs of the inner half. */
Node *over_outputs(Cut *cut, Node *node);

template <class T>
void
put_over(Cut *cut, T *&part)
{
	part = reinterpret_cast<T *>(over_outputs(cut, reinterpret_cast<Node *>(part)));
}

/* The outer half's target list over them; first it loses hidden entries that no clause of its own names. */
void put_target_list_over(Cut *cut, Query *outer);

/* Makes an expression that stands at cut->depth an output, and refers to it from there. */
Node *put_out(Cut *cut, Node *expr);
/* The same for an argument of an aggregate or window function under FILTER, unless it is a constant. */
Node *put_out_argument(Cut *cut, Node *expr, Expr *filter);

/*
 * Columns that follow from a key among the groups become groups of the outer half, which does not see the key.  False
 * where one cannot: equal values of it may show differently.
 */
bool group_columns_too(Cut *cut, Query *outer);

/* The halves put together; nullptr where the cut failed. */
Query *compose(const Cut *cut, Query *outer, Query *inner);

/* The expressions that the block groups by, but for constants. */
List *group_expressions(const Query *query);
/* An atom for each group; aggregates put out whole. */
Cut cut_above_groups(const Query *query);

/*
 * SELECT ... FROM (the query without) with its ORDER BY and LIMIT, and with its DISTINCT, outside: no expression moves.
 * nullptr where an output cannot be a column.
 */
Query *raise_clauses(const Query *query, bool distinct);

inline bool
is_limited(const Query *query)
{
	return query->limitCount != nullptr || query->limitOffset != nullptr;
}

/* Aggregates, in plain groups or in one, and nothing that comes after them. */
inline bool
only_aggregates(const Query *query)
{
	return query->hasAggs && !query->setOperations && query->groupingSets == NIL && !query->havingQual &&
		   !query->hasWindowFuncs && query->distinctClause == NIL && !query->hasTargetSRFs && !is_limited(query);
}

inline bool
is_grouped(const Query *query)
{
	return query->groupClause != NIL || query->groupingSets != NIL || query->hasAggs || query->havingQual != nullptr;
}

} // namespace dv::analyze
