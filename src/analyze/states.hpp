#pragma once

/*
 * Which aggregates fold, and into which states.
 */
#include "analyze/internal.hpp"

namespace dv::analyze {

struct Fold
{
	core::StateKind kind;
	Aggref *aggref;      /* the state as an aggregate of its own, for the content */
	Node *argument;      /* over the block; FILTER folded in; nullptr for count(*) */
	int argument_number; /* among the block's arguments */
	AttrNumber column;   /* in the view */
	Oid type;
	bool subtractable;
	int guard; /* among the folds: while this count is not 0, it is subtractable all the same; or -1 */
	Oid better;
	const char *name; /* extreme: the aggregate, qualified */
};

struct Folds
{
	pg::Vec<Fold> folds;
	pg::Vec<Node *> arguments;
};

/*
 * The states of all aggregates of a select list, the count of rows among them; false if some aggregate does not fold.
 * Unless the values must be exact, a sum that stands alone may show digits of rows that have left.
 */
bool collect_folds(List *target_list, Folds *folds, bool exact = false);

const Fold *find_fold(const Folds *folds, core::StateKind kind, const Aggref *agg);

/* The same function of the same argument under the same filter. */
bool same_aggregate(const Aggref *a, const Aggref *b);

/* count(x) of the x that an aggregate is over. */
Aggref *count_of(const Aggref *agg);

/* The argument where the filter of its aggregate holds, else NULL. */
Node *filtered(Node *argument, Expr *filter);

/* sum(x) for avg(x) and for itself, InvalidOid where the sum does not fold. */
Oid sum_for(Oid aggregate);
Oid sum_type(Oid sum);
bool is_average(Oid aggregate);

/* min and max of the server's own: the operator by which a value beats another. */
Oid extreme_operator(Oid aggregate);

/* scale.cpp: the scale of every value of the expression is the same, so that subtraction leaves no digits behind. */
bool fixed_scale(Node *argument);
/* The greatest scale that a value of it can have, or -1. */
int greatest_scale(Node *argument);

/*
 * A user's expression over the columns of the view's own row: states in the place of aggregates, group columns (per
 * ressortgroupref of the query's select list) in the place of group expressions.
 */
Node *over_view_row(const Folds *folds, const Query *query, const AttrNumber *group_columns, Node *expr);

} // namespace dv::analyze
